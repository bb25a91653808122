/** The emitted playbook in a real ansible-playbook, on this machine: asked, run, and run again with nothing left to do. */
import {copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {emitPlaybook} from '../../compiler/emit/ansible.js';
import {place} from '../../compiler/util/text.js';
import {origin, samplePlan} from '../emit/sample-plan.js';
import {makeHost} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {execute, needsProgram, type Ran, toolBox} from '../harness/tools.js';

const box = await toolBox('ansible');
const odd = `it's 100% "{{ 1 + 1 }}" \\ é #1`;

testWith(box, process.getuid?.() === 0 ? undefined : 'only root gives folders away')(
  'site: the emitted playbook asks, deploys and then has nothing to do',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'cfgc-ansible-'));
    t.teardown(() => rm(folder, {recursive: true, force: true}));
    const prefix = join(folder, 'srv/guestbook');
    const plan = samplePlan();
    const playbook = emitPlaybook({
      ...plan,
      release: {...plan.release, prefix, user: 'root', group: 'root'},
      entries: [
        ...plan.entries,
        {kind: 'directory', origin: origin('more', 1), class: 'data', path: place('data', odd), mode: '0750'},
      ],
    });
    writeFileSync(join(folder, 'playbook.yml'), playbook);
    writeFileSync(join(folder, 'hosts'), `one ansible_connection=local ansible_python_interpreter=${box.python}\n`);
    mkdirSync(join(folder, 'home'));
    // A script that answers as release.sh does.
    const calls = join(folder, 'calls');
    writeFileSync(
      join(folder, 'release.sh'),
      `echo "$PREFIX $*" >>${calls}
case $1 in
plan) [ -e ${folder}/deployed ] || exit 2 ;;
deploy) [ ! -e ${folder}/broken ] || exit 30; : >${folder}/deployed; exit 2 ;;
rollback) rm ${folder}/deployed ;;
esac
`,
    );
    const run = (...words: string[]): Promise<Ran> =>
      execute(
        [
          ...[box.bin('ansible-playbook'), '-i', 'hosts', 'playbook.yml', '--diff'],
          ...['-e', 'ansible_become=false', '-e', `release_place=${join(folder, 'put.sh')}`, ...words],
        ],
        {cwd: folder, env: {PATH: process.env.PATH, HOME: join(folder, 'home'), LANG: 'C.UTF-8', ANSIBLE_NOCOLOR: '1'}},
      );
    const asked = (): string[] => (existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : []);

    const check = await run('--check');
    t.is(check.status, 0, check.stdout + check.stderr);
    t.deepEqual(asked(), [`${prefix} plan`]);
    t.false(existsSync(prefix));

    const first = await run();
    t.is(first.status, 0, first.stdout + first.stderr);
    t.deepEqual(asked().slice(1), [`${prefix} plan`, `${prefix} deploy --detailed-exitcode`]);
    t.is(statSync(join(prefix, 'var', odd)).mode & 0o777, 0o750);

    const again = await run();
    t.regex(again.stdout, /changed=0 .*failed=0/);
    t.deepEqual(asked().slice(3), [`${prefix} plan`]);

    const back = await run('-t', 'rollback');
    t.is(back.status, 0, back.stdout + back.stderr);
    t.deepEqual(asked().slice(4), [`${prefix} rollback`]);

    writeFileSync(join(folder, 'broken'), '');
    const broken = await run();
    t.not(broken.status, 0);
    t.regex(broken.stdout, /failed=1/);
  },
);

testWith(box)('site: the script is a module of Ansible: --check changes nothing, then changed, then not', async (t) => {
  const host = await makeHost();
  mkdirSync(join(host.folder, 'library'));
  mkdirSync(join(host.folder, 'home'));
  copyFileSync(await host.script({version: '1.0.0'}), join(host.folder, 'library/demo'));
  writeFileSync(
    join(host.folder, 'playbook.yml'),
    `- hosts: all
  gather_facts: false
  tasks:
    - name: The release
      demo:
        command: deploy
        prefix: ${host.prefix}
        reason: It's "time"
`,
  );
  writeFileSync(join(host.folder, 'hosts'), `one ansible_connection=local ansible_python_interpreter=${box.python}\n`);
  const run = (...words: string[]): Promise<Ran> =>
    execute([box.bin('ansible-playbook'), '-i', 'hosts', 'playbook.yml', '--diff', ...words], {
      cwd: host.folder,
      env: {...process.env, HOME: join(host.folder, 'home'), ANSIBLE_NOCOLOR: '1'},
    });
  const check = await run('--check');
  t.regex(check.stdout, /changed=1 .*failed=0/, check.stdout + check.stderr);
  t.regex(check.stdout, /current goes from nothing to 1\.0\.0/);
  t.false(existsSync(host.prefix));
  const first = await run();
  t.regex(first.stdout, /changed=1 .*failed=0/, first.stdout + first.stderr);
  t.is(await host.current(), '1.0.0');
  const again = await run();
  t.regex(again.stdout, /changed=0 .*failed=0/, again.stdout + again.stderr);

  // What is deployed, as a fact: one file for both.
  const facts = join(host.folder, 'facts.d');
  mkdirSync(facts);
  writeFileSync(
    join(facts, 'releases.fact'),
    `#!/bin/sh\nPREFIX=${host.prefix} exec sh ${host.prefix}/current/release.sh fact\n`,
    {mode: 0o755},
  );
  const asked = await execute(
    [box.bin('ansible'), 'all', '-i', 'hosts', '-m', 'setup', '-a', `filter=ansible_local fact_path=${facts}`],
    {cwd: host.folder, env: {...process.env, HOME: join(host.folder, 'home'), ANSIBLE_NOCOLOR: '1'}},
  );
  t.regex(asked.stdout, /"releases": \{\s+"demo": \{[\s\S]*"current": "1\.0\.0"/, asked.stdout + asked.stderr);
  if (needsProgram('facter') === undefined) {
    const facter = await execute(['facter', '--external-dir', facts, 'demo.current']);
    t.is(facter.stdout, '1.0.0\n', facter.stderr);
  } else t.log('skipped: facter is not on this machine');
});
