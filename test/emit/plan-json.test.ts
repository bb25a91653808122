import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Ajv} from 'ajv';
import test from 'ava';
import {emitPlan} from '../../compiler/emit/plan-json.js';
import {projectRoot} from '../harness/tools.js';
import {fullPlan, sampleLock, samplePlan} from './sample-plan.js';

const schema: object = JSON.parse(readFileSync(join(projectRoot, 'docs/schemas/cfgc-plan-1.schema.json'), 'utf8'));
const valid = new Ajv({allErrors: true, strict: true}).compile(schema);

for (const [name, plan] of [
  ['small', samplePlan()],
  ['full', fullPlan()],
] as const) {
  test(`the plan is what its schema says: ${name}`, (t) => {
    const json: unknown = JSON.parse(emitPlan(plan, sampleLock()));
    t.true(valid(json), JSON.stringify(valid.errors, undefined, 2));
  });
}

test('the schema refuses what no plan holds', (t) => {
  for (const wrong of [
    {...samplePlan(), schema: 'cfgc-plan/2'},
    {...samplePlan(), extra: 1},
    {...samplePlan(), entries: [{kind: 'file', path: 'not a Text'}]},
  ]) {
    t.false(valid(JSON.parse(JSON.stringify(wrong))));
  }
});
