/** Conditions of the language alone beside what each Python itself says of them: no Python is needed. */
import test from 'ava';
import {languageAnswers, languageConditions, languages, leftConditions, newerConditions} from './languages.js';
import {answersTo} from './oracle.js';

const conditions = languageConditions();
const left = leftConditions();
const newer = newerConditions();
/** These are never asked of a Python. */
const endless = [
  "'%999999999d' % 1",
  "'%.999999999f' % 1",
  "'%*d' % (999999999, 1)",
  "b'%999999999d' % 1",
  "'{:999999999}'.format(1)",
  "'{:.999999999f}'.format(1.5)",
  "'{:{}}'.format(1, 999999999)",
  "f'{1:{10 ** 9}}'",
  "format(1j, '999999999')",
  '9 ** 9 ** 9',
  '9.0 ** 9 ** 9 ** 9',
  '1 << 10 ** 10',
  '(1 << 900000) * (1 << 900000)',
  '(lambda f: f(f(f(f(f(10 ** 9999))))))(lambda x: x * x)',
  'pow(3, 7 ** 30000, 7 ** 30000 + 1)',
  'any(iter(int, 1))',
  'list(iter(str, 1))',
  'sum(iter(int, 1))',
  'max(iter(int, 1))',
  "'a' * 2000000",
  "b'a' * 2000000",
  '[0] * 2000000',
  'bytes(2000000000)',
  '(1).to_bytes(10 ** 9, "big")',
  'round(10 ** 200000, -199999)',
  'range(10 ** 9)',
];

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

test('what Python might compute for hours, or to a text of gigabytes, is left to it at once', (t) => {
  const started = performance.now();
  const answers = answersTo(endless);
  t.deepEqual(
    endless.filter((_, at) => answers[at] !== 'Undecidable'),
    [],
  );
  t.true(performance.now() - started < 10_000);
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
