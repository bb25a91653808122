/**
 * States of a host: what a deploy that was killed leaves. Kills at many points leave the same state, and what follows from
 * a state is the same too, so each is judged once.
 */
import {createHash} from 'node:crypto';
import {type BigIntStats, lstatSync, readdirSync, readlinkSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {textOf} from './site.js';

/** The states that were judged already, by this lane or another one. */
export class States {
  readonly #known = new Set<string>();

  get count(): number {
    return this.#known.size;
  }

  knows(state: string): boolean {
    return this.#known.has(state);
  }

  /** True the first time that this state is met. */
  isNew(state: string): boolean {
    if (this.#known.has(state)) return false;
    this.#known.add(state);
    return true;
  }
}

/**
 * A digest of everything below `prefix`: paths, kinds, modes, contents. Two runs that were killed at the same point give the
 * same one: times, numbers of three digits and more (process ids) and the name of the host's folder are left
 * out, and the digest of a release's inputs, in which that is.
 * A file that another process takes away meanwhile counts as gone.
 */
export function stateOf(prefix: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(prefix, {recursive: true}).map(String).sort()) {
    const path = join(prefix, name);
    const stat = lstatSync(path, {throwIfNoEntry: false, bigint: true});
    if (stat === undefined) continue;
    const content = stat.isSymbolicLink() ? readlinkSync(path) : stat.isFile() ? contentOf(path, prefix, stat) : '';
    hash.update(`${plain(name, prefix)}\0${stat.mode.toString(8)}\0${plain(content, prefix)}\0`);
  }
  return hash.digest('hex');
}

function plain(text: string, prefix: string): string {
  return text
    .replaceAll(dirname(prefix), 'HOST')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME')
    .replaceAll(/inputs=[0-9a-f]{64}/g, 'INPUTS')
    .replaceAll(/\d{3,}/g, 'N');
}

/** What large files hold, by their path and all that changes with what they hold: a release has a copy of its script. */
const contents = new Map<string, string>();

function contentOf(path: string, prefix: string, stat: BigIntStats): string {
  if (stat.size < 10_000) return textOf(path);
  const key = [path, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
  const known = contents.get(key);
  if (known !== undefined) return known;
  const digest = createHash('sha256')
    .update(plain(textOf(path), prefix))
    .digest('hex');
  contents.set(key, digest);
  return digest;
}
