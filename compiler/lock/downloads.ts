import {createHash} from 'node:crypto';
import type {Report} from '../diagnostics/diagnostic.js';
import type {Io} from '../io.js';
import type {Span} from '../model/source.js';
import {sha256} from '../util/digest.js';
import {badDownload} from './kinds.js';

const timeoutMs = 60_000;

/**
 * The SHA-256 of every URL: from `known`, else of the file itself, which is fetched for that.
 * @param wanted  URL to the md5 that the part gives for it
 * @param placeOf  where a part names a URL
 * @returns undefined where one could not be had (reported)
 */
export async function hashDownloads(
  wanted: ReadonlyMap<string, string | undefined>,
  known: Readonly<Record<string, string>>,
  io: Io,
  report: Report,
  placeOf: (url: string) => Span | undefined,
): Promise<Record<string, string> | undefined> {
  const hashes: Record<string, string> = {};
  let failed = false;
  for (const [url, md5] of wanted) {
    const fail = (message: string, hint: string): void => {
      failed = true;
      const span = placeOf(url);
      report({kind: badDownload, message, ...(span && {primary: {span, text: 'downloaded by this part'}}), hint});
    };
    const before = known[url];
    if (before !== undefined) {
      hashes[url] = before;
      continue;
    }
    try {
      const {status, body} = await io.fetch(url, {timeoutMs});
      const found = createHash('md5').update(body).digest('hex');
      if (status !== 200) fail(`\`${url}\` answers ${status}`, moved);
      else if (md5 !== undefined && md5.toLowerCase() !== found)
        fail(`\`${url}\` has the md5 ${found}, not ${md5}`, other);
      else hashes[url] = sha256(body);
    } catch (error) {
      fail(`\`${url}\` could not be fetched: ${error instanceof Error ? error.message : String(error)}`, moved);
    }
  }
  return failed ? undefined : hashes;
}

const moved = 'see whether it has moved, or put a copy where the hosts reach it, and change the URL';
const other = 'look at what was sent: where it is right, correct the md5 of the part';
