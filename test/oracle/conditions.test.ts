/** Conditions for each kind of target beside what zc.buildout's own code says there: no Python is needed. */
import test from 'ava';
import {answerFor, conditions, hostConditions, recordedConditions, targetName, targets} from './conditions.js';
import {answersTo} from './oracle.js';

const recorded = recordedConditions();
const forHost = new Set(hostConditions);

for (const [index, target] of targets.entries())
  test(`section conditions for ${targetName(target)}`, (t) => {
    const ours = answersTo(conditions, target);
    const different = conditions.flatMap((condition, at) => {
      const theirs = answerFor(recorded, condition, index);
      // The release of the system is a part of some names that FreeBSD goes by.
      const left = forHost.has(condition) || target.platform.startsWith('freebsd-');
      if (ours[at] === theirs || (ours[at] === 'Undecidable' && left)) return [];
      return [`[:${condition}] is ${String(theirs)} there, ${String(ours[at])} here`];
    });
    t.deepEqual(different, []);
  });

test('what depends on the host is left to it', (t) => {
  const asked = targets.map((target) => answersTo(hostConditions, target));
  const never = hostConditions.filter((_, at) => !asked.some((answers) => answers[at] === 'Undecidable'));
  t.deepEqual(never, []);
});
