import type {RecipeLowering} from '../model/lowering.js';

/** A page of docs/recipes/: its file name, and Markdown. */
export interface Page {
  readonly file: string;
  readonly text: string;
}

/** A page for each recipe, made from the modules that lower them, and an index. Sorted by name. */
export function recipePages(recipes: readonly RecipeLowering[]): readonly Page[] {
  const byName = new Map<string, RecipeLowering[]>();
  for (const recipe of recipes) byName.set(recipe.recipe, [...(byName.get(recipe.recipe) ?? []), recipe]);
  const names = [...byName.keys()].sort();
  const index = names.map(
    (name) =>
      `- [${name}](${name}.md): ${byName
        .get(name)!
        .map(({page}) => page.summary)
        .join(' ')}`,
  );
  return [
    {
      file: 'README.md',
      text: `# Recipes\n\nWhat becomes of a part in a release, recipe by recipe. Made from the modules that lower them: \`npm run docs\`.\n\n${index.join('\n')}\n`,
    },
    ...names.map((name) => ({file: `${name}.md`, text: page(name, byName.get(name)!)})),
  ];
}

function page(name: string, lowerings: readonly RecipeLowering[]): string {
  return `# ${name}\n\n${lowerings.map((one) => body(one, lowerings.length > 1)).join('\n')}`;
}

function body(one: RecipeLowering, several: boolean): string {
  const entryPoints = one.entryPoints ?? ['default'];
  const heading = several ? `## ${entryPoints.map((point) => `:${point}`).join(' ')}\n\n` : '';
  const answers =
    entryPoints.length > 1 || entryPoints[0] !== 'default'
      ? `Entry points: ${entryPoints.map((point) => `\`${point}\``).join(', ')}.\n\n`
      : '';
  const left = one.developmentOnly
    ? 'A tool of developers: left out of a production release.\n\n'
    : one.replacedBy !== undefined
      ? `Left out: ${one.replacedBy}.\n\n`
      : '';
  const rows = Object.entries(one.page.options).map(([option, effect]) => `| ${cell(option)} | ${cell(effect)} |`);
  const differences = one.page.differences.map((line) => `- ${line}`);
  return `${heading}${one.page.summary}\n\n${answers}${left}| option | what becomes of it |\n|---|---|\n${rows.join('\n')}\n\nDifferent from the real recipe:\n\n${differences.join('\n')}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
