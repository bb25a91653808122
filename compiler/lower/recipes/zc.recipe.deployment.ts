import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Text} from '../../model/text.js';
import {literal, place, show, text, trim} from '../../util/text.js';
import {readTimes} from '../cron-times.js';
import {inDirectory, join, viaCurrent} from '../placement.js';
import {shellStep} from '../shell-step.js';
import {textFile} from '../text-file.js';
import {reportBad, reportMissing, reportNoEffect} from '../values.js';

const sharedConfiguration: DiagnosticKind = {
  id: 'CFG552',
  name: 'shared-configuration',
  severity: 'error',
  explain: `
What it does: stops where a part of zc.recipe.deployment:sharedconfig would edit a file that is not the release's.
Why: a release owns its own files alone; a block in a foreign file can't be taken back by switching to the older release.
Example: [s] appends to /etc/logrotate.conf. Write a file of its own with zc.recipe.deployment:configuration, and include that.
Source: zc.recipe.deployment, SharedConfig.
`,
};

/**
 * Lowers `zc.recipe.deployment`: the folders of an application, as places of the release.
 * Gives    `etc-directory` and its sisters. Plans nothing but folders: users and modes are `[permissions]`.
 */
export const zcRecipeDeployment: RecipeLowering = {
  recipe: 'zc.recipe.deployment',
  options: [
    'name',
    'user',
    'etc-user',
    'prefix',
    'etc-prefix',
    'etc',
    'var-prefix',
    'log',
    'run',
    /^(crontab|etc|logrotate|rc|cache|lib|log|run)-directory$/,
  ],
  page: {
    summary: 'The folders of an application.',
    options: {
      'name user etc-user': 'read by other parts; owners are `[permissions]`',
      'prefix etc-prefix var-prefix etc log run': '`[release] prefix` and `[layout]` say where a release lies',
      'etc-directory logrotate-directory rc-directory': 'in etc/ of the release',
      'lib-directory cache-directory': 'in the data folder',
      'log-directory run-directory': 'the log and run folders',
      'crontab-directory': "crontab lines are the release's own block",
    },
    differences: [
      'The host is not read while compiling (/etc/zc.recipe.deployment.cfg).',
      'The release is in one tree: `[layout] style = fhs` spreads it over /opt, /etc/opt, /var/opt and /run.',
    ],
  },
  gives: (part) => {
    const own = (option: string, usual: Text): Text => {
      const named = part.option(option);
      const whole = named && literal(named);
      // An absolute folder of the system is the release's own place all the same; a relative one lies below it.
      return whole !== undefined && whole !== '' && !whole.startsWith('/') ? join(usual, text(whole)) : usual;
    };
    return {
      name: part.option('name') ?? text(part.name),
      prefix: place('prefix'),
      'etc-prefix': place('etc'),
      'var-prefix': place('data'),
      'etc-directory': own('etc-directory', place('etc')),
      'logrotate-directory': own('logrotate-directory', place('etc', 'logrotate.d')),
      'rc-directory': own('rc-directory', place('etc', 'init.d')),
      'crontab-directory': own('crontab-directory', place('etc', 'cron.d')),
      'cache-directory': own('cache-directory', place('data', 'cache')),
      'lib-directory': own('lib-directory', place('data')),
      'log-directory': own('log-directory', place('log')),
      'run-directory': own('run-directory', place('run')),
    };
  },
  lower(part, {settings, report}) {
    const user = part.literal('user')?.trim();
    if (user === undefined) reportMissing(part, 'user', report, `user = ${settings.user}`);
    else if (user !== settings.user) {
      reportNoEffect(
        part,
        'user',
        report,
        `the release runs as \`${settings.user}\``,
        `write \`user = ${user}\` under [release]`,
      );
    }
    return [{kind: 'directory', origin: part.origin('recipe'), class: 'data', path: place('data', 'cache')}];
  },
};

/** `:configuration`: one file. Reads `text` or `file`, `name`, `deployment`, `directory`, `on-change`. */
export const zcRecipeDeploymentConfiguration: RecipeLowering = {
  recipe: 'zc.recipe.deployment',
  entryPoints: ['configuration'],
  options: ['text', 'file', 'name', 'deployment', 'directory', 'mode', 'on-change'],
  page: {
    summary: ':configuration writes one file.',
    options: {
      text: 'its content',
      file: 'its content, from a file of the profile, copied as it is',
      name: "its name; the part's without it",
      'deployment directory': 'its folder; etc/ of the release without them',
      mode: "nothing: `b` is of Python's open()",
      'on-change': 'a shell command in the build; services are restarted by themselves where what they use changed',
    },
    differences: ['The file is in the release, so that the older release has the older file.'],
  },
  gives: (part) => ({location: configurationPath(part), directory: configurationFolder(part)}),
  inputs: (part) => (part.option('file') === undefined ? [] : [inDirectory(trim(part.option('file')!))]),
  lower(part, context) {
    const own = part.option('text');
    const file = part.option('file');
    if ((own === undefined) === (file === undefined)) {
      if (own === undefined) reportMissing(part, 'text', context.report, 'text = …');
      else
        reportBad(part, 'file', context.report, `part \`${part.name}\` has both \`text\` and \`file\``, 'one of them');
      return [];
    }
    const read = file === undefined ? undefined : context.input(inDirectory(trim(file)));
    if (file !== undefined && read === undefined) {
      reportBad(
        part,
        'file',
        context.report,
        `\`${show(file)}\` of part \`${part.name}\` can't be read`,
        'no such file',
      );
      return [];
    }
    const change = part.option('on-change');
    return [
      textFile(part, own ? 'text' : 'file', configurationPath(part), own ?? text(read!), context),
      ...(change ? shellStep(part, 'on-change', trim(change), 'sh', true, context.report) : []),
    ];
  },
};

/** `:crontab`: a line of the application's crontab. Reads `times`, `command`, `user`. */
export const zcRecipeDeploymentCrontab: RecipeLowering = {
  recipe: 'zc.recipe.deployment',
  entryPoints: ['crontab'],
  options: ['times', 'command', 'user', 'deployment'],
  page: {
    summary: ":crontab is a line of the application's crontab.",
    options: {
      times: 'checked as cron reads them',
      command: 'its paths of the release go through `current`',
      'user deployment': "nothing: the line is the service user's",
    },
    differences: ["The lines are the release's own block, replaced after the switch."],
  },
  gives: () => ({}),
  lower(part, context) {
    const command = part.option('command');
    if (command === undefined || part.option('times') === undefined) {
      reportMissing(part, command === undefined ? 'command' : 'times', context.report, 'times = 0 4 * * *');
      return [];
    }
    const times = readTimes(part, context.report);
    if (times === undefined) return [];
    warnOfUser(part, context);
    return [
      {
        kind: 'schedule',
        origin: part.origin('command'),
        name: part.name,
        times,
        command: viaCurrent(trim(command)),
        environment: [],
      },
    ];
  },
};

/** `:sharedconfig`: refused. */
export const zcRecipeDeploymentSharedconfig: RecipeLowering = {
  recipe: 'zc.recipe.deployment',
  entryPoints: ['sharedconfig'],
  options: ['path', 'text', 'file', 'deployment'],
  page: {
    summary: ':sharedconfig edits a foreign file, and is refused.',
    options: {'…': 'not read'},
    differences: ['A release owns its own files alone (CFG552).'],
  },
  kinds: [sharedConfiguration],
  gives: () => ({}),
  lower(part, {report}) {
    const span = part.span('path');
    report({
      kind: sharedConfiguration,
      message: `part \`${part.name}\` would edit \`${show(part.option('path') ?? text())}\``,
      ...(span && {primary: {span, text: "not the release's own"}}),
      hint: 'write a file of its own with `zc.recipe.deployment:configuration`, and include that',
    });
    return [];
  },
};

function warnOfUser(part: Part, {settings, report}: LowerContext): void {
  const user = part.literal('user')?.trim();
  if (user === undefined || user === settings.user) return;
  reportNoEffect(part, 'user', report, `the line is in the crontab of \`${settings.user}\``, 'take it out');
}

/** The folder of the file: the option, else that of the deployment, else the part's. `deployment` names a section of this recipe. */
function configurationFolder(part: Part): Text {
  const named = part.option('directory');
  if (named && named.pieces.length > 0) return inDirectory(trim(named));
  return part.option('deployment') === undefined ? place('directory', 'parts') : place('etc');
}

function configurationPath(part: Part): Text {
  return join(configurationFolder(part), trim(part.option('name') ?? text(part.name)));
}
