/**
 * Section conditions that ask for Python's own language, and for nothing of the machine: languages/SUBJECT.txt, one a line below
 * a line of `##`. What each Python itself answers is in languages.json.
 */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Target} from '../../compiler/model/settings.js';
import {projectRoot} from '../harness/tools.js';
import type {ConditionAnswer} from './oracle.js';

const folder = join(projectRoot, 'test/oracle/languages');
const file = join(projectRoot, 'test/oracle/languages.json');

/** The Pythons that were asked, by the name that their answers have; and for which target cfgc has to say the same. */
export const languages: Readonly<Record<string, Target>> = {
  ...Object.fromEntries(
    [10, 11, 12, 13, 14].map((minor) => [
      `3.${minor}`,
      {python: `3.${minor}.4`, implementation: 'cpython', platform: 'linux-x86_64'} as const,
    ]),
  ),
  // PyPy 3.9 says what PyPy 3.10 does, but for what came with the language of 3.10.
  pypy: {python: '3.10.4', implementation: 'pypy', platform: 'linux-x86_64'},
};

export function languageConditions(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .flatMap((name) => linesOf(name));
}

/**
 * Conditions that cfgc may leave to the host, for a reason that the line of `##` above them says: what a library of mathematics
 * rounds, what a release of one version does and the next does not. A wrong answer to them is an error all the same.
 */
export function leftConditions(): ReadonlySet<string> {
  return new Set(linesOf('left-to-the-host.txt'));
}

/** Conditions whose answer came with the language of 3.10: a PyPy of 3.9 says nothing of them. */
export function newerConditions(): ReadonlySet<string> {
  return new Set(linesOf('since-3.10.txt'));
}

function linesOf(name: string): readonly string[] {
  return readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('##'));
}

/** An answer for each condition: one that is the same for all, or one for each that was asked. */
type Recorded = Record<string, ConditionAnswer | Record<string, ConditionAnswer>>;

/** What a Python answered; undefined where it was not asked. */
export function languageAnswers(name: string): (condition: string) => ConditionAnswer | undefined {
  const recorded = read();
  return (condition) => {
    const found = Object.hasOwn(recorded, condition) ? recorded[condition] : undefined;
    return typeof found === 'object' ? found[name] : found;
  };
}

/** Puts the answers of some Pythons in the place of what was known of them. */
export function recordLanguages(asked: Readonly<Record<string, readonly ConditionAnswer[]>>): void {
  const conditions = languageConditions();
  const known = Object.fromEntries(Object.keys(languages).map((name) => [name, languageAnswers(name)]));
  const lines = conditions.map((condition, at) => {
    const answers = Object.fromEntries(
      Object.keys(languages).flatMap((name) => {
        const answer = asked[name]?.[at] ?? known[name]!(condition);
        return answer === undefined ? [] : [[name, answer]];
      }),
    );
    const [first, ...more] = Object.values(answers);
    const same = more.length + 1 === Object.keys(languages).length && more.every((answer) => answer === first);
    return `  ${JSON.stringify(condition)}: ${JSON.stringify(same ? first : answers)}`;
  });
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);
}

function read(): Recorded {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Recorded;
  } catch {
    return {};
  }
}
