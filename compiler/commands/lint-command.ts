import {checkProfile, lockPath, planRelease} from '../compile.js';
import {lint} from '../lint/lint.js';
import {nodeIo} from '../node-io.js';
import {canonicalName} from '../util/distribution-name.js';
import type {ReadOptions} from './options.js';
import {requestOf, usage} from './request.js';
import {startSession} from './session.js';

/** Kinds of the lowering that say what a recipe does not know, or ignores. */
const ofRecipes = new Set(['CFG502', 'CFG509']);

/** `cfgc lint FILE`: the lint rules, and the warnings of check and of the recipes. What only a release needs is not asked for. */
export async function lintCommand(
  file: string,
  words: readonly string[],
  options: ReadOptions,
  version: string,
): Promise<number> {
  const request = requestOf(file, words, {...options, allowDirty: true});
  if ('wrong' in request) return usage(request.wrong);
  const session = startSession(options, version);
  const checked = await checkProfile(
    request,
    nodeIo,
    (diagnostic) => {
      if (!diagnostic.kind.id.startsWith('CFG48')) session.report(diagnostic);
    },
    version,
    session.learn,
  );
  if (!checked) return session.finish();
  await planRelease(
    checked,
    nodeIo,
    (diagnostic) => {
      if (ofRecipes.has(diagnostic.kind.id)) session.report(diagnostic);
    },
    request,
  );
  lint({...checked.context, locked: await lockedNames(lockPath(checked.config))});
  return session.finish();
}

/** Canonical names in a lock; undefined where there is none, or it can't be read. */
async function lockedNames(path: string): Promise<ReadonlySet<string> | undefined> {
  const bytes = await nodeIo.readFile(path).catch(() => undefined);
  if (!bytes) return undefined;
  const {readPylock} = await import('../lock/pylock.js');
  const read = readPylock(Buffer.from(bytes).toString());
  if ('wrong' in read) return undefined;
  const {packages, supervisor, tools} = read.lock;
  return new Set([...packages, ...supervisor, ...tools].map(({name}) => canonicalName(name)));
}
