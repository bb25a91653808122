import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {testShells} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {removeHost, service, serviceHost} from './service-host.js';

for (const shell of testShells()) {
  const test = testWith();

  test(`services = none: the profile's own commands, where a service changed, in ${shell.name}`, async (t) => {
    const host = await serviceHost({
      shell,
      services: 'none',
      data: `each_service_command() {
        "$@" stop 'echo stop >>"$LOG/calls"' || return
        "$@" start 'echo start >>"$LOG/calls"' || return
        "$@" status 'test -e "$LOG/calls"'
      }
      export PREFIX`,
    });
    const calls = join(host.prefix, 'var/log/calls');
    const run = (body: string) => host.run(`export LOG\n${body}`);
    await host.release('1.0.0', [service('one')]);
    await host.switch('1.0.0');
    t.is((await run('service_restart && service_settled 1')).status, 0);
    t.is(readFileSync(calls, 'utf8'), 'stop\nstart\n');
    t.regex((await run('service_restart')).stderr, /unchanged/);
    await host.release('1.1.0', [service('one', {fingerprint: 'f2'})]);
    await host.switch('1.1.0');
    await run('service_restart');
    t.is(readFileSync(calls, 'utf8'), 'stop\nstart\nstop\nstart\n');
    await host.release('1.2.0', []);
    await host.switch('1.2.0');
    t.is((await run('service_restart; service_stop')).status, 0);
    t.is(readFileSync(calls, 'utf8'), 'stop\nstart\nstop\nstart\nstop\nstart\nstop\n');
    t.regex((await run('service_restart')).stderr, /unchanged/);
    await removeHost(host);
  });

  test(`services = none: a command that fails fails the step, in ${shell.name}`, async (t) => {
    const host = await serviceHost({
      shell,
      services: 'none',
      data: `each_service_command() { "$@" restart 'echo "no such unit" >&2; exit 4'; }`,
    });
    await host.release('1.0.0', [service('one')]);
    await host.switch('1.0.0');
    const ran = await host.run('service_restart');
    t.is(ran.status, 1);
    t.regex(ran.stderr, /services: restart failed with status 4/);
    // It is not taken for done.
    t.is((await host.run('service_restart')).status, 1);
    await removeHost(host);
  });

  test(`services: what plan shows, in ${shell.name}`, async (t) => {
    const host = await serviceHost({shell, services: 'none'});
    await host.release('1.0.0', [service('one'), service('two'), service('gone')]);
    await host.switch('1.0.0');
    const ran = await host.run(`each_service() {
        "$@" one 20 f1 yes 1 '' || return
        "$@" two 20 f2 yes 1 '' || return
        "$@" new 20 f1 yes 1 ''
      }
      service_changes`);
    t.is(ran.stdout, 'changed two\nadded new\nremoved gone\n');
    await removeHost(host);
  });

  test(`services: what is restarted, and in which order, in ${shell.name}`, async (t) => {
    const host = await serviceHost({shell, services: 'supervisor'});
    await host.release('1.0.0', [
      service('haproxy', {priority: 40, fingerprint: 'new', ready: []}),
      service('instance2', {priority: 30, fingerprint: 'new', group: 'instances'}),
      service('instance1', {priority: 20, fingerprint: 'new', group: 'instances'}),
      service('zeo', {priority: 10, fingerprint: 'new'}),
      service('worker', {priority: 50, fingerprint: 'same'}),
    ]);
    await host.switch('1.0.0');
    const record = join(host.prefix, 'releases/1.0.0/etc/services');
    t.true(existsSync(record));
    const work = async (applied: string, states: string, differs: string, before = ''): Promise<string[]> => {
      const ran = await host.run(
        `${before}
         printf '%s\\n' 'ready zeo tcp://127.0.0.1:8100' >>"$CURRENT/etc/services"
         printf '${applied}' >"$STATE/services"
         service_work '${states}' '${differs}'`,
      );
      t.is(ran.stderr, '');
      return ran.stdout.trim().split('\n');
    };
    const applied = `${['haproxy', 'instance1', 'instance2', 'zeo'].map((name) => `old ${name}\\n`).join('')}same worker\\n`;
    const running = ['haproxy', 'instance1', 'instance2', 'zeo', 'worker'].map((name) => `${name} running 1`);
    t.deepEqual(await work(applied, running.join('\n'), ''), [
      'restart zeo server - zeo',
      'restart instance1 client - instance1',
      'restart instance2 client - instance2',
      'restart haproxy client - haproxy',
    ]);
    // Its clients are as they were: nobody waits for them.
    t.deepEqual(
      await work('new haproxy\\nnew instance1\\nnew instance2\\nold zeo\\nsame worker\\n', running.join('\n'), ''),
      ['restart zeo client - zeo'],
    );
    // A group is loaded as a whole; what an operator stopped in it is held.
    t.deepEqual(
      await work(
        'old haproxy\\nold instance1\\nold instance2\\nnew zeo\\nsame worker\\n',
        running
          .join('\n')
          .replace('instance2 running 1', 'instance2 stopped -')
          .replace('haproxy running 1', 'haproxy stopped -'),
        'changed instances\nremoved gone',
      ),
      ['load instances client instance2 instance1', 'quiet haproxy client - haproxy', 'remove gone client -'],
    );
    // Stopped by a run that was killed, not by an operator; and one that died.
    t.deepEqual(
      await work(
        'new haproxy\\n- instance1\\nnew instance2\\nnew zeo\\nsame worker\\n',
        running
          .join('\n')
          .replace('instance1 running 1', 'instance1 stopped -')
          .replace('worker running 1', 'worker failed -'),
        '',
      ),
      ['restart instance1 client - instance1', 'start worker client - worker'],
    );
    t.is((await work('', running.join('\n'), '', 'FORCE_RESTART=yes')).length, 5);
    await removeHost(host);
  });
}
