/** The storage of a Zope instance as zope.conf says it. Source: plone.recipe.zope2instance 9.1.0, recipe.py. */
import type {LowerContext, Part} from '../../model/lowering.js';
import type {Piece, Text} from '../../model/text.js';
import {lines, literal, show, split, text, words} from '../../util/text.js';
import {inDirectory, join} from '../placement.js';
import {reportBad, saysYes} from '../values.js';
import {confText, indented} from './conf-text.js';
import {fileStorage, varFolder} from './zodb-paths.js';

/** Which storages an instance has: what its folders, its backup and its zope.conf follow from. */
export interface InstanceStorage {
  readonly zeoClient: boolean;
  readonly relStorage: boolean;
  /** The Data.fs of the instance itself; none for a ZEO client, RelStorage or a storage in memory. */
  readonly file?: Text;
  /** The blob folder: the storage's own, the server's (shared), or a cache. */
  readonly blobs?: Text;
  /** Whether the blob folder is a cache of this client alone. */
  readonly blobCache: boolean;
  readonly shared: string;
}

export function instanceStorage(part: Part, context: LowerContext): InstanceStorage {
  const zeoClient = isOn(part, 'zeo-client');
  const relStorage = (part.option('rel-storage')?.pieces.length ?? 0) > 0;
  const shared = part.literal('shared-blob')?.trim() ?? 'no';
  const notShared = /^(no|off|false)$/i.test(shared);
  const demo = hasDemo(part) && part.option('before-storage') === undefined;
  const named = relStorage ? relStorageOptions(part).get('blob-dir') : part.option('blob-storage');
  const cache = zeoClient && notShared;
  const fallback = demo || relStorage ? undefined : join(varFolder(part), text(cache ? 'blobcache' : 'blobstorage'));
  const path = named === undefined ? fallback : named.pieces.length === 0 ? undefined : inDirectory(named);
  const file = zeoClient || relStorage ? undefined : fileStorage(part, context);
  return {
    zeoClient,
    relStorage,
    ...(file && {file}),
    ...(path && {blobs: context.dataPath(path)}),
    blobCache: cache,
    shared,
  };
}

export function hasDemo(part: Part): boolean {
  return !['off', 'disable', 'false'].includes(part.literal('demo-storage') ?? 'off');
}

function isOn(part: Part, name: string): boolean {
  return saysYes(part, name, ['yes', 'true', 'on', '1'], false);
}

/** The lines between `<zodb_db main>` and its mount point. */
export function storageSection(part: Part, context: LowerContext): Text {
  const storage = instanceStorage(part, context);
  if (storage.zeoClient && storage.relStorage) {
    const message = `part \`${part.name}\` has \`zeo-client\` and \`rel-storage\``;
    reportBad(part, 'rel-storage', context.report, message, 'one of the two', 'take one of the two out');
  }
  let section = storage.zeoClient
    ? zeoClientSection(part, storage)
    : storage.relStorage
      ? relStorageSection(part, context)
      : fileSection(part, context, storage.file, storage.blobs);
  const before = part.option('before-storage');
  if (before !== undefined) {
    section = confText(
      '%import zc.beforestorage',
      '<before>',
      text('  before ', before),
      indented(section, 2),
      '</before>',
    );
  }
  if (hasDemo(part)) section = demoSection(part, context, section);
  const wrapper = part.option('storage-wrapper');
  return wrapper?.pieces.length ? wrapped(wrapper, section) : section;
}

function zeoClientSection(part: Part, storage: InstanceStorage): Text {
  const option = (key: string, name = key): Text | undefined => {
    const value = part.option(name);
    return value?.pieces.length ? text(`  ${key} `, value) : undefined;
  };
  const client = part.option('zeo-client-client');
  const hasClient = (client?.pieces.length ?? 0) > 0;
  return confText(
    '<zeoclient>',
    text('  read-only ', part.option('read-only') ?? text('false')),
    text('  read-only-fallback ', part.option('zeo-client-read-only-fallback') ?? text('false')),
    storage.blobs && text('  blob-dir ', storage.blobs),
    storage.blobs && `  shared-blob-dir ${storage.shared}`,
    ...words(part.option('zeo-address') ?? text('8100')).map((address) => text('  server ', address)),
    text('  storage ', part.option('zeo-storage') ?? text('1')),
    '  name zeostorage',
    text('  cache-size ', part.option('zeo-client-cache-size') ?? text('128MB')),
    option('blob-cache-size', 'zeo-client-blob-cache-size'),
    option('blob-cache-size-check', 'zeo-client-blob-cache-size-check'),
    hasClient && text('  var ', part.option('zeo-var') ?? text('$(ZEO_TMP)')),
    option('client', 'zeo-client-client'),
    option('min-disconnect-poll'),
    option('max-disconnect-poll'),
    option('drop-cache-rather-verify', 'zeo-client-drop-cache-rather-verify'),
    '</zeoclient>',
  );
}

function fileSection(part: Part, context: LowerContext, file: Text | undefined, blobs: Text | undefined): Text {
  let section = file
    ? confText('<filestorage>', text('  path ', file), '</filestorage>')
    : confText('<demostorage>', '</demostorage>');
  const zlib = part.literal('zlib-storage')?.trim();
  if (zlib !== undefined && file) {
    if (zlib !== 'active' && zlib !== 'passive') {
      const message = `\`zlib-storage\` of part \`${part.name}\` can't be \`${zlib}\``;
      reportBad(part, 'zlib-storage', context.report, message, 'active or passive');
    }
    const compress = zlib === 'passive' ? 'false' : 'true';
    section = confText(
      '%import zc.zlibstorage',
      '<zlibstorage>',
      `  compress ${compress}`,
      indented(section, 2),
      '</zlibstorage>',
    );
  }
  return blobs
    ? confText('<blobstorage>', text('  blob-dir ', blobs), indented(section, 2), '</blobstorage>')
    : section;
}

function demoSection(part: Part, context: LowerContext, base: Text): Text {
  const file = part.option('demo-file-storage');
  const blobs = part.option('demo-blob-storage');
  if (file?.pieces.length || blobs?.pieces.length) {
    const changesFile = file?.pieces.length ? fileStorage(part, context, 'demo-file-storage') : undefined;
    const changesBlobs = blobs?.pieces.length ? context.dataPath(inDirectory(blobs)) : undefined;
    const changes = fileSection(part, context, changesFile, changesBlobs);
    return confText(
      '<demostorage>',
      indented(named(base, 'base'), 2),
      indented(named(changes, 'changes'), 2),
      '</demostorage>',
    );
  }
  if (part.option('blob-storage') !== undefined && part.option('before-storage') === undefined) {
    const message = `part \`${part.name}\` has \`demo-storage\` and \`blob-storage\``;
    const hint = 'name a `demo-blob-storage`, or use `before-storage`';
    reportBad(part, 'blob-storage', context.report, message, 'a demo storage has no blobs', hint);
  }
  return confText('<demostorage>', indented(base, 2), '</demostorage>');
}

/** Gives the first section of a text a name: `<filestorage>` becomes `<filestorage base>`. */
function named(section: Text, name: string): Text {
  let done = false;
  return text(
    ...section.pieces.map((piece) => {
      if (done || typeof piece !== 'string' || !/^\s*<\w+>/m.test(piece)) return piece;
      done = true;
      return piece.replace(/^(\s*<\w+)>/m, `$1 ${name}>`);
    }),
  );
}

/** `storage-wrapper` is a %-format with the storage as its one argument. */
function wrapped(wrapper: Text, section: Text): Text {
  const out: (Piece | Text)[] = [];
  for (const piece of wrapper.pieces) {
    if (typeof piece !== 'string') out.push(piece);
    else for (const chunk of piece.split(/(%s|%%)/)) out.push(chunk === '%s' ? section : chunk === '%%' ? '%' : chunk);
  }
  return text(...out);
}

/**
 * RelStorage: `key value` lines. Keys with a dash, and `name`, are RelStorage's own; the others are the database's.
 * Without a dsn one is built for PostgreSQL from dbname, user, host and password, as the recipe does.
 */
function relStorageSection(part: Part, context: LowerContext): Text {
  const options = relStorageOptions(part);
  const type = options.get('type') ? show(options.get('type')!) : 'postgresql';
  options.delete('type');
  if (type === 'postgresql' && !options.has('dsn')) {
    const names = ['dbname', 'user', 'host', 'password'];
    const missing = names.filter((name) => !options.has(name));
    if (missing.length > 0) {
      const message = `\`rel-storage\` of part \`${part.name}\` has no dsn, and no ${missing.join(', ')}`;
      reportBad(
        part,
        'rel-storage',
        context.report,
        message,
        'a dsn is built from these',
        "add a line `dsn dbname='…' host='…'`",
      );
    }
    const dsn = names.flatMap((name, i) => [`${i === 0 ? '' : ' '}${name}='`, options.get(name) ?? '', "'"]);
    for (const name of names) options.delete(name);
    options.set('dsn', text(...dsn));
  }
  const own: [string, Text][] = [];
  const database: [string, Text][] = [];
  const pragmas: [string, Text][] = [];
  for (const [name, value] of options) {
    if (type === 'sqlite3' && name.startsWith('pragmas-')) pragmas.push([name.slice('pragmas-'.length), value]);
    else if (name !== 'data-dir' && (name.includes('-') || name === 'name')) own.push([name, value]);
    else database.push([name, value]);
  }
  const line = ([name, value]: [string, Text]): Text =>
    text('  ', name, ' ', name === 'data-dir' || name === 'blob-dir' ? context.dataPath(value) : value);
  return confText(
    '%import relstorage',
    '<relstorage>',
    ...own.map(line),
    `  <${type}>`,
    ...database.map((one) => indented(line(one), 2)),
    pragmas.length > 0 && '    <pragmas>',
    ...pragmas.sort(([a], [b]) => (a < b ? -1 : 1)).map((one) => indented(line(one), 4)),
    pragmas.length > 0 && '    </pragmas>',
    `  </${type}>`,
    '</relstorage>',
  );
}

function relStorageOptions(part: Part): Map<string, Text> {
  const options = new Map<string, Text>();
  for (const line of lines(part.option('rel-storage') ?? text())) {
    const [first, ...more] = line.pieces;
    const found = typeof first === 'string' ? /^(\S+)\s+/.exec(first) : null;
    if (found && typeof first === 'string') options.set(found[1]!, text(first.slice(found[0].length), {pieces: more}));
  }
  return options;
}

/** The lines `name value` of `environment-vars`; a value on one line pairs its words, as the recipe does. */
export function environmentLines(value: Text): readonly Text[] {
  if (value.pieces.some((piece) => typeof piece === 'string' && piece.includes('\n'))) return lines(value);
  const all = words(value);
  const out: Text[] = [];
  for (let i = 0; i + 1 < all.length; i += 2) out.push(text(all[i]!, ' ', all[i + 1]!));
  return out;
}

/** Whether a text mentions a word in one of its literal pieces. */
export function mentions(value: Text | undefined, word: string): boolean {
  return value !== undefined && split(value, '\n').some((line) => (literal(line) ?? show(line)).includes(word));
}
