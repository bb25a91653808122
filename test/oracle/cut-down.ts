/**
 * Profiles that zc.buildout reads for minutes, with fewer files: those are asked about, of it and of cfgc.
 * A file keeps as many of its `extends` as leave zc.buildout a few hundred files to open, all ways counted.
 */
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {normalisePath} from '../../compiler/util/path.js';
import {assume} from './corpus.js';
import {answerOf, differences, type Oracle, type Program} from './oracle.js';

/** Ways from a profile to its files, counting it. */
const most = 300;

interface Cut {
  readonly text: string;
  readonly extended: readonly string[];
  readonly ways: number;
}

/** @param entry  the profile, from the corpus */
export function cutDown(corpus: string, entry: string): Program {
  const cuts = new Map<string, Cut>();
  const cut = (path: string, reading: readonly string[]): Cut => {
    const known = cuts.get(path);
    if (known) return known;
    const text = readFileSync(path, 'utf8');
    const written = /^extends[ \t]*=(.*(?:\n(?:[ \t].*|#.*)?)*)/m.exec(text);
    const kept: string[] = [];
    let ways = 1;
    for (const name of written?.[1]?.replaceAll(/^#.*$/gm, '').split(/\s+/).filter(Boolean) ?? []) {
      const target = normalisePath(join(dirname(path), name));
      if (/^\w+:/.test(name) || !existsSync(target) || reading.includes(target)) continue;
      const found = cut(target, [...reading, path]);
      if (ways + found.ways > most) continue;
      ways += found.ways;
      kept.push(name);
    }
    const extending = `extends =${kept.map((name) => `\n  ${name}`).join('')}\n`;
    const result: Cut = {
      text: written
        ? `${text.slice(0, written.index)}${extending}\n${text.slice(written.index + written[0].length)}`
        : text,
      extended: kept.map((name) => normalisePath(join(dirname(path), name))),
      ways,
    };
    cuts.set(path, result);
    return result;
  };
  const start = join(corpus, entry);
  cut(start, []);
  const files: Record<string, string> = {};
  const waiting = [start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const name = relative(corpus, path);
    if (name in files) continue;
    files[name] = cuts.get(path)!.text;
    waiting.push(...cuts.get(path)!.extended);
  }
  return {op: 'resolve', files, entry};
}

export interface CutAnswer {
  readonly files: number;
  readonly milliseconds: {readonly theirs: number; readonly ours: number};
  readonly options: number;
  readonly differences: readonly string[];
}

export async function askCutDown(oracle: Oracle, program: Program): Promise<CutAnswer> {
  const started = performance.now();
  const theirs = await oracle.ask(program);
  const asked = performance.now();
  const ours = await answerOf(program, assume);
  const ended = performance.now();
  return {
    files: Object.keys(program.files).length,
    milliseconds: {theirs: Math.round(asked - started), ours: Math.round(ended - asked)},
    options: (theirs.sections ?? []).reduce((sum, [, rows]) => sum + rows.length, 0),
    differences: differences(program, theirs, ours),
  };
}
