import {createHash} from 'node:crypto';
import type {Io} from '../io.js';
import {joinPath, shownUrl} from '../util/path.js';
import {type Login, parseNetrc} from './netrc.js';
import type {RemoteStore} from './remote-store.js';

/** Where files at URLs come from, and how long is waited for them. */
export interface RemoteOptions {
  /** Nothing is fetched. */
  readonly offline: boolean;
  /** URL to the path of a file that stands in for it. */
  readonly map: ReadonlyMap<string, string>;
  /** The folder that buildout filled: files named by the MD5 of their URL. Never written to; one that is missing stops, as in buildout. */
  readonly cache: string | undefined;
  /** cfgc's own folder of what it fetched; undefined where nothing is kept. */
  readonly store: RemoteStore | undefined;
  /** Whether a URL is fetched although the cache has it. */
  readonly preferNetwork: boolean;
  readonly timeoutMs: number;
  readonly attempts: number;
  /** Before a second attempt; doubled for each further one. */
  readonly retryDelayMs: number;
  readonly home: string;
}

export type Fetched =
  | {readonly bytes: Uint8Array; readonly from: 'map' | 'cache' | 'network' | 'file'; readonly staleBecause?: string}
  | {readonly missing: 'offline'}
  | {readonly missing: 'unreachable'; readonly why: string; readonly status?: number}
  | {readonly missing: 'map'; readonly path: string}
  | {readonly missing: 'cache'; readonly path: string};

/** Reads files at URLs. */
export class Remote {
  private machines: Promise<ReadonlyMap<string, Login>> | undefined;

  /** @param onNetrcFault  told once where ~/.netrc can't be read */
  constructor(
    private readonly io: Io,
    private readonly onNetrcFault: (path: string, fault: string) => void,
  ) {}

  async read(url: string, options: RemoteOptions): Promise<Fetched> {
    const mapped = options.map.get(url) ?? options.map.get(shownUrl(url));
    if (mapped !== undefined) {
      const bytes = await this.io.readFile(mapped);
      return bytes ? {bytes, from: 'map'} : {missing: 'map', path: mapped};
    }
    if (options.cache !== undefined && !(await this.isFolder(options.cache)))
      return {missing: 'cache', path: options.cache};
    const local = /^file:\/\/[^/]*(\/.*)$/i.exec(url)?.[1];
    if (local !== undefined) {
      const bytes = await this.io.readFile(local);
      return bytes ? {bytes, from: 'file'} : {missing: 'unreachable', why: `there is no file ${local}`};
    }
    const cached = options.cache === undefined ? undefined : await this.io.readFile(cachePath(options.cache, url));
    if (cached && (options.offline || !options.preferNetwork)) return {bytes: cached, from: 'cache'};
    if (options.offline) {
      const kept = await options.store?.last(url);
      return kept ? {bytes: kept, from: 'cache'} : {missing: 'offline'};
    }
    const answer = await this.fetch(url, options);
    if ('missing' in answer) {
      const old = cached ?? (await options.store?.last(url));
      return old ? {bytes: old, from: 'cache', staleBecause: answer.why} : answer;
    }
    await options.store?.keep(url, answer.bytes);
    return answer;
  }

  /** Also by way of a link. */
  private async isFolder(path: string): Promise<boolean> {
    try {
      await this.io.readFile(path);
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EISDIR';
    }
  }

  private async fetch(
    url: string,
    {timeoutMs, attempts, retryDelayMs, home}: RemoteOptions,
  ): Promise<{bytes: Uint8Array; from: 'network'} | {missing: 'unreachable'; why: string; status?: number}> {
    let parsed: URL;
    try {
      parsed = new URL(url);
    } catch {
      return {missing: 'unreachable', why: 'this is no URL'};
    }
    if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
      return {missing: 'unreachable', why: `${parsed.protocol}// is not fetched; http and https are`};
    const headers = parsed.username === '' ? await this.authorization(parsed.hostname, home) : undefined;
    let why = '';
    for (let attempt = 1; attempt <= attempts; attempt++) {
      if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, retryDelayMs * 2 ** (attempt - 2)));
      try {
        const {status, body} = await this.io.fetch(url, {timeoutMs, ...(headers && {headers})});
        if (status === 200 || status === 203) return {bytes: body, from: 'network'};
        why = statusText(status, headers !== undefined);
        // Another attempt helps where the server is at fault or busy, not where the file is not there.
        if (status < 500 && status !== 408 && status !== 429) return {missing: 'unreachable', why, status};
      } catch (error) {
        why = faultText(error, parsed);
      }
    }
    return {missing: 'unreachable', why: attempts > 1 ? `${why} (${attempts} attempts)` : why};
  }

  private async authorization(host: string, home: string): Promise<Record<string, string> | undefined> {
    this.machines ??= this.netrc(home);
    const machines = await this.machines;
    const found = machines.get(host) ?? machines.get('');
    if (!found) return undefined;
    return {authorization: `Basic ${Buffer.from(`${found.login}:${found.password}`).toString('base64')}`};
  }

  private async netrc(home: string): Promise<ReadonlyMap<string, Login>> {
    const path = this.io.env.NETRC ?? joinPath(home, '.netrc');
    try {
      const bytes = await this.io.readFile(path);
      if (!bytes) return new Map();
      const {machines, fault} = parseNetrc(new TextDecoder().decode(bytes));
      if (fault !== undefined) this.onNetrcFault(path, fault);
      return machines;
    } catch (error) {
      this.onNetrcFault(path, error instanceof Error ? error.message : String(error));
      return new Map();
    }
  }
}

/** The file of buildout's extends-cache that holds a URL. */
export function cachePath(cache: string, url: string): string {
  return joinPath(cache, createHash('md5').update(url).digest('hex'));
}

function statusText(status: number, authorized: boolean): string {
  switch (status) {
    case 401:
      return authorized ? 'the server refuses the login of ~/.netrc (401)' : 'the server asks for a login (401)';
    case 403:
      return 'the server refuses to give it (403)';
    case 404:
      return 'the server does not have it (404)';
    case 407:
      return 'the proxy asks for a login (407)';
    case 410:
      return 'the server no longer has it (410)';
    default:
      return `the server answered ${status}`;
  }
}

function faultText(error: unknown, {hostname, host}: URL): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const unknownSigner = `the certificate of ${host} is signed by nobody who is known; NODE_EXTRA_CA_CERTS=/path/to/ca.pem adds one`;
  const texts: Readonly<Record<string, string>> = {
    ENOTFOUND: `there is no host ${hostname}`,
    EAI_AGAIN: `the name ${hostname} can't be looked up now`,
    ECONNREFUSED: `${host} refuses the connection`,
    ECONNRESET: `${host} closed the connection`,
    ECUT: 'the answer was cut off',
    EHOSTUNREACH: `${host} can't be reached`,
    ENETUNREACH: "the network can't be reached",
    CERT_HAS_EXPIRED: `the certificate of ${host} has expired`,
    ERR_TLS_CERT_ALTNAME_INVALID: `the certificate of ${host} is another host's`,
    DEPTH_ZERO_SELF_SIGNED_CERT: unknownSigner,
    SELF_SIGNED_CERT_IN_CHAIN: unknownSigner,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownSigner,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownSigner,
  };
  return texts[code] ?? (error instanceof Error ? error.message : String(error));
}
