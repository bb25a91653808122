/** The script checks itself: one that was edited or cut off changes nothing. */
import {existsSync} from 'node:fs';
import {chmod, mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {makeHost, testShells} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {execute, findProgram, needsProgram, type Ran} from '../harness/tools.js';

const [shell = {name: 'sh', command: ['sh']}] = testShells();

function ok(t: ExecutionContext, ran: Ran, status = 0): Ran {
  t.is(ran.status, status, ran.stdout + ran.stderr);
  return ran;
}

test('an edited byte anywhere: nothing is done, or --accept-edited, which the journal keeps', async (t) => {
  const host = await makeHost();
  const script = await host.script({version: '1.0.0'});
  const whole = await readFile(script, 'utf8');
  // Within comments and texts, where an edit leaves a script that still parses: the header, the data, the library, the end.
  const places = [
    '# Made from',
    'NAME=demo',
    'version = 1.0.0',
    'echo hello',
    '# main.sh:',
    'is deployed',
    '# cfgc-sha256: ',
  ];
  for (const place of places) {
    const at = whole.indexOf(place);
    t.true(at > 0, place);
    const last = at + place.length - 1;
    const other = whole[last] === 'x' ? 'y' : 'x';
    const edited =
      place === '# cfgc-sha256: '
        ? whole.replace(/^(# cfgc-sha256: ).*$/m, `$1${'0'.repeat(64)}`)
        : `${whole.slice(0, last)}${other}${whole.slice(last + 1)}`;
    await writeFile(script, edited);
    const refused = ok(t, await host.run(shell, script, ['deploy']), 1);
    t.regex(refused.stderr, /edited or cut off after it was made: nothing is done/, place);
    t.false(existsSync(host.prefix), place);
  }
  await writeFile(script, whole.replace('# Made from', '# made from'));
  ok(t, await host.run(shell, script, ['deploy', '--accept-edited']));
  t.regex(
    await readFile(join(host.prefix, '.cfgc/journal.jsonl'), 'utf8'),
    /the script was edited after it was made, and that was accepted/,
  );
});

test('cut off after any line, as by a copy that broke: nothing runs', async (t) => {
  const host = await makeHost();
  const script = await host.script({version: '1.0.0'});
  const lines = (await readFile(script, 'utf8')).trimEnd().split('\n');
  // Each two hundredth line, the first and the last ones, and half of the last.
  const kept = lines
    .map((_, index) => index + 1)
    .filter((n) => n < lines.length && (n % 200 === 0 || n < 8 || n > lines.length - 20));
  const before = await readdir(host.folder);
  for (const count of kept) {
    await writeFile(script, `${lines.slice(0, count).join('\n')}\n`);
    const ran = await host.run(shell, script, ['deploy']);
    if (existsSync(host.prefix) || ran.stdout !== '') t.fail(`cut off after line ${count} it does something`);
  }
  await writeFile(script, `${lines.slice(0, -1).join('\n')}\nmain "$`);
  await host.run(shell, script, ['deploy']);
  await writeFile(script, `${lines.slice(0, -1).join('\n')}\nmain`);
  await host.run(shell, script, ['deploy']);
  t.false(existsSync(host.prefix));
  t.deepEqual(await readdir(host.folder), before);
  t.true(kept.length > 50);
});

testWith(needsProgram('ssh-keygen'))('a signature that a host with OpenSSH checks', async (t) => {
  const host = await makeHost();
  const script = await host.script({version: '1.0.0'});
  const keygen = findProgram('ssh-keygen')!;
  const key = join(host.folder, 'key');
  ok(t, await execute([keygen, '-q', '-t', 'ed25519', '-N', '', '-C', 'releases', '-f', key]));
  ok(t, await execute([keygen, '-Y', 'sign', '-q', '-n', 'release', '-f', key, script]));
  const signers = join(host.folder, 'allowed_signers');
  await writeFile(signers, `releases@example.org ${await readFile(`${key}.pub`, 'utf8')}`);
  const verify = async () =>
    execute(
      [keygen, '-Y', 'verify', '-f', signers, '-I', 'releases@example.org', '-n', 'release', '-s', `${script}.sig`],
      {
        input: await readFile(script, 'utf8'),
      },
    );
  ok(t, await verify());
  await chmod(script, 0o644);
  await writeFile(script, `${await readFile(script, 'utf8')}# more\n`);
  t.not((await verify()).status, 0);
});

test('without sed, which reads it, that is said', async (t) => {
  const host = await makeHost();
  const script = await host.script({version: '1.0.0'});
  const bin = join(host.folder, 'bin');
  await mkdir(bin);
  // mksh has no printf of its own.
  for (const name of ['id', 'uname', 'printf']) await symlink(findProgram(name)!, join(bin, name));
  const command = [findProgram(shell.command[0]!)!, ...shell.command.slice(1)];
  const ran = ok(t, await host.run({name: shell.name, command}, script, ['deploy'], {env: {PATH: bin}}), 78);
  t.regex(ran.stderr, /^error: no sed on the PATH/m);
});
