/** Runs the real zc.buildout with the real recipes, all in one environment: the `recipes` box. */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import {join, relative} from 'node:path';
import {dir} from 'tmp-promise';
import {type Box, execute, findProgram} from '../harness/tools.js';
import type {RecordedPath, Recording} from './recording.js';

/** Files of a case that are not its input. */
const own = ['recorded.txt', 'differences.txt'];

/** Where a profile says that its archives are. */
const anywhere = 'https://archives.example.org/';

/** What buildout itself makes or keeps; no recipe's output. */
const ofBuildout = ['bin', 'parts', 'buildout.cfg', '.installed.cfg'];

/**
 * Runs a case in a folder of its own, without an index: distributions come from the box.
 * A folder `archives/NAME/` of the case becomes `archives/NAME.tar.gz`, and `https://archives.example.org/` in its
 * profile that folder.
 */
export async function runRecipes(box: Box, folder: string): Promise<Recording> {
  const {path, cleanup} = await dir({unsafeCleanup: true});
  try {
    const directory = join(realpathSync(path), 'buildout');
    mkdirSync(join(directory, '.tmp'), {recursive: true});
    cpSync(folder, directory, {recursive: true, filter: (file) => !own.includes(relative(folder, file))});
    const archives = join(directory, 'archives');
    await packArchives(archives);
    const profile = join(directory, 'buildout.cfg');
    writeFileSync(profile, readFileSync(profile, 'utf8').replaceAll(anywhere, `file://${archives}/`));
    const given = new Set(listed(directory).map(([file]) => file));
    const ran = await execute([box.bin('buildout'), '-c', 'buildout.cfg', '-o', 'buildout:newest=false'], {
      cwd: directory,
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        HOME: join(directory, '.home'),
        TMPDIR: join(directory, '.tmp'),
        LANG: 'C.UTF-8',
        USER: 'builder',
      },
    });
    const steady = (text: string): string => withoutMachine(text, box, directory);
    const paths = new Map<string, RecordedPath>();
    for (const [file, found] of listed(directory)) {
      const ours = given.has(file) && !(found.kind === 'file' && found.text !== textOf(join(folder, file)));
      if (ours || ofBuildout.includes(file) || /^(eggs|develop-eggs|archives|\.home|\.tmp)(\/|$)/.test(file)) continue;
      paths.set(file, {...found, text: withoutInterpreter(steady(found.text))});
    }
    if (ran.status === 0) return {status: 0, message: '', paths};
    // What is half made says nothing of the recipe.
    const message = steady(ran.stderr).trim().split('\n').at(-1)!;
    return {status: ran.status, message, paths: new Map()};
  } finally {
    await cleanup();
  }
}

/** Packs every folder of a folder, beside itself. */
export async function packArchives(archives: string): Promise<void> {
  if (!existsSync(archives)) return;
  const tar = findProgram('tar');
  if (tar === undefined) throw new Error('no tar on this machine');
  for (const entry of readdirSync(archives, {withFileTypes: true}))
    if (entry.isDirectory()) await execute([tar, '-czf', `${entry.name}.tar.gz`, entry.name], {cwd: archives});
}

/** Every path below a folder, in order. */
function listed(folder: string): [string, RecordedPath][] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .map((entry): [string, RecordedPath] => {
      const path = join(entry.parentPath, entry.name);
      const status = lstatSync(path);
      const mode = (status.mode & 0o7777).toString(8).padStart(4, '0');
      const file = relative(folder, path);
      if (status.isSymbolicLink()) return [file, {kind: 'link', mode: '0777', text: readlinkSync(path)}];
      if (status.isDirectory()) return [file, {kind: 'directory', mode, text: ''}];
      return [file, {kind: 'file', mode, text: textOf(path)}];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A file as text; what is no UTF-8 is only named so. */
function textOf(path: string): string {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(readFileSync(path));
  } catch {
    return '(not text)';
  }
}

/** A text without this machine's paths, and without the distributions of the box, which are the same everywhere. */
function withoutMachine(text: string, box: Box, directory: string): string {
  const site = new RegExp(`^\\s*['"]${escaped(realpathSync(box.folder))}/lib/[^'"]*['"],?\\n`, 'gm');
  return text
    .replaceAll(site, '')
    .replaceAll(new RegExp(`${escaped(realpathSync(box.folder))}/lib/[^/]*/site-packages`, 'g'), '@SITE@')
    .replaceAll(realpathSync(box.folder), '@BOX@')
    .replaceAll(`file://${directory}/archives/`, anywhere)
    .replaceAll(`${directory}/archives/`, anywhere)
    .replaceAll(directory, '@BUILDOUT@')
    .replaceAll(/\btmp[a-z0-9_]{8}\b/g, 'tmp*');
}

/** The text of buildout's interpreters is always the same from there on. */
function withoutInterpreter(text: string): string {
  const at = text.indexOf('\n_interactive = True\nif len(sys.argv) > 1:');
  return at === -1 ? text : `${text.slice(0, at)}\n_interactive = True\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
