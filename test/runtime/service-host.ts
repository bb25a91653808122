import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Report} from '../../compiler/diagnostics/diagnostic.js';
import {shFeed, shWord} from '../../compiler/emit/quote.js';
import {supervisorFiles} from '../../compiler/emit/supervisor-conf.js';
import {systemdFiles, writableFolders} from '../../compiler/emit/systemd-unit.js';
import {library} from '../../compiler/emit/templates.js';
import type {ServiceEntry} from '../../compiler/model/release-plan.js';
import {text} from '../../compiler/util/text.js';
import {pathFor} from '../harness/shell.js';
import {execute, type Ran, type Shell} from '../harness/tools.js';

/** The library without main, for a test calls functions. */
const functions = library()
  .filter(({name}) => name !== 'lib/main.sh')
  .map(({text}) => text)
  .join('\n');

export interface HostOptions {
  readonly shell: Shell;
  readonly services?: 'supervisor' | 'systemd' | 'none';
  readonly syslog?: boolean;
  /** Further data functions and settings, as shell. */
  readonly data?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A PREFIX in a folder of its own, releases without a build, and the shell library to run on them. */
export class ServiceHost {
  readonly shell: Shell;
  readonly prefix: string;
  constructor(
    readonly folder: string,
    readonly options: HostOptions,
  ) {
    this.shell = options.shell;
    this.prefix = join(folder, 'app');
  }

  /** A complete release with these services: its etc/ as the script would write it, its files, and its record; `data` as shell. */
  async release(
    id: string,
    services: readonly ServiceEntry[],
    files: Readonly<Record<string, string>> = {},
    data = '',
  ): Promise<void> {
    const report: Report = (diagnostic) => {
      throw new Error(diagnostic.message);
    };
    const release = join(this.prefix, 'releases', id);
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(release, path, '..'), {recursive: true});
      await writeFile(join(release, path), content, {mode: 0o755});
    }
    const etc =
      this.options.services === 'systemd'
        ? systemdFiles(
            services,
            {
              name: 'portal',
              user: text({ref: 'user'}),
              group: text({ref: 'group'}),
              syslog: {enabled: this.options.syslog ?? false, facility: 'local3'},
              writable: writableFolders([]),
            },
            report,
          )
        : this.options.services === 'none'
          ? []
          : supervisorFiles(services, {syslog: this.options.syslog ?? false}, report);
    const writes = etc.map((file) => shFeed(file.content, `cat >"$ETC/"${shWord(file.path)}`));
    const visits = services.map(
      (service) =>
        `"$@" ${shWord(service.name)} ${service.priority} ${service.fingerprint} ${service.autostart ? 'yes' : 'no'} ${service.startSeconds} ${shWord(service.group ?? '')} ${service.ready.map((address) => shWord(address)).join(' ')}`,
    );
    const made = await this.run(
      `${data}
       layout_release ${id}
       mkdir -p "$ETC/supervisor.d" "$ETC/systemd" "$BIN" "$DATA" "$LOG" "$RUN" "$STATE"
       : >"$RELEASE/.complete"
       ${writes.join('\n')}
       each_service() { :
       ${visits.join('\n')}
       }
       service_record`,
    );
    if (made.status !== 0) throw new Error(made.stderr);
  }

  /** `current` points at the release, in one rename. */
  async switch(id: string): Promise<void> {
    await execute(['ln', '-s', `releases/${id}`, join(this.prefix, 'current.new')]);
    await execute(['mv', '-T', join(this.prefix, 'current.new'), join(this.prefix, 'current')]);
  }

  /** Runs shell code with the library, as the release script would. */
  async run(body: string, options: {env?: NodeJS.ProcessEnv; timeoutMs?: number} = {}): Promise<Ran> {
    const script = join(this.folder, `run-${Math.random().toString(36).slice(2)}.sh`);
    await writeFile(script, `${this.head()}\n${body}\n`);
    return execute([...this.shell.command, script], {
      cwd: this.folder,
      env: {...process.env, PATH: await pathFor(this.shell), ...this.options.env, ...options.env, PREFIX: this.prefix},
      timeoutMs: options.timeoutMs ?? 300_000,
    });
  }

  private head(): string {
    const empty = [
      'directory',
      'secret',
      'input',
      'service',
      'schedule',
      'webhook',
      'health_check',
      'check',
      'service_command',
      'service_source',
    ];
    return `${functions}
${empty.map((name) => `each_${name}() { :; }`).join('\n')}
secret_set() { :; }
environment_requirements() { echo 'supervisor==4.3.0 --hash=sha256:0'; }
layout_folders() { :; }
host_facts() { :; }
inputs() { :; }
NAME=portal VERSION=1.0.0 PROFILE=prod PYTHON_WANTED=3 IMPLEMENTATION=cpython DEFAULT_PREFIX=/srv/portal SERVICE_USER=$(id -un) SERVICE_GROUP=$(id -gn)
OPERATORS= KEEP=5 SERVICES=${this.options.services ?? 'supervisor'} SCHEDULES=cron DATA_MIGRATION=no LAYOUT_STYLE=prefix CONTENT_DIGEST=0
SYSLOG_ENABLED=${this.options.syslog ? 'yes' : 'no'} SYSLOG_FACILITY=local3
SCRIPT=$0 QUIET=no JSON=no FORCE_RESTART=no STEP=
HEALTH_SETTLE=2
${this.options.data ?? ''}
shell_init
layout_init`;
  }
}

/** A host in a temporary folder whose path is short enough for a socket. */
export async function serviceHost(options: HostOptions): Promise<ServiceHost> {
  const folder = await mkdtemp(join(existsSync('/tmp') ? '/tmp' : tmpdir(), 'cfgc-svc-'));
  await mkdir(join(folder, 'app'));
  return new ServiceHost(folder, options);
}

/** The supervisor's box without an installer: the one of the test tools. Of more than one, each has a folder of its own. */
export async function useSupervisorBox(host: ServiceHost, box: string, data = ''): Promise<string> {
  const made = await host.run(`${data}
mkdir -p "$LOG" "$RUN" "$STATE" "$SUPERVISOR"
    ln -s '${box}' "$SUPERVISOR/$(supervisor_box)"
    [ -h "$SUPERVISOR/venv" ] || supervisor_install_own
    supervisor_box`);
  if (made.status !== 0) throw new Error(made.stderr);
  return made.stdout.trim();
}

export async function removeHost(host: ServiceHost): Promise<void> {
  await rm(host.folder, {recursive: true, force: true});
}

export function service(name: string, changes: Partial<ServiceEntry> = {}): ServiceEntry {
  return {
    kind: 'service',
    origin: {part: name, file: 'prod.cfg', line: 1},
    name,
    command: [text({ref: 'place', place: 'current'}, `/bin/${name}`)],
    environment: [],
    priority: 20,
    autostart: true,
    startSeconds: 1,
    stopSignal: 'TERM',
    stopWaitSeconds: 10,
    redirectStderr: true,
    events: [],
    extra: [],
    ready: [],
    uses: [],
    fingerprint: 'f1',
    ...changes,
  };
}
