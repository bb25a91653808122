import {checkProfile, lockRelease, planRelease} from '../compile.js';
import {nodeIo} from '../node-io.js';
import type {CompileOptions} from './options.js';
import {requestOf, usage} from './request.js';
import {startSession} from './session.js';

/** `cfgc check FILE`: everything but the lock, which `--locked` adds; nothing is written. */
export async function checkCommand(
  file: string,
  words: readonly string[],
  options: CompileOptions,
  version: string,
): Promise<number> {
  const request = requestOf(file, words, options);
  if ('wrong' in request) return usage(request.wrong);
  const session = startSession(options, version);
  const checked = await checkProfile(request, nodeIo, session.report, version, session.learn);
  if (checked) {
    const plan = await planRelease(checked, nodeIo, session.report, request);
    if (options.locked && !session.hasErrors())
      await lockRelease(plan, checked, nodeIo, session.report, 'locked', request);
  }
  return session.finish();
}
