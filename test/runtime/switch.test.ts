/** What a switch is to whoever reads, and what follows it. */
import {readFileSync, readlinkSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setImmediate} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {makeHost, testShells} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {findProgram, needsProgram, type Ran} from '../harness/tools.js';

function ok(t: ExecutionContext, ran: Ran, status = 0): Ran {
  t.is(ran.status, status, ran.stdout + ran.stderr);
  return ran;
}

for (const shell of testShells()) {
  test(`${shell.name}: back to an old release, and \`keep\` more after it: what served is there as long as it is counted`, async (t) => {
    const host = await makeHost();
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
      ok(t, await host.run(shell, await host.script({version, keep: 2}), ['deploy']));
      if (version === '1.1.0') ok(t, await host.run(shell, await host.script({version, keep: 2}), ['rollback']));
    }
    // Active was 1.0.0, then 1.2.0: that one before is kept, whatever is older by number or date.
    t.deepEqual((await readdir(join(host.prefix, 'releases'))).sort(), ['1.0.0', '1.1.0', '1.2.0']);
    ok(t, await host.run(shell, await host.script({version: '1.2.0', keep: 2}), ['rollback']));
    t.is(await host.current(), '1.0.0');
  });

  test(`${shell.name}: a prune that fails is a warning, and a rollback needs no build`, async (t) => {
    const host = await makeHost();
    for (const version of ['1.0.0', '1.1.0']) ok(t, await host.run(shell, await host.script({version}), ['deploy']));
    const instead = 'release_remove() { return 1; }';
    const script = await host.script({version: '1.2.0', keep: 1, instead});
    const ran = ok(t, await host.run(shell, script, ['deploy']));
    t.regex(ran.stderr, /warning: old releases could not be deleted: that is no reason to fail/);
    t.is(await host.current(), '1.2.0');
    const never = 'environment_build() { echo built >&2; return 1; }\nfetch_url() { return 1; }';
    const back = await host.script({version: '1.2.0', keep: 1, instead: never});
    t.notRegex(ok(t, await host.run(shell, back, ['rollback'])).stderr, /built/);
    t.is(await host.current(), '1.1.0');
  });

  test(`${shell.name}: a reader never finds current missing while it is switched, and nothing unlinks it`, async (t) => {
    const host = await makeHost();
    for (const version of ['1.0.0', '1.1.0']) ok(t, await host.run(shell, await host.script({version}), ['deploy']));
    const current = join(host.prefix, 'current');
    const config = join(current, 'etc/app.conf');
    const rounds = Number(process.env.CFGC_SWITCHES ?? 30);
    const body = `n=0; while [ "$n" -lt ${rounds} ]; do release_switch 1.0.0 && release_switch 1.1.0 || exit 1; n=$((n + 1)); done`;
    let running = true;
    const switching = host.call(shell, `log_info() { :; }\n${body}`).finally(() => {
      running = false;
    });
    const seen = new Set<string>();
    while (running) {
      // Throws where it is not there, for a moment even.
      for (let n = 0; n < 50; n += 1) {
        seen.add(readlinkSync(current));
        seen.add(readFileSync(config, 'utf8'));
      }
      await setImmediate();
    }
    ok(t, await switching);
    t.deepEqual([...seen].sort(), [
      '[app]\nversion = 1.0.0\n',
      '[app]\nversion = 1.1.0\n',
      'releases/1.0.0',
      'releases/1.1.0',
    ]);
  });

  testWith(needsProgram('strace'))(
    `${shell.name}: the switch is one rename of a relative link, as the system sees it`,
    async (t) => {
      const host = await makeHost();
      for (const version of ['1.0.0', '1.1.0']) ok(t, await host.run(shell, await host.script({version}), ['deploy']));
      const trace = join(host.folder, 'trace');
      const under = [
        findProgram('strace')!,
        '-f',
        '-qq',
        '-o',
        trace,
        '-e',
        'trace=rename,renameat,renameat2,unlink,unlinkat,symlink,symlinkat',
      ];
      ok(t, await host.call(shell, 'release_switch 1.0.0', {under}));
      const calls = (await readFile(trace, 'utf8')).split('\n').filter((line) => !/ENOENT|EINVAL|EEXIST/.test(line));
      const current = join(host.prefix, 'current');
      t.false(
        calls.some((line) => /unlink/.test(line) && line.includes(`"${current}"`)),
        calls.join('\n'),
      );
      t.is(
        calls.filter((line) => /rename/.test(line) && /"[^"]*\/current"|"current"/.test(line)).length,
        1,
        calls.join('\n'),
      );
      t.true(
        calls.some((line) => /symlink/.test(line) && line.includes('"releases/1.0.0"')),
        calls.join('\n'),
      );
    },
  );

  test(`${shell.name}: an interpreter of the host that changed is told by status`, async (t) => {
    const host = await makeHost();
    const one = await host.script({
      version: '1.0.0',
      instead: 'release_python() { echo "3.11.7 /usr/bin/python3.11"; }',
    });
    ok(t, await host.run(shell, one, ['deploy']));
    const now = await host.script({
      version: '1.0.0',
      instead: 'release_python() { echo "3.11.9 /usr/bin/python3.11"; }',
    });
    const status = ok(t, await host.run(shell, now, ['status']));
    t.regex(
      status.stdout,
      /python +was 3\.11\.7 \/usr\/bin\/python3\.11, is 3\.11\.9 \/usr\/bin\/python3\.11: deploy a new version/,
    );
  });
}
