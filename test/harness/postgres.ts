import {execFile} from 'node:child_process';
import {chmodSync, existsSync, mkdtempSync, readdirSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {findProgram, needsProgram} from './tools.js';

const run = promisify(execFile);

/** A real PostgreSQL of the test's own: in a folder, on a socket there, on no port. */
export interface Postgres {
  /** Words for sh before a client program's own: where the server is, and as whom. */
  readonly where: string;
  sql(statement: string): Promise<string>;
  close(): Promise<void>;
}

/** Why there can't be one; undefined where there can. */
export function postgresMissing(): string | undefined {
  if (serverProgram('initdb') === undefined) return 'no PostgreSQL server on this machine';
  return needsProgram('psql', 'pg_dump', 'pg_restore', ...(process.getuid?.() === 0 ? ['setpriv'] : []));
}

export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync('/tmp/cfgc-pg-');
  // The server refuses to run as root.
  const nobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  const server = (words: readonly string[]) => {
    const [program, ...rest] = [...nobody, ...words] as [string, ...string[]];
    return run(program, rest, {cwd: '/', env: {PATH: process.env.PATH, LC_ALL: 'C'}});
  };
  const data = join(folder, 'data');
  chmodSync(folder, 0o777);
  await server([serverProgram('initdb')!, '-D', data, '-U', 'postgres', '-A', 'trust', '-N', '-E', 'UTF8']);
  const control = serverProgram('pg_ctl')!;
  const options = `-c listen_addresses='' -c unix_socket_directories=${folder} -c fsync=off`;
  await server([control, '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start']);
  return {
    where: `-h ${folder} -U postgres`,
    sql: async (statement) =>
      (
        await run('psql', ['-h', folder, '-U', 'postgres', '-AtX', '-v', 'ON_ERROR_STOP=1', '-c', statement])
      ).stdout.trim(),
    async close() {
      await server([control, '-D', data, '-m', 'immediate', 'stop']);
      await rm(folder, {recursive: true, force: true});
    },
  };
}

/** On the PATH, or where Debian puts what only its own wrappers should call. */
function serverProgram(name: string): string | undefined {
  const found = findProgram(name);
  if (found) return found;
  const base = '/usr/lib/postgresql';
  if (!existsSync(base)) return undefined;
  return readdirSync(base)
    .map((version) => join(base, version, 'bin', name))
    .find((path) => existsSync(path));
}
