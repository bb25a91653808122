import {resolveLiteral} from '../compile.js';
import {configGraph, type GraphFormat, renderGraph} from '../inspect/graph.js';
import {nodeIo} from '../node-io.js';
import {readProfile} from '../read-profile.js';
import type {ReadOptions} from './options.js';
import {requestOf, usage} from './request.js';
import {startSession} from './session.js';

/** `cfgc graph FILE --as text|dot|mermaid`. What can't be resolved leaves the parts out; the files are drawn all the same. */
export async function graphCommand(
  file: string,
  words: readonly string[],
  options: ReadOptions & {readonly as: GraphFormat},
): Promise<number> {
  const request = requestOf(file, words, options);
  if ('wrong' in request) return usage(request.wrong);
  const session = startSession({...options, format: 'text'});
  const read = await readProfile(request, nodeIo, session.report, session.learn);
  if (read) {
    const resolved = resolveLiteral(read.config, session.report);
    process.stdout.write(renderGraph(configGraph(read.config, resolved), options.as));
  }
  return session.finish();
}
