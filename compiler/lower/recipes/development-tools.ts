import type {RecipeLowering} from '../../model/lowering.js';
import {place} from '../../util/text.js';

/**
 * Recipes that set up a developer's tools: left out of a release, with one note a part.
 * Their options are theirs: none is reported. `location` is all that other sections may refer to.
 */
export const developmentTools: readonly RecipeLowering[] = [
  tool('collective.recipe.omelette', 'A tree of links to the modules of all eggs, for reading.'),
  tool('collective.recipe.sphinxbuilder', 'Builds documentation with Sphinx.'),
  tool('collective.recipe.vscode', 'Settings for an editor.'),
  tool('collective.recipe.buildoutcache', 'Makes an archive of a buildout cache.'),
  tool('gp.recipe.node', 'Installs Node.js and packages of it. A production host gets built assets.'),
  tool('rubygemsrecipe', 'Installs gems, which build style sheets. A production host gets built assets.'),
  tool('plone.recipe.codeanalysis', 'Runs linters.', ['default', 'install']),
  tool('pbp.recipe.noserunner', 'Writes a test runner of nose.'),
  tool('pb.recipes.pydev', 'Settings for an editor.'),
  tool('corneti.recipes.codeintel', 'Settings for an editor.'),
  tool('ftw.recipe.checkversions', 'Compares pins with newer versions.'),
  tool('ftw.recipe.translations', 'Keeps translations up to date.', ['default', 'package']),
  tool('plone.recipe.osxcontroller', 'A control panel for macOS desktops.'),
  tool('zest.recipe.mysql', 'Builds a database server for developers.'),
];

/** Recipes whose work a release does by itself: left out, with one note a part that says how. */
export const replacedRecipes: readonly RecipeLowering[] = [
  {
    recipe: 'plone.recipe.unifiedinstaller',
    options: [/./],
    page: {
      summary: 'Writes bin/plonectl, which starts and stops the site, and adminPassword.txt.',
      options: {'…': 'not read'},
      differences: ['No password is written to a file.'],
    },
    replacedBy: 'services are started by `release.sh deploy`, and looked after by the supervisor or systemd',
    gives: (part) => ({location: part.option('location') ?? place('directory', `parts/${part.name}`)}),
    lower: () => [],
  },
];

function tool(recipe: string, summary: string, entryPoints?: readonly string[]): RecipeLowering {
  return {
    recipe,
    ...(entryPoints && {entryPoints}),
    options: [/./],
    page: {
      summary,
      options: {'…': 'not read'},
      differences: ['Left out: a tool of developers has no work on a host that serves a site.'],
    },
    developmentOnly: true,
    gives: (part) => ({location: part.option('location') ?? place('directory', `parts/${part.name}`)}),
    lower: () => [],
  };
}
