import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {show, text, trim, words} from '../../util/text.js';
import {viaCurrent} from '../placement.js';
import {reportBad, reportMissing, reportNoEffect} from '../values.js';
import {backgroundProgram, serverProgram} from '../zope/server-program.js';

/**
 * Lowers `zc.recipe.rhrc`: start scripts become services, in their order.
 * Reads    `parts`, `user`, `deployment`; of each part `run-script` and `env`.
 * Plans    one `service` a part; that of a Zope or ZEO part is the part's own, in the foreground.
 * Reports  CFG507, CFG508, CFG509; CFG520 for a command that goes to the background.
 */
export const zcRecipeRhrc: RecipeLowering = {
  recipe: 'zc.recipe.rhrc',
  options: [
    'parts',
    'user',
    'deployment',
    'dest',
    'chkconfig',
    'chkconfigcommand',
    'independent-processes',
    'process-management',
  ],
  page: {
    summary: 'Start scripts, as services of the release.',
    options: {
      parts: 'the parts that are run, in this order',
      user: "the service's user; that of the deployment, or of the release, without it",
      deployment: 'its user',
      'dest chkconfig chkconfigcommand independent-processes process-management':
        'nothing: supervisor or systemd starts and stops what the release says',
    },
    differences: [
      'No init script is written.',
      'The program must stay in the foreground: an init script calls it with `start`, a supervisor does not. `fg`, `console` or `foreground` behind it says so.',
      'The control script of a Zope or ZEO part runs in the foreground by itself.',
    ],
  },
  kinds: [backgroundProgram],
  gives: () => ({}),
  lower(part, context) {
    const names = words(part.option('parts') ?? text());
    if (names.length === 0) reportMissing(part, 'parts', context.report, 'parts = app');
    for (const name of ['dest', 'chkconfig', 'independent-processes', 'process-management']) {
      if (part.option(name) !== undefined) {
        reportNoEffect(
          part,
          name,
          context.report,
          'services are started by supervisor or systemd',
          'see `services` under [release]',
        );
      }
    }
    return names.flatMap((word, index) => service(part, String(word.pieces[0] ?? ''), index, context));
  },
};

function service(part: Part, name: string, index: number, context: LowerContext): Entry[] {
  const command = context.option(name, 'run-script')?.value;
  if (command === undefined) {
    const message = `part \`${name}\` has no \`run-script\` for part \`${part.name}\``;
    reportBad(
      part,
      'parts',
      context.report,
      message,
      'what is to be run',
      `write \`run-script = …\` under [${name}]`,
      name,
    );
    return [];
  }
  const deployment = part.literal('deployment')?.trim();
  const user = part.literal('user')?.trim() || (deployment && context.option(deployment, 'user')?.raw.trim());
  const environment = words(context.option(name, 'env')?.value ?? text()).flatMap((word) => {
    const first = word.pieces[0];
    const found = typeof first === 'string' ? /^([A-Za-z_]\w*)=(.*)$/s.exec(first) : null;
    return found ? [{name: found[1]!, value: text(found[2]!, {pieces: word.pieces.slice(1)})}] : [];
  });
  const [program = text(), ...given] = words(trim(command));
  const server = serverProgram(program, joined(given), {part, option: 'parts', name}, context);
  if (server === undefined) reportBackground(part, name, given.map(show), context);
  return [
    {
      kind: 'service',
      origin: part.origin('parts'),
      name,
      command: server?.command ?? [program, ...given].map(viaCurrent),
      environment,
      ...(user && user !== 'root' && user !== context.settings.user && {user}),
      priority: (index + 1) * 10,
      autostart: true,
      startSeconds: server?.startSeconds ?? 1,
      stopSignal: 'TERM',
      stopWaitSeconds: server?.stopWaitSeconds ?? 10,
      redirectStderr: true,
      events: [],
      extra: [],
      ready: server?.ready ?? [],
      uses: server?.uses ?? [name],
    },
  ];
}

/** Words by which a program is told to stay, and those by which it goes away. */
const stays = new Set(['fg', 'foreground', 'console', '-f', '-F', '--foreground', '--nodaemon', '-n']);
const goes = new Set(['start', 'restart', '-d', '-D', '--daemon', '--daemonize', '--background', '&']);

/** The recipe calls every `run-script` with `start`, and what takes that goes to the background. */
function reportBackground(part: Part, name: string, given: readonly string[], {report, parts}: LowerContext): void {
  if (given.some((word) => stays.has(word)) && !given.some((word) => goes.has(word))) return;
  const span = parts.find((other) => other.name === name)?.span('run-script') ?? part.span('parts', name);
  const away = given.find((word) => goes.has(word));
  report({
    kind: backgroundProgram,
    message: away
      ? `program \`${name}\` is told to go to the background (\`${away}\`)`
      : `program \`${name}\` is made to be called with \`start\`; as a service it is called without, and must stay`,
    ...(span && {primary: {span, text: 'a supervisor would lose it'}}),
    hint: 'write the word that keeps it in the foreground behind it, as `run-script = … fg`',
  });
}

function joined(given: readonly Text[]): Text {
  return text(...given.flatMap((word, index) => (index === 0 ? [word] : [' ', word])));
}
