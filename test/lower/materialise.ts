/** Puts what a plan says onto this machine, as far as a test of configuration files needs it. */
import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {ReleasePlan, ScriptEntry} from '../../compiler/model/release-plan.js';
import type {Place, Ref, Text} from '../../compiler/model/text.js';

export interface Host {
  /** The folder that stands for PREFIX. */
  readonly prefix: string;
  readonly python: string;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** A Text as it reads on this host. `current` is the release itself. */
export function onHost(value: Text, host: Host): string {
  return value.pieces.map((piece) => (typeof piece === 'string' ? piece : refOnHost(piece, host))).join('');
}

/** Makes the folders, files and links of a plan, those below the prefix alone; returns the files that have a parser, with its command. */
export function materialise(
  plan: ReleasePlan,
  host: Host,
): readonly {readonly path: string; readonly command: readonly string[]}[] {
  const checks: {path: string; command: string[]}[] = [];
  for (const entry of plan.entries) {
    // A profile may name a path of the host, as /etc/nginx: that is not for a test.
    if ('path' in entry && !onHost(entry.path, host).startsWith(`${host.prefix}/`)) continue;
    if (entry.kind === 'directory') mkdirSync(onHost(entry.path, host), {recursive: true});
    if (entry.kind === 'link') write(onHost(entry.path, host), (path) => symlinkSync(onHost(entry.to, host), path));
    if (entry.kind === 'script')
      write(onHost(entry.path, host), (path) => writeFileSync(path, launcher(entry, host), {mode: 0o755}));
    if (entry.kind !== 'file') continue;
    const path = onHost(entry.path, host);
    write(path, () => writeFileSync(path, onHost(entry.content, host)));
    if (entry.executable) chmodSync(path, 0o755);
    if (entry.validate) checks.push({path, command: [...entry.validate.map((word) => onHost(word, host)), path]});
  }
  return checks;
}

/** As buildout writes launchers: initialization, then the call. */
function launcher(entry: ScriptEntry, host: Host): string {
  const paths = entry.extraPaths.map((path) => onHost(path, host));
  const start = `#!${host.python}\nimport sys\nsys.path.extend(${JSON.stringify(paths)})\n${onHost(entry.initialization, host)}\n`;
  if (entry.run.type !== 'call') return `${start}raise SystemExit('not of this test')\n`;
  const {module, attributes} = entry.run;
  return `${start}import ${module}\nif __name__ == '__main__':\n    sys.exit(${module}.${attributes}(${onHost(entry.arguments, host)}))\n`;
}

function write(path: string, make: (path: string) => void): void {
  mkdirSync(dirname(path), {recursive: true});
  make(path);
}

export const folders: Readonly<Record<Exclude<Place, 'directory'>, string>> = {
  prefix: '',
  current: 'release',
  release: 'release',
  bin: 'release/bin',
  etc: 'release/etc',
  lib: 'release/lib',
  share: 'release/share',
  venv: 'release/lib/venv',
  data: 'var',
  log: 'var/log',
  run: 'run',
  backups: 'backups',
  supervisor: 'supervisor',
  cache: 'cache',
};

function refOnHost(ref: Ref, host: Host): string {
  if (ref.ref === 'place') {
    if (ref.place === 'directory') throw new Error('a plan still speaks of the profile folder');
    return join(host.prefix, folders[ref.place]);
  }
  if (ref.ref === 'python') return host.python;
  if (ref.ref === 'release-id') return '1.0.0';
  if (ref.ref === 'secret') return host.secrets?.[ref.name] ?? `secret-${ref.name}`;
  if (ref.ref === 'env') return `value-of-${ref.name}`;
  return {hostname: 'web1', fqdn: 'web1.example.org', user: 'zope', group: 'zope'}[ref.ref];
}
