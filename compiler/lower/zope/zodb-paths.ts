/** Where the ZODB recipes keep their files: the same answer for the server, its clients, and the backup. */
import type {LowerContext, Part} from '../../model/lowering.js';
import type {Text} from '../../model/text.js';
import {canonicalName} from '../../util/distribution-name.js';
import {literal, place, show, text, words} from '../../util/text.js';
import {inDirectory, join} from '../placement.js';

export function isZeoServer(part: Part): boolean {
  return canonicalName(part.recipe) === 'plone-recipe-zeoserver';
}

export function isZopeInstance(part: Part): boolean {
  return canonicalName(part.recipe) === 'plone-recipe-zope2instance';
}

/**
 * Whether another part says how this server runs: a supervisor part, which names all that runs, or one of zc.recipe.rhrc that
 * lists it. Without one each server is a service by itself.
 */
export function isNamedElsewhere(part: Part, context: LowerContext): boolean {
  return context.parts.some((other) => {
    const recipe = canonicalName(other.recipe);
    if (recipe === 'zc-recipe-rhrc')
      return words(other.option('parts') ?? text()).some((word) => show(word) === part.name);
    return recipe === 'collective-recipe-supervisor';
  });
}

/** The base of run-time paths, `var`, as buildout sees it: not placed yet. */
export function varFolder(part: Part): Text {
  const own = part.option('var');
  return own === undefined ? place('directory', 'var') : inDirectory(own);
}

/** `file-storage`, joined to var. Undefined where it is set to nothing. */
export function fileStorage(part: Part, context: LowerContext, option = 'file-storage'): Text | undefined {
  const own = part.option(option);
  if (own?.pieces.length === 0) return undefined;
  return context.dataPath(join(varFolder(part), own ?? text('filestorage/Data.fs')));
}

/** The server's `blob-storage`, joined to var. Undefined where it is set to nothing. */
export function serverBlobs(part: Part, context: LowerContext): Text | undefined {
  const own = part.option('blob-storage');
  if (own?.pieces.length === 0) return undefined;
  return context.dataPath(join(varFolder(part), own ?? text('blobstorage')));
}

/** A pid or socket file: in the run folder by its last name, unless it lies outside of the profile's folder. */
export function runPath(path: Text): Text {
  const whole = inDirectory(path);
  const first = whole.pieces[0];
  if (typeof first === 'string' || first === undefined || first.ref !== 'place' || first.place !== 'directory')
    return whole;
  const last = whole.pieces.at(-1);
  return typeof last === 'string' ? place('run', last.slice(last.lastIndexOf('/') + 1)) : whole;
}

/**
 * A log file: one in the profile's folder lies in the log folder.
 * `log/zeo.log` and `var/log/zeo.log` are both {log}/zeo.log.
 */
export function logPath(path: Text, part: Part, context: LowerContext): Text {
  const whole = literal(path);
  if (whole !== undefined && !whole.startsWith('/')) {
    return place('log', whole.replace(/^(\.\/)?(var\/)?(log\/)?/, ''));
  }
  return context.dataPath(join(varFolder(part), path));
}

/** What answers when the server is up: `tcp://127.0.0.1:8100`. None for a Unix socket. */
export function readyAddress(address: string): Text[] {
  const trimmed = address.trim();
  if (/^\d+$/.test(trimmed)) return [text(`tcp://127.0.0.1:${trimmed}`)];
  const found = /^(.*):(\d+)$/.exec(trimmed);
  if (!found) return [];
  const host = ['', '*', '0.0.0.0', '[::]', '[::0]'].includes(found[1]!) ? '127.0.0.1' : found[1]!;
  return [text(`tcp://${host}:${found[2]}`)];
}

/** `host:port` with the host filled in, so that two ways to write one address compare equal. */
export function canonicalAddress(address: Text): string {
  const whole = show(address).trim();
  if (/^\d+$/.test(whole)) return `127.0.0.1:${whole}`;
  return whole.replace(/^(localhost|0\.0\.0\.0|\*)?:/, '127.0.0.1:');
}
