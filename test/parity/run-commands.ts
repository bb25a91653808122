/** Runs the build commands of a plan as the release script does, and gives what they made. */
import {lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {dir} from 'tmp-promise';
import type {CommandEntry, ReleasePlan} from '../../compiler/model/release-plan.js';
import {execute} from '../harness/tools.js';
import {folders, materialise, onHost} from '../lower/materialise.js';
import type {RecordedPath, Recording} from './recording.js';

const recipes = ['collective.recipe.cmd', 'iw.recipe.cmd', 'plone.recipe.command'];

/** The release folder after its commands, as if buildout had made it; undefined where no part runs any. */
export async function runCommands(plan: ReleasePlan): Promise<Recording | undefined> {
  const commands = plan.entries.filter(
    (entry): entry is CommandEntry =>
      entry.kind === 'command' && entry.when === 'build' && recipes.includes(entry.origin.recipe ?? ''),
  );
  if (commands.length === 0) return undefined;
  const {path: prefix, cleanup} = await dir({unsafeCleanup: true});
  try {
    const host = {prefix, python: 'python3'};
    const release = join(prefix, folders.release);
    mkdirSync(release, {recursive: true});
    materialise(plan, host);
    const before = new Set(below(release).map(([path]) => path));
    for (const {source, interpreter, stopOnError} of commands) {
      const script = join(prefix, 'command');
      writeFileSync(script, onHost(source, host));
      const ran = await execute([interpreter, script], {cwd: release, env: {PATH: '/usr/bin:/bin'}});
      if (ran.status !== 0 && stopOnError) return {status: ran.status, message: 'a command failed', paths: new Map()};
    }
    return {status: 0, message: '', paths: new Map(below(release).filter(([path]) => !before.has(path)))};
  } finally {
    await cleanup();
  }
}

function below(folder: string): [string, RecordedPath][] {
  return readdirSync(folder, {recursive: true, withFileTypes: true}).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const mode = (lstatSync(path).mode & 0o7777).toString(8).padStart(4, '0');
    return [
      relative(folder, path),
      entry.isDirectory()
        ? {kind: 'directory', mode, text: ''}
        : {kind: 'file', mode, text: readFileSync(path, 'utf8')},
    ];
  });
}
