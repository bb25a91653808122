/** The command in a folder of its own, as a package manager lays it down, and someone who may read all and write nothing. */
import {copyFile, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {needsProgram, projectRoot} from './tools.js';

/** @returns the names of the files that it copied into `folder`: `cfgc.cjs` and its bundle */
export async function installCommand(folder: string): Promise<readonly string[]> {
  const dist = join(projectRoot, 'dist');
  const brought = (await readdir(dist)).filter((name) => /^(cfgc\.cjs|bundle-.*\.js)$/.test(name));
  for (const name of brought) await copyFile(join(dist, name), join(folder, name));
  return brought;
}

/** As a need of `testWith`: a reason where the tests can't run a program as someone else. */
export const needsNobody = process.getuid?.() === 0 ? needsProgram('setpriv') : 'only root can be someone else';

/** Before a command: it runs as a user whom the machine does not know. */
export const asNobody: readonly string[] = ['setpriv', '--reuid=54321', '--clear-groups'];
