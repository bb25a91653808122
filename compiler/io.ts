import {normalisePath} from './util/path.js';

/** What a response of a URL was. `body` is the bytes as sent, decompressed. */
export interface Response {
  readonly status: number;
  /** After redirects. */
  readonly url: string;
  readonly body: Uint8Array;
}

/** Everything that reaches outside the process; given to load and lock alone. */
export interface Io {
  /** The file's bytes; `undefined` where there is none. Throws an Error with `code` where it can't be read. */
  readFile(path: string): Promise<Uint8Array | undefined>;
  /** Whether a file may be run; not asked where a world has no modes. */
  isExecutable?(path: string): Promise<boolean>;
  /** What lies at a path, a symbolic link not followed; undefined where nothing does. */
  pathKind(path: string): Promise<'link' | 'folder' | 'file' | undefined>;
  /** The names of what is in a folder; not asked where a world has none. Empty where it can't be read. */
  names?(folder: string): Promise<readonly string[]>;
  /** The names of the folders in a folder, sorted; not asked where a world has none. */
  folderNames?(path: string): Promise<readonly string[]>;
  /** Writes to a temporary file beside `path` and renames. `folders`: missing ones are made, with this mode. */
  writeFile(
    path: string,
    content: string | Uint8Array,
    options?: {readonly mode?: number; readonly folders?: number},
  ): Promise<void>;
  fetch(
    url: string,
    options: {readonly timeoutMs: number; readonly headers?: Readonly<Record<string, string>>},
  ): Promise<Response>;
  /** Runs a program without a shell. Throws where it can't be started. */
  run(
    command: readonly string[],
    options: {readonly cwd?: string; readonly input?: string},
  ): Promise<{readonly status: number; readonly stdout: string; readonly stderr: string}>;
  /** Makes a folder of its own that holds these files for as long as `work` runs. */
  withFolder<T>(files: Readonly<Record<string, string>>, work: (folder: string) => Promise<T>): Promise<T>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a test makes up: a path or URL whose value is an Error throws it, one that is missing is not there (404). */
export interface MemoryWorld {
  readonly files?: Readonly<Record<string, string | Uint8Array | Error>>;
  readonly urls?: Readonly<Record<string, string | Uint8Array | Error | Response>>;
  readonly env?: Io['env'];
  readonly run?: Io['run'];
}

/** An Io without a machine. `files` holds what was written too, `fetched` the URLs in the order asked for. */
export function memoryIo(
  world: MemoryWorld = {},
): Io & {readonly files: Map<string, Uint8Array | Error>; readonly fetched: string[]} {
  const files = new Map(
    Object.entries(world.files ?? {}).map(([path, value]) => [path, value instanceof Error ? value : bytes(value)]),
  );
  const fetched: string[] = [];
  const isFolder = (path: string): boolean => [...files.keys()].some((each) => each.startsWith(`${path}/`));
  /** `x/..` leads somewhere only where x is a folder, as on a disk. */
  const reaches = (path: string): boolean =>
    [...path.matchAll(/\/\.\.(?=\/|$)/g)].every(({index}) => isFolder(normalisePath(path.slice(0, index))));
  return {
    files,
    fetched,
    env: world.env ?? {},
    async readFile(path) {
      const plain = reaches(path) ? normalisePath(path) : path;
      const found = files.get(path) ?? files.get(plain);
      if (found instanceof Error) throw found;
      if (found && path.endsWith('/')) return undefined;
      if (!found && isFolder(plain)) throw Object.assign(new Error('a folder'), {code: 'EISDIR'});
      return found;
    },
    async pathKind(path) {
      if (files.has(path)) return 'file';
      return isFolder(path) ? 'folder' : undefined;
    },
    async writeFile(path, content) {
      files.set(path, bytes(content));
    },
    async fetch(url) {
      fetched.push(url);
      const found = world.urls?.[url];
      if (found instanceof Error) throw found;
      if (found === undefined) return {status: 404, url, body: new Uint8Array()};
      return typeof found === 'string' || found instanceof Uint8Array ? {status: 200, url, body: bytes(found)} : found;
    },
    async withFolder(given, work) {
      const folder = `/folder-${files.size}`;
      for (const [name, content] of Object.entries(given)) files.set(`${folder}/${name}`, bytes(content));
      return work(folder);
    },
    run:
      world.run ??
      (async ([program]) => {
        throw new Error(`there is no program ${program}`);
      }),
  };
}

function bytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
