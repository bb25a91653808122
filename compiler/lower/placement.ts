/** Where the paths of a buildout lie on the host: `bin` and `parts` in the release, `var` in the data folder. */
import type {Resolved} from '../model/config.js';
import type {Piece, Place, Text} from '../model/text.js';
import {literal, place, text} from '../util/text.js';

/** Turns a path, or any text with paths in it, that still speaks of the profile's folder into places of the host. */
export interface Placement {
  /** Replaces every `{directory}` of a text by the place that stands for what follows it. */
  placed(value: Text): Text;
  /** Where data lies: see `LowerContext.dataPath`. */
  dataPath(path: Text): Text;
}

/** Where a folder of the profile's folder lies on the host: a place, and what is below it. */
interface Lies {
  readonly place: Place;
  readonly below: string;
}

/** Folders that hold what outlives a release, by the names that profiles give them. */
const usual: readonly (readonly [string, Place, string?])[] = [
  ['var', 'data'],
  ['var/log', 'log'],
  ['var/run', 'run'],
  ['var/backups', 'backups'],
  ['log', 'log'],
  ['logs', 'log'],
  ['run', 'run'],
  ['backups', 'backups'],
  ['data', 'data', 'data'],
  ['tmp', 'data', 'tmp'],
  ['cache', 'data', 'cache'],
  ['filestorage', 'data', 'filestorage'],
  ['blobstorage', 'data', 'blobstorage'],
  ['etc', 'etc'],
];

/** Options that say where data lies, whatever the recipe: the folder that they begin with is a folder of data. */
const dataOptions = ['var', 'zeo-var', 'file-storage', 'blob-storage', 'blob_storage', 'datafs', 'client-home'];

/** `bin` and `parts` go by [buildout]'s options, data by its usual names and by what parts say of theirs. */
export function placement(resolved: Resolved): Placement {
  const buildout = resolved.sections.get('buildout');
  const folder = (option: string, otherwise: string): string => {
    const value = buildout?.options.get(option)?.value;
    return (value && relative(value)) || otherwise;
  };
  const table = new Map<string, Lies>(usual.map(([name, at, below = '']) => [name, {place: at, below}]));
  for (const name of dataFolders(resolved)) if (!table.has(name)) table.set(name, {place: 'data', below: name});
  table.set(folder('bin-directory', 'bin'), {place: 'bin', below: ''});
  table.set(folder('parts-directory', 'parts'), {place: 'etc', below: ''});
  const names = [...table.keys()].sort((x, y) => y.length - x.length);
  const lies = (path: string): {name: string; at: Lies} | undefined => {
    const name = names.find((one) => startsWithFolder(path, `/${one}`));
    return name === undefined ? undefined : {name, at: table.get(name)!};
  };

  const placed = (value: Text): Text => {
    const out: (Piece | Text)[] = [];
    for (let i = 0; i < value.pieces.length; i++) {
      const piece = value.pieces[i]!;
      if (!isDirectory(piece)) {
        out.push(piece);
        continue;
      }
      const next = value.pieces[i + 1];
      const tail = typeof next === 'string' ? next : '';
      const found = lies(tail);
      out.push({ref: 'place', place: found?.at.place ?? 'release'});
      if (found) {
        out.push(found.at.below === '' ? '' : `/${found.at.below}`, tail.slice(found.name.length + 1));
        i++;
      }
    }
    return text(...out);
  };

  const dataPath = (path: Text): Text => {
    const below = relative(path);
    if (below !== undefined) return ofData(below, []);
    const [first, second] = path.pieces;
    if (first === undefined) return place('data');
    // The tail is left to the host: `{directory}/var/{hostname}`.
    if (typeof first === 'string') return first.startsWith('/') ? path : ofData(first, path.pieces.slice(1));
    if (!isDirectory(first)) return path;
    if (typeof second !== 'string') return text({ref: 'place', place: 'data'}, {pieces: path.pieces.slice(1)});
    return ofData(second.replace(/^\/+/, ''), path.pieces.slice(2));
  };
  const ofData = (start: string, more: readonly Piece[]): Text => {
    const known = lies(`/${start}`);
    const inRelease = known === undefined || ['bin', 'etc'].includes(known.at.place);
    return inRelease
      ? text({ref: 'place', place: 'data'}, start === '' ? '' : `/${start}`, {pieces: more})
      : placed(text({ref: 'place', place: 'directory'}, `/${start}`, {pieces: more}));
  };

  return {placed, dataPath};
}

/** First folders of paths that options name as data, below the profile's folder. */
function dataFolders(resolved: Resolved): string[] {
  const found = new Set<string>();
  for (const name of resolved.parts) {
    for (const option of dataOptions) {
      const value = resolved.sections.get(name)?.options.get(option)?.value;
      // A relative value is relative to var, or to the profile's folder, as the recipe has it: only a written one tells.
      const [first, second] = value?.pieces ?? [];
      if (first === undefined || !isDirectory(first) || typeof second !== 'string') continue;
      const folder = /^\/+([^/]+)/.exec(second)?.[1];
      if (folder !== undefined && !['bin', 'parts', 'etc', 'src', 'eggs', 'develop-eggs'].includes(folder))
        found.add(folder);
    }
  }
  return [...found];
}

/** A path as buildout would see it: a relative one lies in the profile's folder. */
export function inDirectory(path: Text): Text {
  const first = path.pieces[0];
  if (typeof first === 'string' && first.startsWith('/')) return path;
  if (first !== undefined && typeof first !== 'string') return path;
  const below =
    typeof first === 'string' ? text(first.replace(/^(?:\.\/+)+/, ''), {pieces: path.pieces.slice(1)}) : path;
  return below.pieces.length === 0 ? place('directory') : text({ref: 'place', place: 'directory'}, '/', below);
}

/** `folder/name` for a relative name; an absolute one, or one that begins with a place, stays. As os.path.join. */
export function join(folder: Text, name: Text): Text {
  const first = name.pieces[0];
  if (first === undefined) return folder;
  if (typeof first !== 'string' || first.startsWith('/')) return name;
  return text(folder, '/', name);
}

/** The folder that a path lies in. */
export function dirname(path: Text): Text {
  const last = path.pieces.at(-1);
  if (typeof last !== 'string' || !last.includes('/')) return path;
  return text({pieces: path.pieces.slice(0, -1)}, last.slice(0, last.lastIndexOf('/')));
}

/**
 * The same path through `current`, so that it reads the same in every release.
 * For what outlives a release: services, crontabs.
 */
export function viaCurrent(value: Text): Text {
  const below: Partial<Record<Place, string>> = {
    release: '',
    bin: '/bin',
    etc: '/etc',
    lib: '/lib',
    share: '/share',
    venv: '/lib/venv',
  };
  return text(
    ...value.pieces.map((piece) => {
      if (typeof piece !== 'string' && piece.ref === 'python') return place('current', 'lib/venv/bin/python');
      if (typeof piece === 'string' || piece.ref !== 'place') return piece;
      const folder = below[piece.place];
      return folder === undefined ? piece : text({ref: 'place', place: 'current'}, folder);
    }),
  );
}

/** The path below the profile's folder, where nothing of it is left to the host. Undefined for any other. */
function relative(path: Text): string | undefined {
  const whole = literal(path);
  if (whole !== undefined) return whole.startsWith('/') ? undefined : normal(whole);
  const [first, second] = path.pieces;
  if (first === undefined || !isDirectory(first) || path.pieces.length > 2) return undefined;
  if (second === undefined) return '';
  return typeof second === 'string' && second.startsWith('/') ? normal(second) : undefined;
}

function normal(path: string): string {
  const out: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..' && out.length > 0 && out.at(-1) !== '..') out.pop();
    else out.push(name);
  }
  return out.join('/');
}

function isDirectory(piece: Piece): boolean {
  return typeof piece !== 'string' && piece.ref === 'place' && piece.place === 'directory';
}

/** Whether a text that follows `{directory}` begins with this folder: `/var`, then no further character of a name. */
function startsWithFolder(tail: string, folder: string): boolean {
  return tail.startsWith(folder) && !/^[\w.-]/.test(tail.slice(folder.length));
}
