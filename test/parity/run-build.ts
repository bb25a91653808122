/** Builds what a plan downloads, compiles and runs, by the library of the release script, and gives what that made. */
import {lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync} from 'node:fs';
import {join, relative} from 'node:path';
import type {BuildEntry, CommandEntry, DownloadEntry, ReleasePlan} from '../../compiler/model/release-plan.js';
import {makeHost} from '../harness/shell.js';
import {execute} from '../harness/tools.js';
import {folders, materialise, onHost} from '../lower/materialise.js';
import {packArchives} from './real.js';
import type {RecordedPath, Recording} from './recording.js';

const shells = ['collective.recipe.cmd', 'iw.recipe.cmd', 'plone.recipe.command'];

type Step = DownloadEntry | BuildEntry | CommandEntry;

/** The release folder after its build, as if buildout had made it; undefined where no part has anything to run. */
export async function runBuild(plan: ReleasePlan, folder: string): Promise<Recording | undefined> {
  const steps = plan.entries.filter(
    (entry): entry is Step =>
      entry.kind === 'download' ||
      entry.kind === 'build' ||
      (entry.kind === 'command' && entry.when === 'build' && shells.includes(entry.origin.recipe ?? '')),
  );
  if (steps.length === 0) return undefined;
  const {prefix, call} = await makeHost();
  const release = join(prefix, 'releases/1.0.0');
  mkdirSync(release, {recursive: true});
  symlinkSync('releases/1.0.0', join(prefix, folders.release));
  const host = {prefix, python: 'python3'};
  materialise(plan, host);
  const before = new Set(below(release).map(([path]) => path));
  const archives = join(prefix, 'archives');
  await execute(['cp', '-R', join(folder, 'archives'), archives]);
  await packArchives(archives);
  const words = (...all: readonly string[]): string =>
    all.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const visit = (step: Step): string => {
    if (step.kind === 'command') {
      const {name, when, interpreter, stopOnError} = step;
      return `printf '%s\\n' ${words(onHost(step.source, host))} | "$@" ${words(name, when, interpreter, stopOnError ? 'yes' : 'no')}`;
    }
    const path = onHost(step.path, host);
    if (step.kind === 'download') {
      const flags = [step.unpack ? 'yes' : 'no', step.strip ? 'yes' : 'no', step.mode ?? '', ...(step.excludes ?? [])];
      return `"$@" ${words(step.url, '', step.class, path, ...flags)}`;
    }
    const variables = step.environment.flatMap(({name, value}) => [name, onHost(value, host)]);
    const fields = [step.name, step.url, '', path, String(step.environment.length), ...variables];
    const patches = step.patches.map((patch) => onHost(patch, host));
    return `printf '%s\\n' ${words(onHost(step.source, host))} | "$@" ${words(...fields, ...patches)}`;
  };
  const visitor = (kind: Step['kind']): string =>
    `each_${kind}() { :${steps
      .filter((step) => step.kind === kind)
      .map((step) => ` && ${visit(step)}`)
      .join('')}; }`;
  const ran = await call(
    {name: 'sh', command: ['sh']},
    `umask 022
mkdir -p "$STATE"
fetch_file() { cp ${words(archives)}/"\${1##*/}" "$3"; }
${visitor('download')}
${visitor('build')}
${visitor('command')}
each_download entry_download && each_build entry_archive && entry_commands build`,
  );
  if (ran.status !== 0) return {status: ran.status, message: ran.stderr.trim().split('\n').at(-1)!, paths: new Map()};
  const made = below(release).filter(([path]) => !before.has(path));
  if (steps.some(({kind}) => kind === 'command')) return {status: 0, message: '', paths: new Map(made)};
  // Modes of what was fetched are the permission step's: whether it can be run is all that the archive says.
  return {status: 0, message: '', paths: new Map(made.map(([path, one]) => [path, {...one, mode: classMode(one)}]))};
}

function classMode({kind, mode}: RecordedPath): string {
  return kind === 'directory' || (Number.parseInt(mode, 8) & 0o100) !== 0 ? '0755' : '0644';
}

function below(folder: string): [string, RecordedPath][] {
  return readdirSync(folder, {recursive: true, withFileTypes: true}).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const mode = (lstatSync(path).mode & 0o7777).toString(8).padStart(4, '0');
    const kind = entry.isDirectory() ? 'directory' : 'file';
    // The release's etc/ is where buildout has parts/: both are {etc}.
    return [relative(folder, path), {kind, mode, text: kind === 'file' ? readFileSync(path, 'utf8') : ''}];
  });
}
