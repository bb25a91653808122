/** Conditions of the language alone beside what each Python itself says of them: no Python is needed. */
import test from 'ava';
import {languageAnswers, languageConditions, languages, leftConditions, newerConditions} from './languages.js';
import {answersTo} from './oracle.js';

const conditions = languageConditions();
const left = leftConditions();
const newer = newerConditions();

for (const [name, target] of Object.entries(languages))
  test(`section conditions in the language of ${name}`, (t) => {
    const recorded = languageAnswers(name);
    const ours = answersTo(conditions, target);
    const different = conditions.flatMap((condition, at) => {
      const theirs = recorded(condition);
      if (ours[at] === theirs || (ours[at] === 'Undecidable' && left.has(condition))) return [];
      if (name === 'pypy' && newer.has(condition)) return [];
      return [`[:${condition}] is ${String(theirs)} there, ${String(ours[at])} here`];
    });
    t.deepEqual(different, []);
  });

test('no condition stands in two lists', (t) => {
  const seen = new Set<string>();
  t.deepEqual(
    conditions.filter((condition) => seen.size === seen.add(condition).size),
    [],
  );
});

test('what is left to the host is left by one of the Pythons', (t) => {
  const asked = [...left];
  const answers = Object.values(languages).map((target) => answersTo(asked, target));
  t.deepEqual(
    asked.filter((_, at) => !answers.some((each) => each[at] === 'Undecidable')),
    [],
  );
});
