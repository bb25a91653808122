import {vendoredFiles} from '../edit/vendor.js';
import {nodeIo} from '../node-io.js';
import {foreignOutput, writeText} from '../output.js';
import {readProfile} from '../read-profile.js';
import {shownUrl} from '../util/path.js';
import type {ReadOptions} from './options.js';
import {requestOf, usage} from './request.js';
import {startSession} from './session.js';

/** `cfgc vendor FILE`: copies of the remote files beside the profile, and `extends` that name them. */
export async function vendorCommand(
  file: string,
  words: readonly string[],
  options: ReadOptions & {readonly into: string; readonly force?: boolean},
): Promise<number> {
  const request = requestOf(file, words, options);
  if ('wrong' in request) return usage(request.wrong);
  if (/^\/|(^|\/)\.\.(\/|$)/.test(options.into)) return usage('--into is a folder below the folder of the profile');
  const session = startSession(options);
  const read = await readProfile(request, nodeIo, session.report, session.learn);
  if (!read || session.hasErrors()) return session.finish();
  const files = vendoredFiles(read.graph, options.into);
  for (const {path, text, url} of files) {
    const there = url === undefined ? undefined : await nodeIo.readFile(path).catch(() => Buffer.from(''));
    if (there && !options.force && Buffer.from(there).toString() !== text) {
      session.report({
        kind: foreignOutput,
        message: `\`${path}\` is there already, with other content`,
        notes: [`it would be the copy of \`${shownUrl(url ?? '')}\``],
        hint: 'look at the difference, then use --force, or another folder with --into',
      });
    }
  }
  if (session.hasErrors()) return session.finish();
  // The copies first: a profile never names one that is not there.
  for (const {path, text, url} of [...files].sort((a, b) => Number(!a.url) - Number(!b.url))) {
    if (!(await writeText(path, text, nodeIo, session.report, {folders: 0o777}))) return session.finish();
    process.stderr.write(url === undefined ? `changed  ${path}\n` : `made  ${path} (${shownUrl(url)})\n`);
  }
  if (files.length === 0) process.stderr.write(`unchanged  ${file} extends no remote file\n`);
  return session.finish();
}
