/** A setting that cfgc reads: for the reader, for `cfgc explain SECTION:OPTION`, and for the nearest spelling. */
export interface SettingOption {
  readonly name: string;
  /** As it would be written; absent where there is none. */
  readonly fallback?: string;
  readonly text: string;
}

export interface SettingSection {
  readonly name: string;
  readonly text: string;
  readonly options: readonly SettingOption[];
  /** What any other option means; absent where there is no other. */
  readonly free?: string;
}

/** Every release section and option. A section of one of these names that has a `recipe` is a part, and not read. */
export const settingSections: readonly SettingSection[] = [
  {
    name: 'release',
    text: 'What is released, for which host, and how it runs.',
    options: [
      {name: 'name', text: 'the release, in folder names, service names and logs; required'},
      {name: 'version', text: 'SemVer; the identity of a release: one version has one content; required'},
      {
        name: 'python',
        text: 'major.minor of the Python that conditions are decided for and the host must have; required',
      },
      {name: 'profile', fallback: 'prod', text: 'prod or dev'},
      {name: 'platform', fallback: 'linux-x86_64', text: 'system and machine that conditions are decided for'},
      {name: 'implementation', fallback: 'cpython', text: 'cpython or pypy'},
      {name: 'prefix', fallback: '/srv/NAME', text: 'the folder on the host; PREFIX=… overrides it there'},
      {name: 'user', fallback: 'NAME', text: 'who the services run as'},
      {name: 'group', fallback: 'USER', text: 'the group of the services, which reads the code'},
      {name: 'operators', fallback: "the deployer's own group", text: 'the group that may run what is in bin'},
      {name: 'keep', fallback: '5', text: 'complete releases that stay on the host, at least 2'},
      {name: 'services', fallback: 'supervisor', text: 'supervisor, systemd or none'},
      {
        name: 'schedules',
        fallback: 'cron; systemd with services = systemd',
        text: 'who runs jobs at their times: cron (a file in /etc/cron.d or a block in the crontab), or systemd (a timer each)',
      },
      {
        name: 'restart-command',
        text: 'with services = none: what restarts them after a switch; else stop-command and start-command',
      },
      {name: 'start-command', text: 'with services = none: what starts them; a daemon redirects its own output'},
      {name: 'stop-command', text: 'with services = none: what stops them, also before a restore'},
      {name: 'status-command', text: 'with services = none: what exits with 0 while they run'},
      {name: 'installer', fallback: 'auto', text: 'auto (uv where the host has it, else pip), uv or pip'},
      {name: 'build-from-source', text: 'distributions that may be built from an sdist, one a line'},
      {
        name: 'data-migration',
        fallback: 'no',
        text: 'yes: the release changes data, so a failed health check does not go back by itself',
      },
      {
        name: 'webhooks',
        text: 'URLs that are told what happens, one a line: URL [secret=NAME] [format=json] [events=a,b]',
      },
      {name: 'syslog', fallback: 'yes', text: 'whether logs go to syslog'},
      {name: 'syslog-facility', fallback: 'local3', text: 'daemon, user or local0 to local7'},
      {name: 'syslog-remotes', text: 'receivers for the rsyslog drop-in, one a line: udp://host:514 or tcp://host:514'},
      {name: 'bridge', text: 'recipes that the build runs under the real zc.buildout, one a line'},
      {name: 'plugins', text: 'modules with recipe lowerings of your own, one a line'},
      {name: 'custom', text: 'a file that may only add eggs, zcml, pins and environment'},
      {name: 'cfgc', text: 'the versions of cfgc that may compile this profile, as ^1.2'},
    ],
  },
  {
    name: 'permissions',
    text: 'A class of path a line: owner:group mode [folder-mode].',
    options: [
      {name: 'bin', fallback: 'deployer:operators 0770 0770', text: 'what people run'},
      {name: 'code', fallback: 'deployer:service 0640 0750', text: 'lib and share of a release'},
      {name: 'etc', fallback: 'deployer:service 0640 0750', text: 'configuration of a release'},
      {name: 'secret', fallback: 'deployer:service 0640 0750', text: 'files that hold a secret'},
      {name: 'data', fallback: 'service:service 0600 0700', text: 'shared data'},
      {name: 'blobs', fallback: 'service:service 0600 0700', text: 'blobs and their cache'},
      {name: 'run', fallback: 'service:service 0600 0700', text: 'pids and sockets'},
      {name: 'log', fallback: 'service:service 0600 0700', text: 'log files that cannot go to syslog'},
      {name: 'backups', fallback: 'deployer:deployer 0600 0700', text: 'backups'},
    ],
  },
  {
    name: 'layout',
    text: 'Where each class of path goes. A folder is absolute, or below the prefix.',
    options: [
      {
        name: 'style',
        fallback: 'prefix',
        text: 'prefix: all below one folder; fhs: over /opt, /etc/opt, /var/opt and /run',
      },
      {name: 'releases', fallback: 'releases', text: 'the releases'},
      {name: 'data', fallback: 'var', text: 'shared data'},
      {name: 'log', fallback: 'var/log', text: 'log files that cannot go to syslog'},
      {name: 'run', fallback: 'run', text: 'pids and sockets'},
      {name: 'backups', fallback: 'backups', text: 'backups'},
      {name: 'supervisor', fallback: 'supervisor', text: "the supervisor's own virtualenv"},
      {name: 'cache', fallback: '.cfgc/cache', text: 'downloads and wheels kept between releases'},
    ],
  },
  {
    name: 'backup',
    text: 'The backup before a switch. `dump-NAME` is a command whose output is kept; `verify-NAME` reads it and fails where it is not whole; `restore-NAME` puts it back.',
    options: [
      {name: 'keep', fallback: '5', text: 'good backups that are kept'},
      {name: 'full', fallback: 'no', text: 'yes: full instead of incremental backups'},
    ],
    free: 'dump-NAME, verify-NAME or restore-NAME',
  },
  {
    name: 'healthcheck',
    text: 'What must answer after a restart, else the release before comes back.',
    options: [
      {name: 'url', text: 'http:// or tcp:// addresses, one a line'},
      {name: 'command', text: 'commands that must exit with 0, one a line'},
      {name: 'status', fallback: '200', text: 'HTTP status codes that are healthy'},
      {name: 'deadline', fallback: '120', text: 'seconds until all must answer'},
      {name: 'interval', fallback: '2', text: 'seconds between two tries'},
    ],
  },
  {
    name: 'secrets',
    text: 'Secrets that the host knows; ${secrets:NAME} refers to one.',
    options: [],
    free: 'env:VARIABLE, file:PATH, generate:PATH (made at random where it is missing) or command:COMMAND',
  },
  {
    name: 'webhooks',
    text: 'Webhooks with names: NAME = URL [secret=NAME] [format=json] [events=a,b].',
    options: [],
    free: 'a webhook',
  },
  {
    name: 'inputs',
    text: 'Environment variables of whoever runs the script; ${inputs:NAME} refers to one.',
    options: [],
    free: 'the value where the variable is not set; empty: it must be set',
  },
  {
    name: 'system',
    text: 'Programs that the host must have: NAME = COMMAND, found on the PATH or as an absolute path.',
    options: [],
    free: 'a program',
  },
];

/** The section of this name. */
export function settingSection(name: string): SettingSection | undefined {
  return settingSections.find((section) => section.name === name);
}
