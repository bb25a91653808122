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

/** Folders below the profile's folder that mean a place, longest first. `bin` and `parts` go by [buildout]'s options. */
export function placement(resolved: Resolved): Placement {
  const buildout = resolved.sections.get('buildout');
  const folder = (option: string, usual: string): string => {
    const value = buildout?.options.get(option)?.value;
    return value === undefined ? usual : (relative(value) ?? usual);
  };
  const table: [string, Place][] = [
    ['var/log', 'log'],
    ['var/run', 'run'],
    ['var/backups', 'backups'],
    ['var', 'data'],
    ['etc', 'etc'],
    [folder('bin-directory', 'bin'), 'bin'],
    [folder('parts-directory', 'parts'), 'etc'],
  ];
  table.sort((a, b) => b[0].length - a[0].length);

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
      const found = table.find(([name]) => name !== '' && startsWithFolder(tail, `/${name}`));
      out.push({ref: 'place', place: found?.[1] ?? 'release'});
      if (found) {
        out.push(tail.slice(found[0].length + 1));
        i++;
      }
    }
    return text(...out);
  };

  const dataPath = (path: Text): Text => {
    const below = relative(path);
    if (below === undefined) return rest(path);
    const inVar = below === 'var' || below.startsWith('var/');
    return inVar ? placed(text({ref: 'place', place: 'directory'}, `/${below}`)) : place('data', below);
  };
  /** A path whose tail is left to the host: `{directory}/var/{hostname}`. */
  const rest = (path: Text): Text => {
    const [first, second] = path.pieces;
    if (first === undefined) return place('data');
    if (typeof first === 'string') return first.startsWith('/') ? path : dataPathOfPieces(first, path.pieces.slice(1));
    if (!isDirectory(first)) return path;
    if (typeof second !== 'string') return text({ref: 'place', place: 'data'}, '/', {pieces: path.pieces.slice(1)});
    return dataPathOfPieces(second.replace(/^\/+/, ''), path.pieces.slice(2));
  };
  const dataPathOfPieces = (start: string, more: readonly Piece[]): Text =>
    start.startsWith('var/')
      ? placed(text({ref: 'place', place: 'directory'}, `/${start}`, {pieces: more}))
      : text({ref: 'place', place: 'data'}, `/${start}`, {pieces: more});

  return {placed, dataPath};
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
