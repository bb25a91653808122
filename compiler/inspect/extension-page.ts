/** What the page needs of an extension that cfgc knows. */
export interface ToldExtension {
  readonly treatment: 'lowered' | 'no effect' | 'refused';
  readonly reason: string;
}

const treatments: readonly [ToldExtension['treatment'], string, string][] = [
  ['lowered', 'Lowered', 'cfgc does what they do for a release.'],
  [
    'no effect',
    'Without effect',
    'A release needs nothing of them. They may stay for `bin/buildout`; a note says so (CFG408).',
  ],
  ['refused', 'Refused', 'A release can not follow them: an error says why (CFG407).'],
];

/** docs/extensions.md: what becomes of each buildout extension. Sorted by name. */
export function extensionPage(known: ReadonlyMap<string, ToldExtension>): string {
  const sections = treatments.map(([treatment, title, meaning]) => {
    const rows = [...known]
      .filter(([, one]) => one.treatment === treatment)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, {reason}]) => `| ${name} | ${reason.replaceAll('|', '\\|')} |`);
    return `## ${title}\n\n${meaning}\n\n| extension | why |\n|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Extensions

An extension of buildout may change any option before parts are read, so cfgc runs none. What becomes of each that it knows, made
from \`compiler/check/rules/known-extensions.ts\` by \`npm run docs\`.

Any other stops the compile (CFG406): write \`extensions -= NAME\` under \`[buildout]\` of the production profile where a release
needs nothing of it, or compile with \`--ignore-extension NAME\`. \`extensions -=\` and \`extensions =\` count as in buildout.

${sections.join('\n')}`;
}
