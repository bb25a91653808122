import {checkProfile, lockPath, lockRelease, planRelease} from '../compile.js';
import {nodeIo} from '../node-io.js';
import type {CompileOptions} from './options.js';
import {requestOf, usage} from './request.js';
import {startSession} from './session.js';

/** `cfgc lock FILE`: makes the lock where it is not fresh. `--update` takes changed remote files, `--locked` only looks. */
export async function lockCommand(
  file: string,
  words: readonly string[],
  options: CompileOptions & {readonly update?: boolean},
  version: string,
): Promise<number> {
  const request = requestOf(file, words, {...options, allowDirty: true});
  if ('wrong' in request) return usage(request.wrong);
  const session = startSession(options, version);
  const checked = await checkProfile(request, nodeIo, session.report, version, session.learn);
  if (!checked) return session.finish();
  const plan = await planRelease(checked, nodeIo, session.report, request);
  // The lock tells all that is not pinned; what else is wrong with the profile is no matter of the lock.
  if (session.hasErrors() && !session.onlyErrorsOf('CFG412')) return session.finish();
  const path = lockPath(checked.config);
  const before = await nodeIo.readFile(path).catch(() => undefined);
  const mode = options.locked ? 'locked' : options.update ? 'update' : 'use';
  const lock = await lockRelease(plan, checked, nodeIo, session.report, mode, request);
  if (lock && options.format === 'text') {
    const after = await nodeIo.readFile(path);
    const same = before && after && Buffer.compare(before, after) === 0;
    const change = same ? 'unchanged' : before ? 'changed' : 'made';
    process.stderr.write(`${change}  ${path} (${lock.packages.length} distributions)\n`);
  }
  return session.finish();
}
