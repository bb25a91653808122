import type {Report} from '../diagnostics/diagnostic.js';
import type {Resolved} from '../model/config.js';
import type {Part, RecipeLowering} from '../model/lowering.js';
import {canonicalName} from '../util/distribution-name.js';
import {didYouMean} from '../util/nearest.js';
import {keySpan} from '../util/option-span.js';
import {developmentOnlyPart, replacedPart, unknownOption, unknownRecipe} from './kinds.js';

export function reportUnknownRecipe(part: Part, all: readonly RecipeLowering[], report: Report): void {
  const span = part.span('recipe');
  const same = all.filter((one) => canonicalName(one.recipe) === canonicalName(part.recipe));
  const names = all.map(({recipe}) => recipe);
  const near = same.length > 0 ? undefined : didYouMean(part.recipe, names);
  const entryPoints = same.flatMap((one) => one.entryPoints ?? ['default']);
  report({
    kind: unknownRecipe,
    message:
      same.length > 0
        ? `entry point \`${part.entryPoint}\` of recipe \`${part.recipe}\` can't be lowered (part \`${part.name}\`)`
        : `recipe \`${part.recipe}\` of part \`${part.name}\` is not known`,
    ...(span && {
      primary: {span, text: same.length > 0 ? `lowered are: ${entryPoints.join(', ')}` : 'cfgc has no lowering for it'},
    }),
    notes: [
      `bridge: \`bridge = ${part.recipe}\` under [release] has the build run the real recipe in a box of its own`,
      '`plugins = <file>.mjs` under [release] teaches cfgc the recipe',
      `without it: \`parts -= ${part.name}\` under [buildout] of the profile`,
    ],
    hint:
      near ??
      (part.entryPoint === 'custom'
        ? ownBuild
        : (didYouMean(part.entryPoint, entryPoints) ?? 'one of the three ways above')),
  });
}

const ownBuild =
  'build a wheel with these settings in CI, pin it, and take the part out: a production host has no compiler';

export function reportReplaced(part: Part, how: string, report: Report): void {
  const span = part.span('recipe');
  report({
    kind: replacedPart,
    message: `part \`${part.name}\` (${part.recipe}) is left out: the release does its work`,
    ...(span && {primary: {span, text: 'nothing is made of it'}}),
    hint: how,
  });
}

export function reportDevelopmentOnly(part: Part, report: Report): void {
  const span = part.span('recipe');
  report({
    kind: developmentOnlyPart,
    message: `part \`${part.name}\` (${part.recipe}) is left out of a production release`,
    ...(span && {primary: {span, text: 'a tool of developers'}}),
    hint: `to say so yourself: \`parts -= ${part.name}\` under [buildout]`,
  });
}

/** Options that the recipe doesn't know. One that some value refers to is a variable of the author's, and fine. */
export function reportUnknownOptions(part: Part, recipe: RecipeLowering, resolved: Resolved, report: Report): void {
  const known = (name: string): boolean =>
    always.has(name) ||
    recipe.options.some((option) => (typeof option === 'string' ? option === name : option.test(name)));
  const names = [...recipe.options.filter((option) => typeof option === 'string'), ...Object.keys(recipe.page.options)];
  for (const option of part.section.options.values()) {
    if (known(option.name) || !option.history.some(({from}) => from === 'file' || from === 'command-line')) continue;
    if (isReferredTo(part.name, option.name, resolved)) continue;
    const span = keySpan(option);
    report({
      kind: unknownOption,
      message: `\`${option.name}\` is no option of \`${part.recipe}\` (part \`${part.name}\`)`,
      ...(span && {primary: {span, text: 'nothing reads it'}}),
      hint: didYouMean(option.name, names) ?? 'take it out; it changes nothing',
    });
  }
}

/** What buildout itself reads of a part, and its macro operators. */
const always = new Set(['recipe', 'location', '<', '<part-dependencies>', 'part-dependencies']);

function isReferredTo(section: string, option: string, resolved: Resolved): boolean {
  const whole = `\${${section}:${option}}`;
  const own = `\${:${option}}`;
  for (const one of resolved.sections.values()) {
    for (const {raw} of one.options.values()) {
      if (raw.includes(whole) || raw.includes(own)) return true;
    }
  }
  return false;
}
