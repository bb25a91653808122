/** A few hundred made-up programs beside the real zc.buildout, always the same ones: `npm run fuzz` makes more. */

import {testWith} from '../harness/test-with.js';
import {toolBox} from '../harness/tools.js';
import {fuzz} from './fuzz.js';

const box = await toolBox('buildout');

testWith(box)('made-up configurations and conditions mean what they mean to zc.buildout', async (t) => {
  t.timeout(120_000);
  const {programs, conditions, failures} = await fuzz(box.python, 20_261, (done) => done < 512);
  t.deepEqual(failures, []);
  t.true(programs >= 512 && conditions >= 256);
});
