import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry, FileEntry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {shellWord} from '../../util/shell-text.js';
import {place, show, text, trim, words} from '../../util/text.js';
import {partFolder} from '../part-folder.js';
import {systemChoice, systemLaunchers} from '../system-binary.js';
import {reportBad, reportNoEffect} from '../values.js';
import {zcRecipeCmmi} from './cmmi.js';

/** `:build`: the system's pound, or one that is compiled by opt-in. */
export const ploneRecipePoundBuild: RecipeLowering = {
  recipe: 'plone.recipe.pound',
  entryPoints: ['default', 'build'],
  options: [...zcRecipeCmmi.options, 'owner', 'group', 'ssl_dir', 't_rsa', 'extra-options', 'socket'],
  page: {
    summary: ":build is the system's pound.",
    options: {
      'owner group': "nothing: Pound runs as the service's user",
      socket: 'where :config has its control socket',
      '…': 'as in zc.recipe.cmmi, with `[system] PART = build`',
    },
    differences: [
      "A production host has no compilers: preflight asserts the system's pound and PART/sbin leads to it.",
      'The script bin/PART is not made: it names a configuration that no part writes.',
    ],
  },
  gives: (part) => ({location: partFolder(part.name)}),
  hostCommand: () => 'pound',
  lower(part, context) {
    const choice = systemChoice(part, context) ?? 'pound';
    if (choice === 'build') return zcRecipeCmmi.lower(part, context);
    const folder = partFolder(part.name);
    return [...systemLaunchers(part, folder, choice), ...systemLaunchers(part, folder, `${choice}ctl`)];
  },
};

/**
 * `:config`: pound.cfg, and the scripts poundctl, poundrun and poundcontrol.
 * Reads    `balancers`, time-outs, `sticky` and its session options, `socket`, `daemon`, `log_*`, `executable`, `poundbuildpart`.
 * Reports  CFG508 where a balancer is none, CFG509 for `dynscale`.
 * Source: plone.recipe.pound 0.5.5, config.py and its templates.
 */
export const ploneRecipePoundConfig: RecipeLowering = {
  recipe: 'plone.recipe.pound',
  entryPoints: ['config'],
  options: [
    ...['daemon', 'log_facility', 'log_level', 'alive', 'dynscale', 'client', 'timeout', 'grace', 'sticky'],
    ...['sessiontype', 'sessiontimeout', 'sessioncookie', 'socket', 'balancers', 'executable', 'poundbuildpart'],
    ...['location', 'log_file', 'poundctl-binary', 'poundrun-binary', 'poundcontrol-binary'],
  ],
  page: {
    summary: ':config writes pound.cfg and the scripts that run Pound.',
    options: {
      balancers: 'a listener a line: name, address:port, and backends as host:port[,priority[,timeout]]',
      'daemon log_facility log_level alive client timeout grace': 'as in the recipe',
      'sticky sessiontype sessiontimeout sessioncookie': 'as in the recipe',
      socket: 'the control socket',
      'executable poundbuildpart': 'the program; the only part of :build where neither is set',
      'poundctl-binary poundrun-binary poundcontrol-binary': 'names of the scripts',
      location: 'the folder above etc/PART, for other parts that name it',
      'dynscale log_file': 'nothing: newer Pounds have no DynScale, and the recipe never reads log_file',
    },
    differences: [
      "User and Group are not set: Pound runs as the service's user.",
      'The pid is run/PART.pid, the configuration etc/PART/etc/pound.cfg of the release.',
    ],
  },
  gives: (part) => {
    const folder = text(
      part.option('location') ? trim(part.option('location')!) : place('directory', 'parts'),
      `/${part.name}`,
    );
    return {location: folder, prefix: folder};
  },
  lower(part, context) {
    const number = (name: string, usual: string): string => {
      const value = part.literal(name)?.trim() || usual;
      if (!/^-?\d+$/.test(value))
        reportBad(part, name, context.report, `\`${name}\` of part \`${part.name}\` is no number`, 'a whole number');
      return value;
    };
    if (!/^0*$/.test(part.literal('dynscale')?.trim() ?? ''))
      reportNoEffect(part, 'dynscale', context.report, 'newer Pounds have no DynScale', 'take it out');
    const folder = partFolder(part.name);
    const configuration = text(folder, '/etc/pound.cfg');
    const pid = place('run', `${part.name}.pid`);
    const build = buildPart(part, context);
    const socket = build?.option('socket') ?? part.option('socket') ?? place('data', 'pound.sock');
    const program = part.option('executable') ?? text(build ? partFolder(build.name) : folder, '/sbin/pound');
    const word = (name: string, usual: string): Text => unquoted(trim(part.option(name) ?? text(usual)));
    const content = text(
      `Daemon ${number('daemon', '1')}\n`,
      `LogLevel ${number('log_level', '1')}\n`,
      ...['LogFacility ', word('log_facility', 'daemon'), '\n'],
      `Alive ${number('alive', '30')}\nClient ${number('client', '10')}\n`,
      `TimeOut ${number('timeout', '15')}\nGrace ${number('grace', '30')}\n`,
      ...['Control "', unquoted(trim(socket)), '"\n'],
      ...listeners(part, context, {
        sticky: (part.literal('sticky')?.trim() ?? 'on') === 'on',
        session: text(
          '    Session\n      Type ',
          word('sessiontype', 'COOKIE'),
          '\n      ID "',
          word('sessioncookie', '__ac'),
          `"\n      TTL ${number('sessiontimeout', '300')}\n    End\n`,
        ),
      }),
    );
    const origin = part.origin('recipe');
    const scripts: [string, Text][] = [
      [
        'poundrun',
        text(
          '#!/bin/sh\nexec ',
          shellWord(program),
          ' -f ',
          shellWord(configuration),
          ' -p ',
          shellWord(pid),
          ' "$@"\n',
        ),
      ],
      [
        'poundcontrol',
        text('#!/bin/sh\nexec ', shellWord(text(program, 'ctl')), ' -c ', shellWord(trim(socket)), ' "$@"\n'),
      ],
      ['poundctl', control(program, configuration, pid)],
    ];
    return [
      {kind: 'file', origin, class: 'etc', path: configuration, content, executable: false},
      ...scripts.map(
        ([name, script]): FileEntry => ({
          kind: 'file',
          origin,
          class: 'bin',
          path: place('bin', part.literal(`${name}-binary`)?.trim() || name),
          content: script,
          executable: true,
        }),
      ),
    ] satisfies Entry[];
  },
};

/** The part of `:build` that is named, or the first there is. */
function buildPart(part: Part, {parts}: LowerContext): Part | undefined {
  const named = part.literal('poundbuildpart')?.trim();
  return parts.find((one) =>
    named ? one.name === named : one.recipe === 'plone.recipe.pound' && one.entryPoint === 'build',
  );
}

function listeners(
  part: Part,
  {report}: LowerContext,
  {sticky, session}: {readonly sticky: boolean; readonly session: Text},
): (string | Text)[] {
  return part.lines('balancers').flatMap((line): (string | Text)[] => {
    const [name, listen, ...backends] = words(line).map(show);
    const [address, port, ...more] = (listen ?? '').split(':');
    const ends = backends.map((backend) => /^([^:,]+):(\d+)(?:,(\d+))?(?:,(\d+))?$/.exec(backend));
    if (!address || !/^\d+$/.test(port ?? '') || more.length > 0 || ends.some((end) => !end)) {
      const message = `a line of \`balancers\` of part \`${part.name}\` is no balancer`;
      const hint = 'name address:port host:port[,priority[,timeout]] …';
      reportBad(part, 'balancers', report, message, 'not of this form', hint, name);
      return [];
    }
    return [
      `\n# ${name}\nListenHTTP\n  Address ${address}\n  Port ${port}\n  xHTTP 2\n  Service\n`,
      ...ends.map((end) => {
        const [, host, at, priority = '0', timeout = '0'] = end!;
        const timed = Number(timeout) > 0 ? `      TimeOut ${timeout}\n` : '';
        const weighed = Number(priority) > 0 ? `      Priority ${priority}\n` : '';
        return `    BackEnd\n      Address ${host}\n      Port ${at}\n${timed}${weighed}    End\n`;
      }),
      ...(sticky ? [session] : []),
      '  End\nEnd\n',
    ];
  });
}

/** One word of sh. */

/** What stands between the double quotes of Pound's configuration, which has no escape. */
function unquoted(value: Text): Text {
  return text(...value.pieces.map((piece) => (typeof piece === 'string' ? piece.replace(/["\n]/g, '') : piece)));
}

function control(program: Text, configuration: Text, pid: Text): Text {
  return text(
    '#!/bin/sh\npid=',
    shellWord(pid),
    '\nrun() {\n    ',
    shellWord(program),
    ' -f ',
    shellWord(configuration),
    ' -p "$pid"\n}\n',
    'halt() {\n    [ ! -f "$pid" ] || kill "$(cat "$pid")"\n}\n',
    'case ${1:-} in\nstart) run ;;\nstop) halt ;;\nrestart) halt; sleep 4; run ;;\n',
    'status) if [ -f "$pid" ]; then echo "Pound running - process $(cat "$pid")"; else echo "Pound not running"; fi ;;\n',
    '*) echo "usage: $0 start|stop|restart|status" >&2; exit 64 ;;\nesac\n',
  );
}
