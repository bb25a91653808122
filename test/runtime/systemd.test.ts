/** `services = systemd`, by a systemctl that stands in for the real one: no machine of ours has systemd as its first process. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {ServiceEntry} from '../../compiler/model/release-plan.js';
import {text} from '../../compiler/util/text.js';
import {freePort} from '../harness/port.js';
import {pathFor, testShells} from '../harness/shell.js';
import {fakeSystemd} from '../harness/systemctl.js';
import {testWith} from '../harness/test-with.js';
import {findPython, toolBox} from '../harness/tools.js';
import {removeHost, ServiceHost, service, serviceHost, useSupervisorBox} from './service-host.js';

const box = await toolBox('supervisor');
const python = await findPython();
const sleeper = '#!/bin/sh\nexec sleep 1000\n';
const files = {'bin/one': sleeper, 'bin/two': sleeper, 'bin/three': sleeper};
const test = testWith();

interface Systemd {
  readonly host: ServiceHost;
  readonly units: string;
  /** Runs the body and gives what it called systemctl for. */
  calls(t: ExecutionContext, body: string): Promise<{readonly calls: readonly string[]; readonly said: string}>;
  pid(name: string): string;
}

async function withSystemd(shell: ReturnType<typeof testShells>[number], work: (systemd: Systemd) => Promise<void>) {
  const env: NodeJS.ProcessEnv = {};
  const host = await serviceHost({shell, services: 'systemd', env});
  const {units, memory, calls, ...systemd} = await fakeSystemd(host.folder, await pathFor(shell));
  Object.assign(env, systemd.env);
  try {
    await work({
      host,
      units,
      pid: (name) => readFileSync(join(memory, `pid/portal-${name}.service`), 'utf8'),
      async calls(t, body) {
        await calls();
        const ran = await host.run(body);
        t.is(ran.status, 0, ran.stderr);
        return {calls: await calls(), said: ran.stderr};
      },
    });
  } finally {
    await host.run('service_stop');
    await removeHost(host);
  }
}

for (const [index, shell] of testShells().entries()) {
  test(`systemd: units are put, reloaded and enabled once; only what changed is restarted, in ${shell.name}`, (t) =>
    withSystemd(shell, async ({host, units, calls, pid}) => {
      const zeo = service('one', {priority: 10});
      await host.release('1.0.0', [zeo, service('two')], files);
      await host.switch('1.0.0');
      const first = await calls(t, 'service_restart && service_settled 0');
      t.deepEqual(first.calls, [
        'daemon-reload',
        'enable portal.target',
        'start portal.target',
        'daemon-reload',
        'enable portal-one.service',
        'start portal-one.service',
        'daemon-reload',
        'enable portal-two.service',
        'start portal-two.service',
      ]);
      t.deepEqual(readdirSync(units).sort(), ['portal-one.service', 'portal-two.service', 'portal.target']);
      t.deepEqual((await calls(t, 'service_restart')).calls, []);

      // New code under the same text: systemd has nothing to read again.
      const one = pid('one');
      await host.release('1.1.0', [zeo, service('two', {fingerprint: 'f2'})], files);
      await host.switch('1.1.0');
      t.deepEqual((await calls(t, 'service_restart && service_settled 0')).calls, [
        'stop portal-two.service',
        'start portal-two.service',
      ]);
      t.is(pid('one'), one);

      // Another text: the process has the new one, so systemd had read it.
      const moved = service('two', {fingerprint: 'f2', environment: [{name: 'COLOUR', value: text('blue')}]});
      await host.release('1.2.0', [zeo, moved], files);
      await host.switch('1.2.0');
      t.deepEqual((await calls(t, 'service_restart && service_settled 0')).calls, [
        'stop portal-two.service',
        'daemon-reload',
        'start portal-two.service',
      ]);
      t.regex(readFileSync(`/proc/${pid('two')}/environ`, 'utf8'), /^COLOUR=blue\0/);
      t.is(pid('one'), one);

      // One goes, one comes, one is asked for by hand from now on.
      await host.release('1.3.0', [service('one', {priority: 10, autostart: false}), service('three')], files);
      await host.switch('1.3.0');
      const last = (await calls(t, 'service_restart && service_settled 0')).calls;
      t.deepEqual(last.slice(0, 3), ['stop portal-two.service', 'disable portal-two.service', 'daemon-reload']);
      t.true(last.includes('disable portal-one.service'));
      t.true(last.includes('start portal-three.service'));
      t.false(existsSync(join(units, 'portal-two.service')));
    }));

  // One shell is enough for what is the manager's doing.
  if (index > 0) continue;

  test(`systemd: what an operator stopped stays stopped; what is another's is left alone, in ${shell.name}`, (t) =>
    withSystemd(shell, async ({host, units, calls, pid}) => {
      await host.release('1.0.0', [service('one'), service('two')], files);
      await host.switch('1.0.0');
      await calls(t, 'service_restart');
      const two = pid('two');
      await host.run('systemctl disable --now portal-one.service');
      const blue = [{name: 'COLOUR', value: text('blue')}];
      await host.release('1.1.0', [service('one', {fingerprint: 'f2', environment: blue}), service('two')], files);
      await host.switch('1.1.0');
      const ran = await calls(t, 'service_restart && service_settled 0');
      t.regex(ran.said, /stopped by an operator, and stays stopped: one/);
      // Not enabled again either: that too was the operator's.
      t.deepEqual(ran.calls, ['daemon-reload']);
      t.is(pid('two'), two);

      await writeFile(join(units, 'portal-three.service'), '[Service]\nExecStart=/bin/true\n');
      await host.release('1.2.0', [service('two'), service('three')], files);
      await host.switch('1.2.0');
      const refused = await host.run('service_restart');
      t.is(refused.status, 1);
      t.regex(refused.stderr, /portal-three\.service belongs to something else/);
      t.is(readFileSync(join(units, 'portal-three.service'), 'utf8'), '[Service]\nExecStart=/bin/true\n');

      await calls(t, 'systemd_uninstall');
      t.deepEqual(readdirSync(units), ['portal-three.service']);
    }));

  test(`systemd: a program that dies is quoted, in ${shell.name}`, (t) =>
    withSystemd(shell, async ({host}) => {
      await host.release('1.0.0', [service('one')], {'bin/one': '#!/bin/sh\nexit 3\n'});
      await host.switch('1.0.0');
      const ran = await host.run('service_restart && service_settled 1');
      t.is(ran.status, 1);
      t.regex(ran.stderr, /service one does not run|did not stay up: one/);
    }));
}

test('systemd: a program whose port answers and that dies a second later is not called up, and the next one is left running', (t) =>
  withSystemd(testShells()[0]!, async ({host, pid}) => {
    const port = await freePort();
    const instances = (fingerprint: string): ServiceEntry[] => [
      service('one', {fingerprint, startSeconds: 3, ready: [text(`tcp://127.0.0.1:${port}`)]}),
      service('two', {fingerprint, priority: 30, ready: []}),
    ];
    const listens = (then: string): string => `#!/bin/sh
exec '${python.path}' -c 'import socket, time
listening = socket.create_server(("127.0.0.1", ${port}))
${then}'
`;
    await host.release('1.0.0', instances('f1'), {...files, 'bin/one': listens('time.sleep(1000)')});
    await host.switch('1.0.0');
    t.is((await host.run('service_restart && service_settled 0')).status, 0);
    const two = pid('two');
    await host.release('1.1.0', [instances('f2')[0]!, instances('f1')[1]!], {
      ...files,
      'bin/one': listens('time.sleep(1.5)\nraise SystemExit(3)'),
    });
    await host.switch('1.1.0');
    const ran = await host.run('service_restart');
    t.is(ran.status, 1, ran.stderr);
    t.notRegex(ran.stderr, /service one is up/);
    t.is(pid('two'), two);
  }));

testWith(box)('another manager takes over: what an operator stopped stays stopped, and what one started runs', (t) =>
  withSystemd(testShells()[0]!, async ({host, units}) => {
    const supervised = new ServiceHost(host.folder, {...host.options, services: 'supervisor'});
    const bare = new ServiceHost(host.folder, {...host.options, services: 'none'});
    const commanded = new ServiceHost(host.folder, {
      ...host.options,
      services: 'none',
      data: `each_service_command() { "$@" start true; }`,
    });
    const states = async (of: ServiceHost): Promise<string> =>
      (await of.run('service_states')).stdout
        .replace(/ [-\d]+$/gm, '')
        .trim()
        .split('\n')
        .sort()
        .join('\n');
    const restart = async (of: ServiceHost, id: string): Promise<string> => {
      await host.switch(id);
      const ran = await of.run('service_restart && service_settled 0');
      t.is(ran.status, 0, ran.stderr);
      return ran.stderr;
    };
    const all = [service('one'), service('two'), service('three', {autostart: false})];
    const wanted = 'one stopped\nthree running\ntwo running';
    try {
      await useSupervisorBox(supervised, box.folder);
      await supervised.release('1.0.0', all, files);
      await host.release('1.1.0', all, files);
      await bare.release('1.2.0', all, files);
      await restart(supervised, '1.0.0');
      t.is((await supervised.run('supervisor_stop one && supervisor_start three')).status, 0);
      t.is(await states(supervised), wanted);

      t.regex(await restart(host, '1.1.0'), /stopped by an operator, and stays stopped: one/);
      t.is(await states(host), wanted);
      await restart(host, '1.1.0');
      t.is(await states(host), wanted);

      t.regex(await restart(supervised, '1.0.0'), /service one was stopped by an operator and stays stopped/);
      t.is(await states(supervised), wanted);
      t.deepEqual(readdirSync(units), []);

      // Nothing is started in between, so there is nothing to forget for.
      await restart(bare, '1.2.0');
      await restart(host, '1.1.0');
      t.is(await states(host), wanted);

      t.regex(await restart(commanded, '1.2.0'), /an operator had stopped these, .* start with the others: one/);
      await restart(host, '1.1.0');
      t.is(await states(host), 'one running\nthree stopped\ntwo running');
    } finally {
      await supervised.run('supervisor_shutdown');
    }
  }),
);

testWith(box)('another manager takes over: what ran before stops there, and a rollback takes it back', (t) =>
  withSystemd(testShells()[0]!, async ({host, units, pid}) => {
    const supervised = new ServiceHost(host.folder, {...host.options, services: 'supervisor'});
    const bare = new ServiceHost(host.folder, {
      ...host.options,
      services: 'none',
      data: `each_service_command() {
        "$@" stop 'echo stop >>"$STATE/calls"' || return
        "$@" start 'echo start >>"$STATE/calls"'
      }
      export STATE`,
    });
    try {
      await useSupervisorBox(supervised, box.folder);
      await supervised.release('1.0.0', [service('one')], files);
      await host.release('1.1.0', [service('one')], files);
      await bare.release('1.2.0', [service('one')], files);
      await host.switch('1.0.0');
      const first = await supervised.run('service_restart && service_settled 0 && service_now one');
      t.regex(first.stdout, /^running \d+$/m, first.stderr);
      const old = /running (\d+)/.exec(first.stdout)![1]!;

      const plan = await host.run('each_service() { "$@" one 20 f1 yes 1 \'\'; }\nservice_changes');
      t.is(plan.stdout, 'exchanged supervisor for systemd: all services stop and start\n');
      await host.switch('1.1.0');
      const ran = await host.run('service_restart && service_settled 0');
      t.is(ran.status, 0, ran.stderr);
      t.regex(ran.stderr, /run by supervisor, and are by systemd from here on/);
      t.false(existsSync(`/proc/${old}`));
      const second = pid('one');
      t.true(existsSync(`/proc/${second}`));
      t.is((await host.run('service_restart')).status, 0);
      t.is(pid('one'), second);

      // Back, by the script that is systemd's itself.
      await host.switch('1.0.0');
      const back = await host.run('service_restart && service_settled 0 && service_states');
      t.is(back.status, 0, back.stderr);
      t.regex(back.stdout, /^one running \d+$/m);
      t.false(existsSync(`/proc/${second}`));
      t.deepEqual(readdirSync(units), []);

      await host.switch('1.2.0');
      t.is((await bare.run('service_restart && service_settled 0')).status, 0);
      t.is((await supervised.run('supervisor_running')).status, 1);
      t.is(readFileSync(join(host.prefix, '.cfgc/calls'), 'utf8'), 'stop\nstart\n');
      await host.switch('1.0.0');
      t.is((await bare.run('service_restart')).status, 0);
      t.is(readFileSync(join(host.prefix, '.cfgc/calls'), 'utf8'), 'stop\nstart\nstop\n');
      t.is((await supervised.run('supervisor_running && service_stop')).status, 0);
    } finally {
      await supervised.run('supervisor_shutdown');
    }
  }),
);
