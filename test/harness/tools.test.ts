import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {testWith} from './test-with.js';
import {boxNames, execute, projectRoot, shells, toolBox} from './tools.js';

const uv = await toolBox('uv');
const buildout = await toolBox('buildout');

testWith(buildout)('tools: the buildout box holds zc.buildout at its pin', async (t) => {
  const ran = await execute([
    buildout.python,
    '-c',
    'from importlib.metadata import version; print(version("zc.buildout"))',
  ]);
  t.is(ran.stdout, '6.0.1\n');
});

testWith(uv)('tools: a box that two ask for at once is one box', async (t) => {
  const [first, second] = await Promise.all([toolBox('uv'), toolBox('uv')]);
  t.is(first.folder, second.folder);
  t.is((await execute([first.bin('uv'), '--version'])).status, 0);
});

test('tools: every line of every box is a pin', async (t) => {
  for (const name of boxNames) {
    const text = await readFile(join(projectRoot, 'test/harness/boxes', `${name}.txt`), 'utf8');
    for (const line of text.trim().split('\n'))
      t.regex(line, /^[\w.-]+(\[\w+\])?==[\w.]+( ; .+)?$/, `${name}: ${line}`);
  }
});

test('tools: execute hands on status, output and input', async (t) => {
  t.deepEqual(await execute(['sh', '-c', 'cat; echo wrong >&2; exit 3'], {input: 'word'}), {
    status: 3,
    stdout: 'word',
    stderr: 'wrong\n',
  });
  await t.throwsAsync(execute(['/no/such/program']), {code: 'ENOENT'});
});

test('tools: each shell that is here runs a line', async (t) => {
  for (const shell of shells().present) {
    const [program, ...words] = shell.command;
    t.is((await execute([program!, ...words, '-c', 'echo fine'])).stdout, 'fine\n', shell.name);
  }
});

for (const shell of shells().absent) test.skip(`tools: ${shell.name} [skipped: not on this machine]`, (t) => t.pass());
