import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {RecipeLowering} from '../../model/lowering.js';
import {partFolder} from '../part-folder.js';

export const retiredRecipe: DiagnosticKind = {
  id: 'CFG551',
  name: 'retired-recipe',
  severity: 'error',
  explain: `
What it does: stops where a part has a recipe that can't be part of a release: most can't run on any Python that is kept up.
Why: what it set up (Zope 2 from an archive, Plone 3, checkouts by Subversion) is made otherwise today, and the message says how.
Example: [zope2] has "recipe = plone.recipe.zope2install". Zope is a distribution: take the part out, and pin Zope.
Source: the last release of the recipe, and the Pythons that it runs on.
`,
};

/** Recipes that can't run any more, each with what does their work today. */
export const retiredRecipes: readonly RecipeLowering[] = [
  retired(
    'plone.recipe.zope2install',
    ['default'],
    'Zope is a distribution: pin `Zope` under [versions], and take the part out',
  ),
  retired(
    'plone.recipe.plone',
    ['default'],
    'Plone is a distribution: put `Plone` under `eggs`, and take the part out',
  ),
  retired('plone.recipe.distros', ['default'], 'old-style products are distributions today: put them under `eggs`'),
  retired('plone.recipe.zope2zeoserver', ['default'], 'write `recipe = plone.recipe.zeoserver`'),
  retired(
    'collective.recipe.zope2cluster',
    ['default'],
    'write each instance as a part with `<= instance-base` and its own `http-address`',
  ),
  retired(
    'collective.recipe.modwsgi',
    ['default'],
    "run a WSGI server as a service, and let the system's web server pass requests on",
  ),
  retired('infrae.subversion', ['default'], 'build a wheel of it in CI, and pin that'),
  retired('repoze.recipe.egg', ['default', 'scripts'], 'write `recipe = zc.recipe.egg`'),
  retired(
    'zc.zope3recipes',
    ['default', 'application', 'app', 'instance', 'offline'],
    'run a WSGI server as a service',
  ),
  retired('zc.zdaemonrecipe', ['default'], 'make the program a line of collective.recipe.supervisor'),
  retired(
    'anybox.recipe.odoo',
    ['default', 'server', 'webclient', 'gtkclient'],
    'build a wheel of that Odoo in CI and pin it, and write its configuration by collective.recipe.template',
  ),
  retired(
    'missingbits',
    ['default', 'overlay', 'select', 'range', 'clone', 'echo'],
    'write each instance as a part with `<= instance-base`, and the lines that name them one by one',
  ),
  retired(
    'mr.scripty',
    ['default', 'Debug'],
    'write the values that the functions compute as plain options',
    'computes options by Python of its own, before a release is made',
  ),
];

/** @param why  what stands at the caret */
function retired(
  recipe: string,
  entryPoints: readonly string[],
  hint: string,
  why = 'runs on no Python that is kept up',
): RecipeLowering {
  return {
    recipe,
    entryPoints,
    options: [/./],
    page: {
      summary: `Retired. Today: ${hint}.`,
      options: {'…': 'not read'},
      differences: ['A part of it that would be built is an error (CFG551).'],
    },
    kinds: [retiredRecipe],
    gives: (part) => ({location: part.option('location') ?? partFolder(part.name)}),
    lower(part, {report}) {
      const span = part.span('recipe');
      report({
        kind: retiredRecipe,
        message: `part \`${part.name}\` can't be built: \`${recipe}\` has no place in a release`,
        ...(span && {primary: {span, text: why}}),
        hint,
      });
      return [];
    },
  };
}
