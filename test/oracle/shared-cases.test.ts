/** The recorded cases beside the project, where they are present. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {sharedFolder} from '../harness/tools.js';
import type {Answer} from './answer.js';
import {answerOf, differences, type Program} from './oracle.js';

const list = join(sharedFolder('oracle') ?? '', 'cases.jsonl');

if (existsSync(list)) {
  for (const line of readFileSync(list, 'utf8').split('\n').slice(1)) {
    if (line === '') continue;
    const {name, expected, ...program} = JSON.parse(line) as Program & {
      readonly name: string;
      readonly expected: Answer;
    };
    test(`shared case ${name}`, async (t) => {
      t.deepEqual(differences(program, expected, await answerOf(program)), []);
    });
  }
} else test.skip('shared cases [skipped: no oracle beside the project]', () => {});
