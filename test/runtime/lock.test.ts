import {mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {makeHost, testShells} from '../harness/shell.js';

for (const shell of testShells()) {
  test(`${shell.name}: forty contenders, one owner`, async (t) => {
    const host = await makeHost();
    const script = await host.script({
      version: '1.0.0',
      instead:
        'preflight_check() { :; }\nenvironment_build() { echo in >>"$STATE/won"; while [ -e "$PREFIX/hold" ]; do sleep 1; done; }',
    });
    await mkdir(host.prefix);
    await writeFile(join(host.prefix, 'hold'), '');
    const runs = Array.from({length: 40}, () => host.run(shell, script, ['deploy', '--quiet']));
    const statuses: number[] = [];
    const said: string[] = [];
    await Promise.all(
      runs.map(async (run) => {
        const ran = await run;
        statuses.push(ran.status);
        if (ran.status !== 75) said.push(ran.stderr);
        // The one that got in is still at work while all others are refused.
        if (statuses.length === 39) await rm(join(host.prefix, 'hold'));
      }),
    );
    t.deepEqual(statuses, [...Array.from({length: 39}, () => 75), 0], said.join('\n'));
    t.is(await readFile(join(host.prefix, '.cfgc/won'), 'utf8'), 'in\n');
  });

  const dead: readonly (readonly [string, string])[] = [
    ['of a pid that is gone', 'pid=999999\nboot=BOOT\nstart=1\nhost=HOST\nuser=root\nwhat=deploy 1.0.0\nsince=then\n'],
    [
      'of a pid whose number is in use again',
      'pid=1\nboot=BOOT\nstart=12345678\nhost=HOST\nuser=root\nwhat=deploy 1.0.0\nsince=then\n',
    ],
    ['of another boot', 'pid=1\nboot=other\nstart=START\nhost=HOST\nuser=root\nwhat=deploy 1.0.0\nsince=then\n'],
  ];
  for (const [what, owner] of dead) {
    test(`${shell.name}: a lock ${what} is taken over, and that is said`, async (t) => {
      const host = await makeHost();
      await mkdir(join(host.prefix, '.cfgc/lock/7'), {recursive: true});
      await writeFile(join(host.prefix, '.cfgc/lock/7/owner.in'), owner);
      const ran = await host.call(
        shell,
        `sed -e "s/BOOT/$(lock_boot)/" -e "s/HOST/$HOST_NAME/" -e "s/START/$(lock_start 1)/" "$STATE/lock/7/owner.in" >"$STATE/lock/7/owner"
         lock_take 0; echo "$?"
         lock_holder
         lock_release
         lock_holder || echo free`,
      );
      t.regex(ran.stderr, /lock of a dead run is taken over: pid \d+ of root/);
      t.regex(ran.stdout, /^0\n\d+ \S+ \S+ deploy 1\.0\.0 since \S+\nfree\n$/);
      t.deepEqual(await readdir(join(host.prefix, '.cfgc/lock')), ['8']);
    });
  }

  test(`${shell.name}: a living holder: 75, or waited for with --wait; another host's lock is not judged`, async (t) => {
    const host = await makeHost();
    await mkdir(join(host.prefix, '.cfgc'), {recursive: true});
    const ran = await host.call(
      shell,
      `mkdir -p "$STATE/lock/3"
       lock_owner >"$STATE/lock/3/owner"
       sed -i.bak "s/^pid=.*/pid=1/; s/^start=.*/start=$(lock_start 1)/" "$STATE/lock/3/owner"
       lock_take 0; echo "living $?"
       (sleep 1; mkdir "$STATE/lock/3/free") &
       lock_take 30; echo "waited $?"
       lock_release
       mkdir -p "$STATE/lock/9"
       printf 'pid=1\\nboot=x\\nstart=1\\nhost=elsewhere\\nuser=root\\nwhat=deploy 1.0.0\\nsince=then\\n' >"$STATE/lock/9/owner"
       lock_take 0; echo "elsewhere $?"
       lock_break
       lock_take 0; echo "broken $?"`,
    );
    t.is(ran.stdout, 'living 75\nwaited 0\nelsewhere 75\nbroken 0\n', ran.stderr);
    t.regex(ran.stderr, /pid 1 of root on elsewhere/);
  });

  test(`${shell.name}: a lock whose maker died before it wrote its name is taken over after a while`, async (t) => {
    const host = await makeHost();
    await mkdir(join(host.prefix, '.cfgc/lock/1'), {recursive: true});
    const ran = await host.call(shell, 'sleep() { :; }\nlock_take 0; echo "$?"');
    t.is(ran.stdout, '0\n', ran.stderr);
    t.regex(ran.stderr, /taken over: pid unknown/);
  });
}
