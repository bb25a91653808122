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
  /** Writes to a temporary file beside `path` and renames. */
  writeFile(path: string, content: string | Uint8Array, options?: {readonly mode?: number}): Promise<void>;
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
