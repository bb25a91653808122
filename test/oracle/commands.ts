import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {projectRoot} from '../harness/tools.js';

/** A command of buildout on one of the cases of `test/oracle/cases/`, and the words that ask cfgc for the same. */
export interface CommandCase {
  readonly name: string;
  readonly verbose?: boolean;
  readonly command: 'annotate' | 'query';
  readonly args: readonly string[];
}

export const commandCases: readonly CommandCase[] = [
  {name: 'add-and-take-in-one-section', command: 'annotate', args: []},
  {name: 'add-and-take-in-one-section', command: 'annotate', args: ['s'], verbose: true},
  {name: 'diamond-adds-twice', command: 'annotate', args: []},
  {name: 'diamond-loses-an-addition', command: 'annotate', args: [], verbose: true},
  {name: 'command-line-adds', command: 'annotate', args: []},
  {name: 'command-line-adds', command: 'annotate', args: [], verbose: true},
  {name: 'user-defaults', command: 'annotate', args: ['buildout'], verbose: true},
  {name: 'macro-of-macro', command: 'annotate', args: []},
  {name: 'versions-filled-in', command: 'annotate', args: ['pins']},
  {name: 'folders-absolute', command: 'annotate', args: ['buildout', 'versions']},
  {name: 'take-every-equal-line', command: 'annotate', args: [], verbose: true},
  {name: 'blank-lines-in-values', command: 'annotate', args: []},
  {name: 'add-and-take-in-one-section', command: 'query', args: ['s:x']},
  {name: 'add-and-take-in-one-section', command: 'query', args: ['s:x'], verbose: true},
  {name: 'folders-absolute', command: 'query', args: ['eggs-directory']},
  {name: 'folders-absolute', command: 'query', args: ['parts'], verbose: true},
  {name: 'macro', command: 'query', args: ['b:x']},
  {name: 'reference-to-own-section', command: 'query', args: ['buildout:parts']},
  {name: 'blank-lines-in-values', command: 'query', args: ['s:x']},
  {name: 'value-of-several-lines-in-the-middle', command: 'query', args: ['buildout:newest']},
];

const file = join(projectRoot, 'test/oracle/commands.json');

export function commandTitle({name, verbose, command, args}: CommandCase): string {
  return `${name}: buildout ${[...(verbose ? ['-v'] : []), command, ...args].join(' ')}`;
}

/** What zc.buildout printed, by title; null where it refused. */
export function recordedCommands(): Readonly<Record<string, string | null>> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | null>;
}

export function recordCommands(answers: Readonly<Record<string, string | null>>): void {
  writeFileSync(file, `${JSON.stringify(answers, undefined, 2)}\n`);
}
