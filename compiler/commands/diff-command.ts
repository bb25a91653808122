import {dirname, resolve} from 'node:path';
import {resolveLiteral} from '../compile.js';
import {readRevision, revisionIo} from '../git.js';
import {difference, renderDifference} from '../inspect/diff.js';
import type {Resolved} from '../model/config.js';
import {nodeIo} from '../node-io.js';
import {readProfile} from '../read-profile.js';
import type {ReadOptions} from './options.js';
import {requestOf, usage} from './request.js';
import {type Session, startSession} from './session.js';

/** `cfgc diff BEFORE AFTER`; a side may be `REVISION:FILE`. With --exit-code 1 says that they differ. */
export async function diffCommand(
  before: string,
  after: string,
  options: ReadOptions & {readonly exitCode?: boolean},
): Promise<number> {
  const session = startSession({...options, format: 'text'});
  const sides: Resolved[] = [];
  for (const word of [before, after]) {
    const side = await readSide(word, options, session);
    if (side === undefined) return session.finish();
    if ('wrong' in side) return usage(side.wrong);
    sides.push(side);
  }
  const found = difference(sides[0]!, sides[1]!);
  const differs = found.changes.length + found.partsAdded.length + found.partsRemoved.length > 0 || found.partsMoved;
  process.stdout.write(options.format === 'json' ? `${JSON.stringify(found, null, 2)}\n` : renderDifference(found));
  const status = await session.finish();
  return status === 0 && options.exitCode && differs ? 1 : status;
}

async function readSide(
  word: string,
  options: ReadOptions,
  session: Session,
): Promise<Resolved | {readonly wrong: string} | undefined> {
  const revision = (await nodeIo.readFile(resolve(word)).catch(() => undefined)) ? undefined : readRevision(word);
  const path = resolve(revision?.path ?? word);
  const io = revision ? await revisionIo(revision.revision, dirname(path), nodeIo) : nodeIo;
  if ('wrong' in io) return io;
  // The absolute path of both sides is the same: what is only a folder's name is no difference.
  const request = requestOf(path, [], options);
  if ('wrong' in request) return request;
  const read = await readProfile(request, io, session.report, session.learn);
  return read && resolveLiteral(read.config, session.report);
}
