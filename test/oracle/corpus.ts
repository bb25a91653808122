/**
 * Real configurations of public repositories, beside the project: cfgc's answers against the recorded ones of zc.buildout.
 */
import {existsSync, readFileSync} from 'node:fs';
import {mkdir, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {dir as temporaryFolder} from 'tmp-promise';
import {cachePath} from '../../compiler/load/remote.js';
import {nodeIo} from '../../compiler/node-io.js';
import {sharedFolder} from '../harness/tools.js';
import {type Answer, parseAnswer, resolveAnswer} from './answer.js';
import {compareParse, compareResolve} from './compare.js';

/** Conditions of the corpus that ask the host, with the answers that the recording host gave. */
export const assume: ReadonlyMap<string, boolean> = new Map([
  [
    "os.path.isdir('/usr/lib/arm-linux-gnueabihf') and os.access('/proc/device-tree/model', os.R_OK) and 'OLinuXino' in open('/proc/device-tree/model').read()",
    false,
  ],
]);

export interface CorpusCounts {
  readonly files: number;
  readonly profiles: number;
  readonly options: number;
  readonly equal: number;
  /** A line for each difference. */
  readonly different: readonly string[];
  /** Profiles that take zc.buildout minutes, and the milliseconds that they took here. */
  readonly partial: PartialCounts;
  readonly slow: readonly {readonly file: string; readonly milliseconds: number; readonly outcome: string}[];
}

/** Profiles that zc.buildout could resolve in part, since no recipe ran, with the options that recipes set. */
export interface PartialCounts {
  profiles: number;
  /** Of those, the ones in which nothing is missing any more. */
  ended: number;
  /** Options of which zc.buildout had the value, too. */
  options: number;
  readonly different: string[];
  /** Options that have a value now, and had none. */
  gained: number;
}

/** Options that a recipe sets anew on its own part when it is made, whatever was written: with the recipe, its value is right. */
const rewritten: Readonly<Record<string, readonly string[]>> = {
  'zc.recipe.testrunner': ['script'],
  'collective.xmltestreport': ['script'],
};

function addPartial(counts: PartialCounts, theirs: Answer, ours: Answer): void {
  counts.profiles++;
  if (ours.status === 'ok' && !ours.install_error) counts.ended++;
  const own = new Map(ours.sections?.map(([name, rows]) => [name, new Map(rows.map((row) => [row[0], row]))]));
  for (const [name, rows] of theirs.sections ?? [])
    for (const [option, value] of rows) {
      const found = own.get(name)?.get(option)?.[1];
      if (typeof value !== 'string') {
        if (found !== undefined) counts.gained++;
        continue;
      }
      counts.options++;
      const recipe = rows.find(([name]) => name === 'recipe')?.[1];
      if (found !== value && !(typeof recipe === 'string' && rewritten[recipe]?.includes(option)))
        counts.different.push(
          `partial ${theirs.file}: ${name}:${option}: ${JSON.stringify(value)} there, ${JSON.stringify(found)} here`,
        );
    }
}

/** Where the corpus and the recorded answers are; undefined where they are not all here. */
export function corpusFolders(): {readonly corpus: string; readonly golden: string} | undefined {
  const [corpus, oracle] = [sharedFolder('corpus'), sharedFolder('oracle')];
  return corpus && oracle && existsSync(join(oracle, 'golden')) ? {corpus, golden: join(oracle, 'golden')} : undefined;
}

export async function compareCorpus(
  folders: {readonly corpus: string; readonly golden: string},
  only: (file: string) => boolean = () => true,
): Promise<CorpusCounts> {
  const {corpus, golden} = folders;
  const different: string[] = [];
  let [files, profiles, options, equal] = [0, 0, 0, 0];
  const normal = (text: string): string =>
    text.replaceAll('/oracle/python', '@PYTHON@').replaceAll('/oracle/home', '@HOME@').replaceAll(corpus, '@ROOT@');
  for (const theirs of recorded(join(golden, 'parse.jsonl.gz'))) {
    if (!only(theirs.file!)) continue;
    files++;
    const path = join(corpus, theirs.file!);
    const {differences} = compareParse(theirs, parseAnswer(path, readFileSync(path, 'utf8'), normal, {assume}));
    if (differences.length === 0) equal++;
    different.push(...differences.map((difference) => `parse ${theirs.file}: ${difference.slice(0, 2000)}`));
  }
  const cache = await cacheFolder(corpus);
  try {
    const ask = (file: string, withRecipes = false): Promise<Answer> =>
      resolveAnswer({
        withRecipes,
        path: join(corpus, file),
        io: nodeIo,
        home: '/oracle/home',
        executable: '/oracle/python',
        extendsCache: cache.path,
        normal,
        assume,
      });
    const partial = new Set(listed(corpus, 'profiles-partial.txt').map(([file]) => file!));
    const further = {profiles: 0, ended: 0, options: 0, different: [] as string[], gained: 0};
    for (const theirs of recorded(join(golden, 'resolve.jsonl.gz'))) {
      if (!only(theirs.file!)) continue;
      if (partial.has(theirs.file!)) addPartial(further, theirs, await ask(theirs.file!, true));
      profiles++;
      const found = compareResolve(theirs, await ask(theirs.file!));
      options += found.options;
      if (found.differences.length === 0) equal++;
      different.push(...found.differences.map((difference) => `resolve ${theirs.file}: ${difference}`));
    }
    const slow: {file: string; milliseconds: number; outcome: string}[] = [];
    for (const file of tooSlow(corpus).filter(only)) {
      const started = performance.now();
      const answer = await ask(file);
      const milliseconds = Math.round(performance.now() - started);
      slow.push({file, milliseconds, outcome: answer.error?.class ?? answer.install_error?.class ?? 'ok'});
    }
    return {files, profiles, options, equal, different, slow, partial: further};
  } finally {
    await cache.cleanup();
  }
}

function* recorded(path: string): Generator<Answer> {
  for (const line of gunzipSync(readFileSync(path)).toString('utf8').split('\n').slice(1))
    if (line !== '') yield JSON.parse(line) as Answer;
}

/** Profiles for which zc.buildout has no answer in time. */
export function tooSlow(corpus: string): string[] {
  return listed(corpus, 'profiles-failing.txt')
    .filter(([, reason]) => reason === 'TooSlow')
    .map(([file]) => file!);
}

function listed(corpus: string, list: string): string[][] {
  const lines = readFileSync(join(corpus, list), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => line.split('\t'));
}

/** A folder as buildout's extends-cache: links, named by the MD5 of the URL. */
async function cacheFolder(corpus: string): Promise<{path: string; cleanup: () => Promise<void>}> {
  const {path, cleanup} = await temporaryFolder({unsafeCleanup: true});
  const cache = join(path, 'cache');
  await mkdir(cache);
  for (const line of readFileSync(join(corpus, 'urls.tsv'), 'utf8').split('\n')) {
    const [url, file] = line.split('\t');
    if (url && file) await symlink(join(corpus, file), cachePath(cache, url));
  }
  return {path: cache, cleanup};
}
