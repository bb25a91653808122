import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {closeSync, constants, fstatSync, openSync, readFileSync} from 'node:fs';
import {chmod, lstat, mkdir, mkdtemp, readdir, realpath, rename, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, dirname, join} from 'node:path';
import type {Io} from './io.js';

/** Bytes of a file that is read as a whole. */
const largestFile = 1 << 26;

function withCode(code: string): Error {
  return Object.assign(new Error(code), {code});
}

/** The real world. */
export const nodeIo: Io = {
  async readFile(path) {
    // Synchronous: a profile of ten thousand small files would wait for the event loop at each of them, four times.
    let file: number | undefined;
    try {
      // A pipe is opened without waiting for who writes to it, and refused: it, or a device, may give bytes for ever.
      file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const found = fstatSync(file);
      if (found.isDirectory()) throw withCode('EISDIR');
      if (!found.isFile()) throw withCode('ENOTREG');
      if (found.size > largestFile) throw withCode('EFBIG');
      return readFileSync(file);
    } catch (error) {
      if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
      throw error;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  },

  async isExecutable(path) {
    const found = await stat(path).catch(() => undefined);
    return found !== undefined && (found.mode & 0o111) !== 0;
  },

  async pathKind(path) {
    const found = await lstat(path).catch(() => undefined);
    return found && (found.isSymbolicLink() ? 'link' : found.isDirectory() ? 'folder' : 'file');
  },

  names(folder) {
    return readdir(folder).catch(() => []);
  },

  async folderNames(path) {
    const found = await readdir(path, {withFileTypes: true}).catch(() => []);
    const names = found.filter((item) => item.isDirectory() || item.isSymbolicLink()).map(({name}) => name);
    return names.sort();
  },

  async writeFile(path, content, options) {
    if (options?.folders !== undefined) await makeFolders(dirname(path), options.folders);
    // A link stays a link: what it points to is replaced.
    const target = await realpath(path).catch(() => path);
    const before = await stat(target).catch(() => undefined);
    const side = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`);
    try {
      await writeFile(side, content, {flag: 'wx'});
      const mode = options?.mode ?? (before && before.mode & 0o7777);
      if (mode !== undefined) await chmod(side, mode);
      await rename(side, target);
    } catch (error) {
      await rm(side, {force: true});
      throw error;
    }
  },

  async fetch(url, options) {
    // Loaded where it is needed: most runs fetch nothing.
    const {fetchUrl} = await import('./http.js');
    return fetchUrl(url, options, process.env);
  },

  run([program, ...words], options) {
    return new Promise((resolve, reject) => {
      const child = spawn(program!, words, {
        stdio: 'pipe',
        ...(options.cwd !== undefined && {cwd: options.cwd}),
      });
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      child.on('error', reject);
      // A program that does not read its input is no fault.
      child.stdin.on('error', () => {});
      child.stdin.end(options.input ?? '');
      child.on('close', (status) => {
        resolve({
          status: status ?? 128,
          stdout: Buffer.concat(stdout).toString(),
          stderr: Buffer.concat(stderr).toString(),
        });
      });
    });
  },

  async withFolder(files, work) {
    const folder = await mkdtemp(join(tmpdir(), 'cfgc-'));
    try {
      for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
      return await work(folder);
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
  },

  env: process.env,
};

/**
 * A folder with those above it. Node's own way never ends where the system has no place for one (`/proc`, the folder of a user
 * whom an automounter does not know): there `mkdir` says that the folder above is missing, which is there.
 */
async function makeFolders(path: string, mode: number): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await stat(at).catch(() => undefined))?.isDirectory(); at = dirname(at)) {
    missing.push(at);
    if (dirname(at) === at) break;
  }
  for (const folder of missing.reverse()) {
    try {
      await mkdir(folder, {mode});
    } catch (error) {
      // Another process may have made it meanwhile.
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

/** Whether an error is one of the system's, of this code (`ENOENT`). */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
