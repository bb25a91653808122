/** cfgc beside the recorded answers of the real zc.buildout 6.0.1: no Python is needed. */
import test from 'ava';
import {answerOf, differences} from './oracle.js';
import {ownCases} from './own-cases.js';

for (const {name, program, answer} of ownCases()) {
  test(`zc.buildout's answer: ${name}`, async (t) => {
    if (!answer) return t.fail('no answer.json: npm run oracle');
    t.deepEqual(differences(program, answer, await answerOf(program)), []);
  });
}
