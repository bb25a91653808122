import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import {text, trim, words} from '../../util/text.js';
import {viaCurrent} from '../placement.js';
import {reportBad, reportMissing, reportNoEffect} from '../values.js';

/**
 * Lowers `zc.recipe.rhrc`: start scripts become services, in their order.
 * Reads    `parts`, `user`, `deployment`; of each part `run-script` and `env`.
 * Plans    one `service` a part.
 * Reports  CFG507, CFG508, CFG509.
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
    differences: ['No init script is written.', 'The program must stay in the foreground.'],
  },
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
  return [
    {
      kind: 'service',
      origin: part.origin('parts'),
      name,
      command: words(trim(command)).map(viaCurrent),
      environment,
      ...(user && user !== 'root' && {user}),
      priority: (index + 1) * 10,
      autostart: true,
      startSeconds: 1,
      stopSignal: 'TERM',
      stopWaitSeconds: 10,
      redirectStderr: true,
      events: [],
      extra: [],
      ready: [],
      uses: [name],
    },
  ];
}
