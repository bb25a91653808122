import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmdirSync} from 'node:fs';
import {cp, mkdir, readdir, readFile, stat, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {dir} from 'tmp-promise';
import {library} from '../../compiler/emit/templates.js';
import {pathFor, testShells} from '../harness/shell.js';
import {type Box, execute, type Ran, type Shell} from '../harness/tools.js';

/** A deployed release as backup and restore see it: a current release with a virtualenv, data, and the data functions. */
export interface DataSite {
  readonly prefix: string;
  readonly data: string;
  readonly backups: string;
  readonly file: string;
  readonly blobs: string;
  /** Runs a command of the library: `backup_run --full`. */
  run(command: readonly string[], how?: RunOptions): Promise<Ran>;
  /** The words that run it, for tests that kill it. */
  words(command: readonly string[], how?: RunOptions): readonly string[];
  /** Adds `count` objects with a blob each; `pack` packs afterwards. */
  write(count: number, pack?: boolean): Promise<void>;
  /** The keys of the database, each with the SHA-256 of its blob; opened by ZODB itself. */
  read(file?: string, blobs?: string): Promise<Record<string, string>>;
  /** Writes the data functions anew, with other values. */
  configure(how: SiteOptions): Promise<void>;
  /** Stamps of the complete backups, oldest first. */
  records(): Promise<readonly string[]>;
  /** The newest set's folder. */
  newestSet(): Promise<string>;
}

export interface SiteOptions {
  readonly keep?: number;
  readonly keepBlobDays?: number;
  readonly full?: boolean;
  readonly compress?: boolean;
  readonly blobMode?: 'rsync' | 'tar' | 'tar.gz' | 'copy' | 'none';
  readonly withBlobs?: boolean;
  readonly release?: string;
  readonly pre?: string;
  readonly post?: string;
  readonly dump?: string;
  readonly restoreDump?: string;
  readonly backups?: string;
  /** More shell at the end: other data functions, services. */
  readonly more?: string;
}

export interface RunOptions {
  readonly shell?: Shell;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

const parts = ['log', 'backup', 'record', 'storage', 'dump', 'data_tool', 'restore', 'adopt'];
/** CFGC_SHELL names another one: `npm run shells` tries all. */
const usual: Shell = process.env.CFGC_SHELL ? testShells()[0]! : {name: 'sh', command: ['sh']};

export async function makeDataSite(box: Box, options: SiteOptions = {}, folder?: string): Promise<DataSite> {
  const prefix = folder ?? (await dir({unsafeCleanup: true, prefix: 'cfgc-data-'})).path;
  const data = join(prefix, 'var');
  const file = join(data, 'filestorage/Data.fs');
  const blobs = join(data, 'blobstorage');
  const backups = options.backups ?? join(prefix, 'backups');
  await mkdir(join(prefix, 'releases/1.0/lib'), {recursive: true});
  await mkdir(join(data, 'filestorage'), {recursive: true});
  await symlink(box.folder, join(prefix, 'releases/1.0/lib/venv'));
  await symlink('releases/1.0', join(prefix, 'current'));
  const script = join(prefix, 'run.sh');
  const texts = library().filter(({name}) => parts.some((part) => name === `lib/${part}.sh`));
  const configure = async (how: SiteOptions) => {
    const text = dataFunctions(prefix, backups, how);
    await writeFile(script, `${text}\n${texts.map((part) => part.text).join('\n')}\n${how.more ?? ''}\n"$@"\n`);
  };
  await configure(options);
  const python = async (code: string, words: readonly string[]) => {
    const ran = await execute([box.python, '-c', code, ...words]);
    if (ran.status !== 0) throw new Error(ran.stderr);
    return ran.stdout;
  };
  const records = async () => (await listed(join(backups, 'records'))).filter((name) => !name.startsWith('.'));
  const words = (command: readonly string[], how: RunOptions = {}) => [
    ...(how.shell ?? usual).command,
    script,
    ...command,
  ];
  return {
    prefix,
    data,
    backups,
    file,
    blobs,
    words,
    run: async (command, how = {}) => {
      const env = how.env ?? {...process.env, PATH: await pathFor(how.shell ?? usual)};
      return execute(words(command, how), {env, input: how.input});
    },
    write: async (count, pack = false) => {
      await python(writer, [file, blobs, String(count), pack ? 'pack' : '']);
    },
    read: async (path = file, folderOfBlobs = blobs) => JSON.parse(await python(reader, [path, folderOfBlobs])),
    configure,
    records,
    newestSet: async () => {
      const sets = (await listed(join(backups, 'data/main'))).filter((name) => !name.startsWith('.'));
      return join(backups, 'data/main', sets.at(-1) ?? '');
    },
  };
}

/** Names in a folder, sorted; none where it isn't there. */
export async function listed(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

/** Every file below a folder with its bytes, by relative path: to be compared before and after. */
export async function treeOf(folder: string): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const name of (await readdir(folder, {recursive: true}).catch(() => [])).sort()) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) tree[name] = (await readFile(path)).toString('base64');
  }
  return tree;
}

/** A copy of the data as it is, to start a test from again. */
export async function copyTree(from: string, to: string): Promise<void> {
  await cp(from, to, {recursive: true, preserveTimestamps: true, verbatimSymlinks: true});
}

/** Changes one byte in the middle of a file. */
export async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = bytes.length >> 1;
  bytes[at] = bytes[at]! ^ 0xff;
  await writeFile(path, bytes);
}

/** As a need of `testWith`: a reason where this user may not mount a small file system. */
export function needsTmpfs(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'cfgc-tmpfs-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder], {stdio: 'ignore'});
    execFileSync('umount', [folder], {stdio: 'ignore'});
    return undefined;
  } catch {
    return 'no file system can be mounted here';
  } finally {
    rmdirSync(folder);
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function dataFunctions(prefix: string, backups: string, how: SiteOptions): string {
  const {keep = 2, keepBlobDays = 14, full = false, compress = true, blobMode = 'rsync', withBlobs = true} = how;
  const yes = (value: boolean) => (value ? 'yes' : 'no');
  return `PREFIX=${quoted(prefix)}
CURRENT=$PREFIX/current DATA=$PREFIX/var BACKUPS=${quoted(backups)} STATE=$PREFIX/.cfgc VENV=$PREFIX/current/lib/venv
SERVICE_USER='' SERVICES=none
release_active() { if [ -e "$CURRENT" ]; then printf '%s\\n' ${quoted(how.release ?? '1.0')}; fi; }
each_backup() { "$@" main ${quoted(how.pre ?? '')} ${quoted(how.post ?? '')}; }
each_storage() {
    "$@" main main "$DATA/filestorage/Data.fs" ${withBlobs ? '"$DATA/blobstorage"' : "''"} "$BACKUPS/data" "$BACKUPS/blobs" ${keep} ${keepBlobDays} ${yes(full)} ${yes(compress)} ${blobMode}
}
each_dump() { ${how.dump ? `"$@" base ${quoted(how.dump)} ${quoted(how.restoreDump ?? '')} ${keep}` : ':'}; }
each_directory() { :; }
`;
}

const writer = `
import os, sys, ZODB, ZODB.blob
from ZODB.FileStorage import FileStorage
file, blobs, count, pack = sys.argv[1:]
database = ZODB.DB(FileStorage(file, blob_dir=blobs))
with database.transaction() as connection:
    root = connection.root()
    for _ in range(int(count)):
        root['key-%d' % len(root)] = ZODB.blob.Blob(os.urandom(4000))
if pack:
    with database.transaction() as connection:
        root = connection.root()
        for key in sorted(root)[:2]:
            del root[key]
    database.pack()
database.close()
`;

const reader = `
import hashlib, json, sys, ZODB
from ZODB.FileStorage import FileStorage
database = ZODB.DB(FileStorage(sys.argv[1], blob_dir=sys.argv[2], read_only=True))
with database.transaction() as connection:
    found = {key: hashlib.sha256(blob.open('c').read()).hexdigest() for key, blob in connection.root().items()}
database.close()
json.dump(found, sys.stdout)
`;
