import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {withDir} from 'tmp-promise';
import {
  comment,
  type FileText,
  makeWord,
  mtreePath,
  shFeed,
  shFileWord,
  shSource,
  shWord,
  variableOf,
} from '../../compiler/emit/quote.js';
import type {Ref, Text} from '../../compiler/model/text.js';
import {text} from '../../compiler/util/text.js';
import {testWith} from '../harness/test-with.js';
import {execute, needsProgram, projectRoot, shells} from '../harness/tools.js';

// Real shells read what quote.ts wrote, and say what they understood. A run of a shell is slow and a word is not, so one
// run of a property holds many words.

const {present, absent} = shells();
for (const shell of absent) test.skip(`quoting in ${shell.name} [skipped: it is not on this machine]`, (t) => t.pass());

/** Strings of everything but NUL: mostly of the characters that mean something to a shell, some of any code point. */
const hostile = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(
          ...'\'"\\$`!#&;|<>(){}[]*?~=%^- \t\n\rEND_ab09/.:',
          '“',
          '’',
          'é',
          '\u2028',
          '\u007f',
        ),
      },
      {weight: 1, arbitrary: fc.string({unit: 'grapheme', maxLength: 3})},
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '$(id)',
          '${DATA}',
          '`id`',
          "'\\''",
          '\nEND\n',
          '\nEé',
          '\nENDé\n',
          '\\\n',
          '$$',
          '-n',
          '--',
          '%s',
        ),
      },
    ),
    {maxLength: 12},
  )
  .map((parts) => parts.join('').replaceAll('\0', ''));

const values: Readonly<Record<string, string>> = {
  DATA: '/srv/it $(id) `id` "q" \'s\\ \n*',
  INPUT_X: 'a\'b"c$d`e\\f\n\n',
  SECRET_key: "$(touch /tmp/never) 'x'",
};
const references: readonly Ref[] = [
  {ref: 'place', place: 'data'},
  {ref: 'env', name: 'X'},
  {ref: 'secret', name: 'key'},
];
const hostileText: fc.Arbitrary<Text> = fc
  .array(fc.oneof({weight: 3, arbitrary: hostile}, {weight: 1, arbitrary: fc.constantFrom(...references)}), {
    maxLength: 6,
  })
  .map((pieces) => text(...pieces));

function filled(value: Text): string {
  return value.pieces.map((piece) => (typeof piece === 'string' ? piece : fill(piece))).join('');
}

function fill(ref: Ref): string {
  return ref.ref === 'python' ? '' : values[variableOf(ref)]!;
}

for (const shell of present) {
  // yash reads characters, not bytes: in the C locale it refuses a script with others as a whole, and runs nothing of it.
  const locale = shell.name === 'yash' ? 'C.UTF-8' : 'C';

  test(`words and here-documents arrive byte for byte: ${shell.name}`, async (t) => {
    await withDir(
      async ({path}) => {
        await fc.assert(
          fc.asyncProperty(fc.array(hostileText, {minLength: 20, maxLength: 40}), async (given) => {
            const script = [
              'say() { printf "%s\\0" "$@"; }',
              'feed() { cat; printf "\\0"; }',
              'all() {',
              ...given.map((value) => `    say ${shWord(value)} ${shWord(filled(value))} || return`),
              ...given.map((value) => shFeed(value, 'feed', ' || return')),
              '}',
              'all',
              '',
            ].join('\n');
            const file = join(path, 'script.sh');
            await writeFile(file, script);
            const ran = await execute([...shell.command, file], {env: {...process.env, ...values, LC_ALL: locale}});
            const wanted = [...given.flatMap((value) => [filled(value), filled(value)]), ...given.map(filled)];
            t.deepEqual(ran.stdout.split('\0').slice(0, -1), wanted, ran.stderr);
          }),
          {numRuns: 12},
        );
      },
      {unsafeCleanup: true},
    );
  });

  test(`here-documents arrive whose lines begin as delimiters do: ${shell.name}`, async (t) => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const given = ['Eé\n', 'ENé\n', 'ENDé\nA_END\n', 'END\nAé\n', [...letters, 'END\n'].join('é\n')];
    await withDir(
      async ({path}) => {
        const file = join(path, 'script.sh');
        await writeFile(file, given.map((value) => `${shFeed(text(value), 'cat')}\n`).join(''));
        const ran = await execute([...shell.command, file], {env: {...process.env, LC_ALL: locale}});
        t.is(ran.stdout, given.join(''), ran.stderr);
      },
      {unsafeCleanup: true},
    );
  });

  test(`a value that only the host knows becomes one word of a generated shell file: ${shell.name}`, async (t) => {
    await withDir(
      async ({path}) => {
        const library = join(projectRoot, 'runtime-templates/lib/entry.sh');
        await fc.assert(
          fc.asyncProperty(fc.array(hostileText, {minLength: 10, maxLength: 20}), async (given) => {
            // The outer script writes the inner one, as a deploy writes a launcher; then the inner one runs.
            const inner: FileText = {
              pieces: given.flatMap((value): FileText['pieces'] => [
                "printf '%s\\0' ",
                ...shFileWord(value).pieces,
                '\n',
              ]),
            };
            const script = `. '${library}'\n${shFeed(inner, 'cat')}\n`;
            const outer = join(path, 'outer.sh');
            await writeFile(outer, script);
            const env = {...process.env, ...values, LC_ALL: locale};
            const written = await execute([...shell.command, outer], {env});
            const file = join(path, 'inner.sh');
            await writeFile(file, written.stdout);
            const ran = await execute([...shell.command, file], {env});
            t.deepEqual(ran.stdout.split('\0').slice(0, -1), given.map(filled), written.stderr + ran.stderr);
          }),
          {numRuns: 4},
        );
      },
      {unsafeCleanup: true},
    );
  });

  test(`an input in a user's command stays a value, whatever quotes it stands in: ${shell.name}`, async (t) => {
    const input: Ref = {ref: 'env', name: 'X'};
    const source = text(
      "printf '%s\\0' ",
      input,
      ' "<',
      input,
      '>" \'<',
      input,
      ">' # it's a comment\nprintf '%s\\0' \"it's \\\" ",
      input,
      '"\n',
    );
    const ran = await execute([...shell.command, '-c', shSource(source).pieces.join('')], {
      env: {...process.env, ...values, LC_ALL: locale},
    });
    const x = values.INPUT_X!;
    t.deepEqual(ran.stdout.split('\0').slice(0, -1), [x, `<${x}>`, `<${x}>`, `it's " ${x}`], ran.stderr);
  });
}

for (const make of ['make', 'bmake']) {
  testWith(needsProgram(make))(`a word of a Makefile arrives byte for byte: ${make}`, async (t) => {
    await withDir(
      async ({path}) => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(
              hostile.map((value) => value.replace(/[\n\r]/g, '')),
              {minLength: 10, maxLength: 20},
            ),
            async (given) => {
              const file = join(path, 'Makefile');
              await writeFile(file, `all:\n${given.map((value) => `\t@printf '%s\\0' ${makeWord(value)}\n`).join('')}`);
              const ran = await execute([make, '-f', file], {cwd: path, env: {...process.env, LC_ALL: 'C'}});
              t.deepEqual(ran.stdout.split('\0').slice(0, -1), given, ran.stderr);
            },
          ),
          {numRuns: 12},
        );
      },
      {unsafeCleanup: true},
    );
  });
}

test('a comment is one line', (t) => {
  t.is(comment('a\nrm -rf /\r\u2028b\u0085c\0'), 'a rm -rf /  b c ');
});

test('mtree paths are spelled as vis(3) does', (t) => {
  t.is(mtreePath('./a b#\\é'), './a\\040b\\043\\134\\303\\251');
});
