import {mkdir, readdir, readFile, stat, writeFile} from 'node:fs/promises';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {dir} from 'tmp-promise';
import {testWith} from '../harness/test-with.js';
import {execute, findPython, projectRoot, shells} from '../harness/tools.js';

// A profile in, a release.sh out, run in real shells: the whole way that a value takes.

const cfgc = join(projectRoot, 'dist/cfgc.cjs');
const {present, absent} = shells();
const needsUser = /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(userInfo().username) ? undefined : 'this user has no plain name';
for (const shell of absent)
  test.skip(`hostile values in ${shell.name} [skipped: it is not on this machine]`, (t) => t.pass());

/** A value of one line as a .cfg file can hold it: no blanks at its ends, no `$` before `{`, which is buildout's own. */
const value = fc
  .array(
    fc.oneof(
      {weight: 5, arbitrary: fc.constantFrom(...'\'"\\$`!#&;|<>()[]*?~=%^- ab09/.:,', 'é', '“', '😀', '\u2028')},
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          '$(touch NEVER)',
          '`touch NEVER`',
          "';touch NEVER;'",
          '";touch NEVER;"',
          '\\\\',
          '%s',
          '-n',
          'END',
        ),
      },
    ),
    {minLength: 1, maxLength: 10},
  )
  .map((parts) => `x${parts.join('').replaceAll('${', '$')}x`);

/** A profile whose template and variables hold the values; nothing of it needs a package index. */
function profile(values: readonly string[]): string {
  return [
    '[buildout]',
    `parts =${values.map((_, index) => ` file${index}`).join('')}`,
    '[release]',
    'name = hostile',
    'version = 1.0.0',
    'python = 3.11',
    'services = none',
    ...values.flatMap((text, index) => [
      `[file${index}]`,
      'recipe = collective.recipe.template',
      `input = inline:\n    ${text}`,
      `output = \${buildout:parts-directory}/file${index}.txt`,
    ]),
    '',
  ].join('\n');
}

const sample = fc.sample(value, {numRuns: 40, seed: 20260});

const common = `[buildout]
parts = folders
[folders]
recipe = z3c.recipe.mkdir
paths = \${buildout:directory}/var/x
`;

/** Compiles it in a folder of its own, as anyone would on the command line. */
async function compiled(
  t: {teardown(done: () => Promise<void>): void},
  text: string,
): Promise<{folder: string; status: number; stderr: string}> {
  const {path, cleanup} = await dir({unsafeCleanup: true});
  t.teardown(cleanup);
  await writeFile(join(path, 'prod.cfg'), text);
  const {PATH, HOME} = process.env;
  const {status, stderr} = await execute([process.execPath, cfgc, 'prod.cfg', '-o', 'release.sh'], {
    cwd: path,
    env: {PATH, HOME},
  });
  return {folder: path, status, stderr};
}

for (const shell of present) {
  test(`values of a profile arrive byte for byte: ${shell.name}`, async (t) => {
    const {folder, status, stderr} = await compiled(t, profile(sample));
    t.is(status, 0, stderr);
    const script = await readFile(join(folder, 'release.sh'), 'utf8');
    const data = join(folder, 'data.sh');
    await writeFile(
      data,
      `${script.slice(0, script.indexOf('\n# The library:'))}\nETC=etc BIN=bin DATA=data LOG=log RUN=run BACKUPS=backups\nshown() { [ "\${2##*.}" != txt ] || cat; }\neach_file shown\n`,
    );
    const work = join(folder, 'work');
    await mkdir(work);
    const {PATH, HOME} = process.env;
    const ran = await execute([...shell.command, data], {cwd: work, env: {PATH, HOME}});
    t.is(ran.stdout, sample.join(''), ran.stderr);
    await t.throwsAsync(stat(join(work, 'NEVER')), {code: 'ENOENT'});
  });

  test(`a PREFIX with blanks, quotes or newlines is refused: ${shell.name}`, async (t) => {
    const {folder, status, stderr} = await compiled(t, profile(['plain']));
    t.is(status, 0, stderr);
    const {PATH, HOME} = process.env;
    for (const prefix of ['/a b', `/a'b"`, '/a\nb', '/a$(touch NEVER)`touch NEVER`;', '/a/../b']) {
      const ran = await execute([...shell.command, join(folder, 'release.sh'), 'plan'], {
        cwd: folder,
        env: {PATH, HOME, PREFIX: prefix},
      });
      t.is(ran.status, 78, `${JSON.stringify(prefix)}: ${ran.stderr}`);
    }
    await t.throwsAsync(stat(join(folder, 'NEVER')), {code: 'ENOENT'});
  });
}

/** What the host adds is as hostile: here a value for an input, with all that a variable of the environment can hold. */
const given = `a'b"c $(touch NEVER) \`touch NEVER\` $HOME \\ %h %(x)s ; & | # é 😀\n[section]\nExecStartPre=/bin/touch NEVER\n\n`;

for (const shell of present.filter(({name}) => ['dash', 'busybox ash', 'mksh'].includes(name))) {
  testWith(needsUser)(
    `values of the profile and of the host arrive in a release that is deployed: ${shell.name}`,
    async (t) => {
      const {path: python, version} = await findPython();
      const values = [...sample.slice(0, 12), '${inputs:GIVEN}'];
      const text = profile(values)
        .replace('python = 3.11', `python = ${version.split('.').slice(0, 2).join('.')}`)
        .replace('services = none', `services = none\nuser = ${userInfo().username}\ninstaller = pip`);
      const inputs = '[inputs]\nGIVEN =\nWHERE = /nowhere\n[layout]\nbackups = ${inputs:WHERE}\n';
      const {folder, status, stderr} = await compiled(t, text + inputs);
      t.is(status, 0, stderr);
      const prefix = join(folder, 'srv');
      const deploy = (where: string) =>
        execute([...shell.command, join(folder, 'release.sh'), 'deploy'], {
          cwd: folder,
          env: {PATH: process.env.PATH, HOME: folder, PREFIX: prefix, PYTHON: python, GIVEN: given, WHERE: where},
        });
      for (const where of [
        '/a b',
        `${folder}/$(touch NEVER)`,
        `${folder}/a\nb`,
        `${folder}/100%`,
        'relative',
        '/a/../b',
      ]) {
        const refused = await deploy(where);
        t.is(refused.status, 78, `${where}: ${refused.stderr}`);
        t.regex(refused.stderr, /the folder of the backups/);
      }
      const ran = await deploy(join(folder, 'backups'));
      t.is(ran.status, 0, ran.stderr);
      const files = (await readdir(join(prefix, 'current/'), {recursive: true})).filter((file) =>
        file.endsWith('.txt'),
      );
      t.is(files.length, values.length);
      for (const file of files) {
        const number = Number(/file(\d+)\.txt$/.exec(file)![1]);
        t.is(await readFile(join(prefix, 'current', file), 'utf8'), number === 12 ? given : sample[number]!, file);
      }
      const everything = await readdir(folder, {recursive: true});
      t.deepEqual(
        everything.filter((file) => /NEVER$/.test(file)),
        [],
      );
    },
  );
}

test('the same profile gives the same bytes in another folder, time zone, locale and umask', async (t) => {
  // It extends a file beside its folder, which no path in the script may betray.
  const extending = profile(sample).replace('[buildout]\nparts =', '[buildout]\nextends = ../common.cfg\nparts +=');
  const first = await dir({unsafeCleanup: true});
  t.teardown(first.cleanup);
  const folder = join(first.path, 'site');
  await mkdir(folder);
  await writeFile(join(first.path, 'common.cfg'), common);
  await writeFile(join(folder, 'prod.cfg'), extending);
  const {PATH, HOME} = process.env;
  const made = await execute([process.execPath, cfgc, 'site/prod.cfg', '-o', 'site/release.sh'], {
    cwd: first.path,
    env: {PATH, HOME},
  });
  t.is(made.status, 0, made.stderr);
  const script = await readFile(join(folder, 'release.sh'));
  const makefile = await readFile(join(folder, 'Makefile'));
  const {path, cleanup} = await dir({unsafeCleanup: true});
  t.teardown(cleanup);
  const other = join(path, 'a folder', 'é');
  await mkdir(other, {recursive: true});
  await writeFile(join(other, 'prod.cfg'), extending);
  await writeFile(join(path, 'a folder', 'common.cfg'), common);
  const ran = await execute(
    ['sh', '-c', 'umask 077; exec "$@"', 'sh', process.execPath, cfgc, 'prod.cfg', '-o', 'release.sh'],
    {
      cwd: other,
      env: {
        PATH: process.env.PATH,
        HOME: path,
        USER: 'someone',
        TZ: 'Pacific/Kiritimati',
        LC_ALL: 'tr_TR.UTF-8',
        LANG: 'tr_TR.UTF-8',
      },
    },
  );
  t.is(ran.status, 0, ran.stderr);
  t.deepEqual(await readFile(join(other, 'release.sh')), script);
  t.regex(
    script.toString(),
    /\n# Made from\n# {3}[0-9a-f]{64} {2}prod\.cfg\n# {3}[0-9a-f]{64} {2}\.\.\/common\.cfg\n#\n/,
  );
  t.regex(script.toString(), / folders: z3c\.recipe\.mkdir \(\.\.\/common\.cfg:\d+\)/);
  t.deepEqual(await readFile(join(other, 'Makefile')), makefile);
});
