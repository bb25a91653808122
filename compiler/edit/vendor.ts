import {dirname, join, relative} from 'node:path/posix';
import type {Graph} from '../model/graph.js';
import type {Source, Span} from '../model/source.js';

export interface VendoredFile {
  readonly path: string;
  readonly text: string;
  /** Where it came from; undefined for a file of the profile whose `extends` is rewritten. */
  readonly url?: string;
}

/**
 * What `cfgc vendor` writes: every file that comes from a URL as `FOLDER/HOST/PATH` beside the profile, and each `extends` that names
 * one rewritten to its copy. Relative names between files of one host stay right, since their folders are kept.
 * @param folder  the folder for the copies, below the profile's
 */
export function vendoredFiles(graph: Graph, folder: string): readonly VendoredFile[] {
  const root = dirname(graph.entrySource.path);
  const placeOf = (source: Source): string =>
    isRemote(source) ? join(root, folder, localName(source.path)) : source.path;
  const sources = [...new Set(graph.files.map(({source}) => source))];
  return sources.flatMap((source) => {
    const edits = graph.edges
      .filter(
        ({from, to, span}) => from === source && isRemote(to) && (!isRemote(from) || spelled(span).includes('://')),
      )
      .map(({to, span}) => ({span, text: relative(dirname(placeOf(source)), placeOf(to))}));
    const text = apply(source.text, edits);
    if (isRemote(source)) return [{path: placeOf(source), text, url: source.path}];
    return text === source.text ? [] : [{path: source.path, text}];
  });
}

function isRemote(source: Source): boolean {
  return /^[a-z]+:\/\//i.test(source.path);
}

function spelled({source, start, end}: Span): string {
  return source.text.slice(start, end);
}

/** `https://host:8080/a/b.cfg?x=1` is `host_8080/a/b.cfg_x=1`: no step can leave the folder. */
function localName(url: string): string {
  const {host, pathname, search} = new URL(url);
  const steps = `${pathname}${search}`.split('/').filter((step) => step !== '' && step !== '.' && step !== '..');
  return join(...[host, ...steps].map((step) => decoded(step).replace(/[^\w.+=@-]/g, '_')));
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function apply(text: string, edits: readonly {readonly span: Span; readonly text: string}[]): string {
  const seen = new Set<number>();
  let out = text;
  for (const {span, text: put} of [...edits].sort((a, b) => b.span.start - a.span.start)) {
    if (seen.has(span.start)) continue;
    seen.add(span.start);
    out = out.slice(0, span.start) + put + out.slice(span.end);
  }
  return out;
}
