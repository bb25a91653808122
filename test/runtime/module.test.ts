/** The script as a module of Ansible and as a fact: JSON arguments in, one line of JSON out. */
import {existsSync, readFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Host, makeHost, testShells} from '../harness/shell.js';
import type {Shell} from '../harness/tools.js';

interface Answer {
  readonly changed: boolean;
  readonly failed: boolean;
  readonly msg: string;
  readonly diff?: {readonly prepared: string};
}

/** Calls a script as Ansible does: with the path of a file that holds the arguments, as Python writes JSON. */
async function call(t: ExecutionContext, host: Host, shell: Shell, script: string, given: object): Promise<Answer> {
  const path = join(host.folder, `arguments-${Math.random().toString(36).slice(2)}`);
  const ansible = {
    _ansible_version: '2.17.14',
    _ansible_shell_executable: '/bin/sh',
    _ansible_no_log: false,
    _ansible_x: {a: ['"']},
  };
  await writeFile(path, JSON.stringify({...given, ...ansible}, undefined, 1));
  const ran = await host.run(shell, script, [path]);
  t.regex(ran.stdout, /^\{.*\}\n$/, ran.stderr);
  const answer = JSON.parse(ran.stdout) as Answer;
  t.is(ran.status, answer.failed ? 1 : 0, ran.stdout);
  return answer;
}

for (const shell of testShells()) {
  test(`${shell.name}: a module asks, deploys, has nothing to do, and goes back`, async (t) => {
    const host = await makeHost();
    const one = await host.script({version: '1.0.0'});
    const asked = await call(t, host, shell, one, {_ansible_check_mode: true, _ansible_diff: true});
    t.like(asked, {changed: true, msg: 'release 1.0.0 would be deployed'});
    t.regex(asked.diff!.prepared, /current goes from nothing to 1\.0\.0/);
    t.false(existsSync(host.prefix));

    t.like(await call(t, host, shell, one, {reason: 'a "reason": with quotes'}), {changed: true, failed: false});
    t.regex(readFileSync(join(host.prefix, '.cfgc/journal.jsonl'), 'utf8'), /"reason":"a \\"reason\\": with quotes"/);
    t.like(await call(t, host, shell, one, {command: 'deploy'}), {
      changed: false,
      msg: 'release 1.0.0 is deployed already',
    });
    t.like(await call(t, host, shell, one, {command: 'verify'}), {changed: false, failed: false});

    const two = await host.script({version: '1.1.0'});
    t.true((await call(t, host, shell, two, {})).changed);
    t.like(await call(t, host, shell, two, {command: 'rollback', _ansible_check_mode: true}), {changed: true});
    t.is(await host.current(), '1.1.0');
    t.like(await call(t, host, shell, two, {command: 'rollback', version: '1.0.0'}), {changed: true});
    t.is(await host.current(), '1.0.0');
    t.like(await call(t, host, shell, two, {command: 'rollback', version: '1.0.0'}), {changed: false});

    t.regex((await host.run(shell, two, ['status'])).stdout, /this script is 1\.1\.0, retired/);
    const fact = await host.run(shell, two, ['fact']);
    t.like(JSON.parse(fact.stdout), {demo: {schema: 'cfgc-status/1', current: '1.0.0', script: '1.1.0'}});
  });
}

for (const shell of testShells()) {
  test(`${shell.name}: a module that fails says why, and what it does not know`, async (t) => {
    const host = await makeHost();
    const failing = await host.script({
      version: '1.0.0',
      instead: 'environment_build() { die "no wheel of \\"x\\""; }',
    });
    const failed = await call(t, host, shell, failing, {command: 'deploy'});
    t.true(failed.failed);
    t.regex(JSON.stringify(failed), /no wheel of/);
    for (const [given, says] of [
      [{comand: 'deploy'}, /no argument comand/],
      [{command: 'uninstall'}, /no command uninstall/],
      [{version: '1.0.0'}, /version is for rollback/],
      [{command: 'rollback'}, /nothing is deployed/],
    ] as const)
      t.regex((await call(t, host, shell, failing, given)).msg, says);
    const path = join(host.folder, 'no-json');
    await writeFile(path, '["deploy"]');
    t.regex((await host.run(shell, failing, [path])).stdout, /"failed":true.*no JSON object/);
  });
}
