import {createHash} from 'node:crypto';
import type {Report} from '../diagnostics/diagnostic.js';
import type {Io} from '../io.js';
import {badDownload} from './kinds.js';

const timeoutMs = 60_000;

/**
 * The SHA-256 of every URL: from `known`, else of the file itself, which is fetched for that.
 * @param wanted  URL to the md5 that the part gives for it
 * @returns undefined where one could not be had (reported)
 */
export async function hashDownloads(
  wanted: ReadonlyMap<string, string | undefined>,
  known: Readonly<Record<string, string>>,
  io: Io,
  report: Report,
): Promise<Record<string, string> | undefined> {
  const hashes: Record<string, string> = {};
  let failed = false;
  const fail = (message: string): void => {
    failed = true;
    report({kind: badDownload, message});
  };
  for (const [url, md5] of wanted) {
    const before = known[url];
    if (before !== undefined) {
      hashes[url] = before;
      continue;
    }
    try {
      const {status, body} = await io.fetch(url, {timeoutMs});
      const found = createHash('md5').update(body).digest('hex');
      if (status !== 200) fail(`\`${url}\` answers ${status}`);
      else if (md5 !== undefined && md5.toLowerCase() !== found) fail(`\`${url}\` has the md5 ${found}, not ${md5}`);
      else hashes[url] = createHash('sha256').update(body).digest('hex');
    } catch (error) {
      fail(`\`${url}\` could not be fetched: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failed ? undefined : hashes;
}
