import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {place, show, text, trim} from '../../util/text.js';
import {inDirectory} from '../placement.js';
import {pythonString} from '../python-literal.js';
import {reportBad, reportNoEffect} from '../values.js';
import {eggEnvironment, eggOptions} from './zc.recipe.egg.js';

/**
 * Lowers `djangorecipe`: a management script and a WSGI file for a Django project.
 * Reads    `eggs`, `project`, `settings`, `dotted-settings-path`, `control-script`, `wsgi`, `wsgi-script`, `logfile`,
 *          `deploy-script-extra`, `scripts-with-settings`, `extra-paths`, `initialization`; in dev `test`, `testrunner`.
 * Plans    requirements, launchers, the WSGI file.
 * Reports  CFG508, CFG509.
 */
export const djangorecipe: RecipeLowering = {
  recipe: 'djangorecipe',
  options: [
    'eggs',
    'project',
    'settings',
    'dotted-settings-path',
    'control-script',
    'wsgi',
    'wsgi-script',
    'logfile',
    'deploy-script-extra',
    'test',
    'testrunner',
    'coverage',
    'scripts-with-settings',
    'extra-paths',
    'initialization',
    'relative-paths',
    'find-links',
    'index',
    'version',
    'wsgilog',
    'projectegg',
    'deploy_script_extra',
    'script-entrypoints',
    'urls',
    'bind',
  ],
  page: {
    summary: 'The management script and the WSGI file of a Django project.',
    options: {
      eggs: 'requirements; Django is one always',
      'project settings': 'the settings module is PROJECT.SETTINGS',
      'dotted-settings-path': 'the settings module',
      'control-script': "the management script's name; the part's without it",
      'wsgi wsgi-script': 'a file that binds `application`',
      logfile: 'standard output and error of the WSGI file, in the log folder',
      'deploy-script-extra': 'Python source at the end of the WSGI file',
      'test testrunner coverage': 'a test runner, in dev alone',
      'scripts-with-settings': 'console scripts that know the settings module',
      'extra-paths initialization': 'as with zc.recipe.egg',
      'find-links index': "nothing: the lock is made from the index of uv's own configuration",
      'relative-paths urls bind': 'nothing',
      'version wsgilog projectegg deploy_script_extra script-entrypoints':
        'an error, as in the recipe: of an older version',
    },
    differences: [
      'djangorecipe itself is not installed: the launchers call Django.',
      "The profile's folder is not on the module path, as it is not on the host: the project comes as a distribution.",
    ],
  },
  gives: (part) => eggOptions(part),
  lower(part, context) {
    for (const name of ['version', 'wsgilog', 'projectegg', 'deploy_script_extra', 'script-entrypoints']) {
      if (part.option(name) === undefined) continue;
      const message = `\`${name}\` of part \`${part.name}\` is refused by djangorecipe 2`;
      reportBad(part, name, context.report, message, 'of an older version', replacement[name]);
    }
    for (const name of ['urls', 'bind']) {
      if (part.option(name) === undefined) continue;
      reportNoEffect(part, name, context.report, 'of an older version', 'take it out');
    }
    return [eggEnvironment(part, context, ['Django']), ...scripts(part, context)];
  },
};

const replacement: Readonly<Record<string, string>> = {
  version: 'pin `Django` under [versions]',
  wsgilog: 'write `logfile`',
  projectegg: 'write `dotted-settings-path`',
  deploy_script_extra: 'write `deploy-script-extra`',
  'script-entrypoints': 'use a part of zc.recipe.egg with `entry-points`',
};

function scripts(part: Part, {settings, dataPath}: LowerContext): Entry[] {
  const module =
    part.literal('dotted-settings-path')?.trim() ||
    `${part.literal('project')?.trim() || 'project'}.${part.literal('settings')?.trim() || 'development'}`;
  const setDefault = `import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', ${pythonString(module)})\n`;
  const common = {
    origin: part.origin('recipe'),
    environment: 'main',
    extraPaths: part.lines('extra-paths').map(inDirectory),
  };
  const own = part.option('initialization') ?? text();
  const control = part.literal('control-script')?.trim() || part.name;
  const manage = (path: Text, args: Text): Entry => ({
    kind: 'script',
    ...common,
    path,
    run: {type: 'call', module: 'django.core.management', attributes: 'execute_from_command_line'},
    initialization: text(setDefault, own),
    arguments: args,
  });
  const out = [manage(place('bin', control), text())];
  if (part.literal('wsgi')?.trim().toLowerCase() === 'true') {
    const name = part.literal('wsgi-script')?.trim() || `${control}.wsgi`;
    const log = part.option('logfile');
    const redirect =
      log && log.pieces.length > 0
        ? text("import sys\nsys.stdout = sys.stderr = open('", dataPath(trim(log)), "', 'a', buffering=1)\n")
        : text();
    out.push({
      kind: 'file',
      origin: part.origin('wsgi'),
      class: 'code',
      path: place('lib', `wsgi/${name}`),
      content: text(
        '# Binds `application` for a WSGI server that runs in the virtualenv of this release.\n',
        setDefault,
        redirect,
        own.pieces.length > 0 ? text(own, '\n') : '',
        'from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n',
        part.option('deploy-script-extra') ?? '',
        part.option('deploy-script-extra') ? '\n' : '',
      ),
      executable: false,
    });
  }
  for (const line of part.lines('scripts-with-settings')) {
    const name = show(line);
    out.push({
      kind: 'script',
      ...common,
      path: place('bin', `${name}-with-settings`),
      run: {type: 'console-script', distribution: '', name},
      initialization: text(own, `\nimport os\nos.environ['DJANGO_SETTINGS_MODULE'] = ${pythonString(module)}\n`),
      arguments: text(),
    });
  }
  const tests = part.literal('test')?.split(/\s+/).filter(Boolean) ?? [];
  if (tests.length > 0 && settings.profile === 'dev') {
    const words = ['test', ...tests].map(pythonString).join(', ');
    out.push(
      manage(
        place('bin', part.literal('testrunner')?.trim() || 'test'),
        text(`sys.argv[:1] + [${words}] + sys.argv[1:]`),
      ),
    );
  }
  return out;
}
