import {createHash} from 'node:crypto';
import type {Io} from '../io.js';
import {sha256} from '../util/digest.js';
import {joinPath} from '../util/path.js';

/**
 * The files at URLs that cfgc fetched: the last one of each URL, for `--offline`, and each by its SHA-256, so that
 * a change can be shown as a difference.
 *
 *     FOLDER/last/MD5-OF-URL        as in buildout's extends-cache
 *     FOLDER/content/SHA256
 */
export class RemoteStore {
  constructor(
    private readonly io: Io,
    private readonly folder: string,
  ) {}

  /** What a URL answered the last time; undefined where it was never asked here. */
  last(url: string): Promise<Uint8Array | undefined> {
    return this.read('last', md5(url));
  }

  /** A file by its SHA-256; undefined where it was never seen here, or is no longer what its name says. */
  async content(digest: string): Promise<Uint8Array | undefined> {
    if (!/^[0-9a-f]{64}$/.test(digest)) return undefined;
    const found = await this.read('content', digest);
    return found && sha256(found) === digest ? found : undefined;
  }

  /** Keeps what a URL answered. A folder that may not be written to is no fault: the next run asks the host again. */
  async keep(url: string, bytes: Uint8Array): Promise<void> {
    const digest = sha256(bytes);
    try {
      if (!(await this.content(digest))) await this.write('content', digest, bytes);
      await this.write('last', md5(url), bytes);
    } catch {
      // What can't be kept can be had again.
    }
  }

  /** For this user alone: what asks for a login may be a secret. */
  private write(kind: 'last' | 'content', name: string, bytes: Uint8Array): Promise<void> {
    return this.io.writeFile(joinPath(this.folder, kind, name), bytes, {mode: 0o600, folders: 0o700});
  }

  private async read(kind: 'last' | 'content', name: string): Promise<Uint8Array | undefined> {
    try {
      return await this.io.readFile(joinPath(this.folder, kind, name));
    } catch {
      return undefined;
    }
  }
}

function md5(url: string): string {
  return createHash('md5').update(url).digest('hex');
}
