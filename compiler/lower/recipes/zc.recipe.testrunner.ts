import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {canonicalName, readRequirement} from '../../util/distribution-name.js';
import {lines, place, show, text} from '../../util/text.js';
import {inDirectory} from '../placement.js';
import {pythonString} from '../python-literal.js';
import {eggEnvironment, eggOptions} from './zc.recipe.egg.js';

/** Lowers `zc.recipe.testrunner` for a dev profile; a production release has no tests. */
export const zcRecipeTestrunner: RecipeLowering = testRunner('zc.recipe.testrunner');

/** `collective.xmltestreport`: the same shape, with a runner that can write XML. */
export const collectiveXmltestreport: RecipeLowering = testRunner('collective.xmltestreport');

/**
 * A script in bin/ that runs zope.testrunner over the part's eggs.
 * Reads  `eggs`, `script`, `defaults`, `environment` (a section), `initialization`, `working-directory`, `extra-paths`.
 * Plans  the requirements and one `script`.
 */
function testRunner(recipe: string): RecipeLowering {
  return {
    recipe,
    options: [
      'eggs',
      'script',
      'defaults',
      'environment',
      'initialization',
      'working-directory',
      'extra-paths',
      'find-links',
      'index',
      'relative-paths',
      'python',
      'exit-with-status',
    ],
    page: {
      summary: 'A test runner in bin/, for dev profiles.',
      options: {
        eggs: 'what is tested; requirements of the environment',
        script: "the script's name, the part's without it",
        defaults: 'a Python list put before the arguments',
        environment: 'a section whose options are set in the environment',
        initialization: 'Python source that runs before the tests',
        'working-directory': "where tests run; a folder of the release's own without it",
        'extra-paths': 'added to the module path',
        'find-links': "nothing: the lock is made from the index of uv's own configuration",
        index: "nothing: the lock is made from the index of uv's own configuration",
        'python exit-with-status': 'nothing: of older versions',
        'relative-paths': 'nothing: a release lies in its last place from the start',
      },
      differences: [
        'Left out of a production release.',
        'One virtualenv holds all eggs, so the runner is told the packages of the part with --package, not a path of each.',
      ],
    },
    developmentOnly: true,
    gives: (part) => ({
      ...eggOptions(part),
      script: place('directory', `bin/${scriptName(part)}`),
      ...(part.option('working-directory') === undefined && {location: place('directory', `parts/${part.name}`)}),
    }),
    lower: (part, context) => lowerRunner(part, context, recipe),
  };
}

function lowerRunner(part: Part, context: LowerContext, recipe: string): readonly Entry[] {
  const own = recipe === 'zc.recipe.testrunner' ? 'zope.testrunner' : recipe;
  const environment = eggEnvironment(part, context, [own]);
  const packages = environment.requirements
    .map(({text: written}) => readRequirement(written)?.name)
    .filter((name) => name !== undefined && canonicalName(name) !== canonicalName(own));
  const folder = part.option('working-directory');
  const where = folder ? inDirectory(folder) : place('directory', `parts/${part.name}`);
  const list = text(
    '(',
    part.option('defaults') ?? '[]',
    ') + [',
    packages.map((name) => `'--package', ${pythonString(name!.replaceAll('-', '_'))}`).join(', '),
    "] + ['--test-path', sysconfig.get_path('purelib')]",
  );
  return [
    environment,
    ...(folder ? [] : [directory(part, where)]),
    {
      kind: 'script',
      origin: part.origin('recipe'),
      path: place('bin', scriptName(part)),
      environment: 'main',
      run: {
        type: 'call',
        module: recipe === 'zc.recipe.testrunner' ? 'zope.testrunner' : 'collective.xmltestreport.runner',
        attributes: 'run',
      },
      initialization: text(
        'import os, sys, sysconfig\n',
        "sys.argv[0] = os.path.abspath(sys.argv[0])\nos.chdir('",
        where,
        "')\n",
        ...variables(part, context),
        part.option('initialization') ?? '',
      ),
      arguments: list,
      extraPaths: part.lines('extra-paths').map(inDirectory),
    },
  ];
}

function directory(part: Part, path: Text): Entry {
  return {kind: 'directory', origin: part.origin('recipe'), class: 'etc', path};
}

/** One assignment for each option of the section that `environment` names. Its values become Python literals. */
function variables(part: Part, context: LowerContext): Text[] {
  const name = part.literal('environment')?.trim();
  const section = name === undefined ? undefined : context.section(name);
  return [...(section?.options.values() ?? [])].flatMap((option) =>
    option.name === 'recipe' || option.name === '_buildout_section_name_'
      ? []
      : [text(`os.environ[${pythonString(option.name)}] = ${pythonString(show(lines(option.value)[0] ?? text()))}\n`)],
  );
}

function scriptName(part: Part): string {
  return part.literal('script')?.trim() || part.name;
}
