import {dirname, relative, resolve} from 'node:path';
import type {Io} from './io.js';

/**
 * Files of the profile's folder that are not as committed, and files that the compile reads and git does not know,
 * as paths relative to the folder, sorted. Empty where there is no git, or no repository.
 * @param ignored  absolute paths that do not count: what cfgc itself writes
 */
export async function dirtyFiles(
  folder: string,
  read: readonly string[],
  ignored: readonly string[],
  io: Pick<Io, 'run'>,
): Promise<readonly string[]> {
  const git = async (...words: string[]): Promise<readonly string[] | undefined> => {
    try {
      const {status, stdout} = await io.run(['git', '-C', folder, ...words], {});
      return status === 0 ? stdout.split('\0').filter((line) => line !== '') : undefined;
    } catch {
      return undefined;
    }
  };
  const local = read.filter((path) => !relative(folder, path).startsWith('..'));
  const [top, changed, unknown] = await Promise.all([
    git('rev-parse', '--show-toplevel'),
    git('status', '--porcelain', '-z', '--no-renames', '--untracked-files=no', '--', '.'),
    local.length > 0 ? git('ls-files', '-z', '--others', '--', ...local) : [],
  ]);
  const root = top?.[0]?.replace(/\n$/, '');
  if (root === undefined || changed === undefined || unknown === undefined) return [];
  const found = [
    ...changed.map((line) => resolve(root, line.slice(3))),
    ...unknown.map((path) => resolve(folder, path)),
  ];
  return [...new Set(found)]
    .filter((path) => !ignored.includes(path))
    .map((path) => relative(folder, path))
    .sort();
}

/**
 * `HEAD~1:conf/prod.cfg` taken apart. Undefined where the word is a plain path: it has no colon, or what stands
 * before it is no revision (a URL, a Windows drive).
 */
export function readRevision(word: string): {readonly revision: string; readonly path: string} | undefined {
  const [, revision, path] = /^([^:/\s][^:\s]*):(?!\/\/)(.+)$/.exec(word) ?? [];
  return revision === undefined || path === undefined ? undefined : {revision, path};
}

/** An Io whose files below the repository are those of a revision; the rest is as it was. */
export async function revisionIo(revision: string, folder: string, io: Io): Promise<Io | {readonly wrong: string}> {
  const ask = async (...words: string[]) => io.run(['git', '-C', folder, ...words], {});
  try {
    const top = await ask('rev-parse', '--show-toplevel');
    if (top.status !== 0) return {wrong: `\`${folder}\` lies in no git repository`};
    const commit = await ask('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
    if (commit.status !== 0) return {wrong: `there is no revision \`${revision}\``};
    const root = top.stdout.replace(/\n$/, '');
    return {
      ...io,
      async readFile(path) {
        const inside = relative(root, path);
        if (inside.startsWith('..')) return io.readFile(path);
        const shown = await ask('show', `${commit.stdout.trim()}:${inside}`);
        return shown.status === 0 ? Buffer.from(shown.stdout) : undefined;
      },
    };
  } catch {
    return {wrong: 'git is not on this machine'};
  }
}

/** The folder of a profile. */
export function folderOf(path: string): string {
  return dirname(resolve(path));
}
