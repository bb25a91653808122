import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import type {ServiceEntry} from '../../compiler/model/release-plan.js';
import {text} from '../../compiler/util/text.js';
import {eventually} from '../harness/eventually.js';
import {freePort} from '../harness/port.js';
import {testShells} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {needsProgram, type Shell, toolBox} from '../harness/tools.js';
import {removeHost, type ServiceHost, service, serviceHost, useSupervisorBox} from './service-host.js';

const box = await toolBox('supervisor');

/** A web server that answers with what its file said when it was started: so one sees which code runs. */
const web = (python: string, says: string, port: number): string => `#!${python} -I
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(${JSON.stringify(says)}.encode())
    def log_message(self, *args):
        pass
http.server.ThreadingHTTPServer.allow_reuse_address = True
http.server.ThreadingHTTPServer(("127.0.0.1", ${port}), Handler).serve_forever()
`;

/** What the server at the port says; nothing where nobody listens. A machine that is busy with tests is slow to answer. */
async function ask(port: number): Promise<string> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`, {signal: AbortSignal.timeout(60_000)});
    return await answer.text();
  } catch {
    return '';
  }
}

/** NAME to STATE and PID, as the library sees them. */
async function states(host: ServiceHost): Promise<Record<string, string>> {
  const ran = await host.run('supervisor_states');
  return Object.fromEntries(
    ran.stdout
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
}

async function withHost(shell: Shell, work: (host: ServiceHost) => Promise<void>): Promise<void> {
  const host = await serviceHost({shell});
  try {
    await useSupervisorBox(host, box.folder);
    await work(host);
  } finally {
    await host.run('supervisor_shutdown');
    await removeHost(host);
  }
}

async function restarted(t: ExecutionContext, host: ServiceHost, before = ''): Promise<string> {
  const ran = await host.run(`${before}\nservice_restart`);
  t.is(ran.status, 0, ran.stderr);
  return ran.stderr;
}

for (const shell of testShells()) {
  const test = testWith(box, needsProgram(shell.command[0]!));

  test(`supervisor: only what changed is restarted, others keep their pids, in ${shell.name}`, (t) =>
    withHost(shell, async (host) => {
      const [a, b] = [await freePort(), await freePort()];
      const one = (fingerprint: string): ServiceEntry =>
        service('one', {fingerprint, ready: [text(`http://127.0.0.1:${a}/`)], stopSignal: 'KILL'});
      const two = service('two', {ready: [text(`http://127.0.0.1:${b}/`)], stopSignal: 'KILL', priority: 30});
      const files = (says: string): Record<string, string> => ({
        'bin/one': web(box.python, says, a),
        'bin/two': web(box.python, says, b),
        'bin/three': '#!/bin/sh\nexec sleep 1000\n',
      });
      await host.release('1.0.0', [one('f1'), two], files('first'));
      await host.switch('1.0.0');
      t.regex(await restarted(t, host), /all services are started/);
      t.is(await ask(a), 'first');
      const before = await states(host);

      t.regex(await restarted(t, host), /unchanged: nothing is restarted/);
      t.deepEqual(await states(host), before);

      // New code under the same name and text: only its fingerprint says so.
      await host.release('1.1.0', [one('f2'), two], files('second'));
      await host.switch('1.1.0');
      await restarted(t, host);
      const after = await states(host);
      t.is(await ask(a), 'second');
      t.is(await ask(b), 'first');
      t.is(after.two, before.two);
      t.not(after.one, before.one);

      // Another text, a new program, and one that is gone.
      const moved = {...one('f2'), environment: [{name: 'COLOUR', value: text('50% "red"')}]};
      await host.release('1.2.0', [moved, service('three')], files('third'));
      await host.switch('1.2.0');
      await restarted(t, host);
      const last = await states(host);
      t.is(await ask(a), 'third');
      t.is(await ask(b), '');
      t.deepEqual(Object.keys(last).sort(), ['one', 'three']);
      const pid = last.one!.split(' ')[1]!;
      t.true(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes('COLOUR=50% "red"'));
      t.deepEqual(readFileSync(`/proc/${pid}/environ`, 'utf8').match(/CFGC_CANARY/), null);

      await restarted(t, host, 'FORCE_RESTART=yes');
      t.not((await states(host)).three, last.three);
    }));

  test(`supervisor: a program that an operator stopped stays stopped, in ${shell.name}`, (t) =>
    withHost(shell, async (host) => {
      const sleeper = {'bin/one': '#!/bin/sh\nexec sleep 1000\n', 'bin/two': '#!/bin/sh\nexec sleep 1000\n'};
      const pair = (fingerprint: string, colour: string): ServiceEntry[] => [
        service('one', {fingerprint, environment: [{name: 'COLOUR', value: text(colour)}]}),
        service('two', {fingerprint}),
      ];
      await host.release('1.0.0', pair('f1', 'red'), sleeper);
      await host.switch('1.0.0');
      await restarted(t, host);
      await host.run('supervisor_ctl stop one');

      await host.release('1.1.0', pair('f2', 'red'), sleeper);
      await host.switch('1.1.0');
      t.regex(await restarted(t, host), /service one was stopped by an operator and stays stopped/);
      t.like(await states(host), {one: 'stopped -'});

      // Its configuration changes: supervisord would start what it loads.
      const log = join(host.prefix, 'var/log/one.log');
      await host.release('1.2.0', pair('f3', 'blue'), sleeper);
      await host.switch('1.2.0');
      t.regex(await restarted(t, host), /stopped by an operator, and stays stopped: one/);
      t.like(await states(host), {one: 'stopped -'});
      t.is(readFileSync(log, 'utf8'), '');
      const settled = await host.run('service_settled 1');
      t.is(settled.status, 0, settled.stderr);

      // Nothing changed since, though supervisord was told for a moment that it must not start.
      t.regex(await restarted(t, host), /unchanged/);
      await host.run('supervisor_ctl start one');
      const pid = (await states(host)).one!.split(' ')[1]!;
      t.true(readFileSync(`/proc/${pid}/environ`, 'utf8').includes('COLOUR=blue'));
      t.regex(await restarted(t, host), /unchanged/);
      t.is((await states(host)).one, `running ${pid}`);
    }));

  test(`supervisor: a program that dies after its start is seen, in ${shell.name}`, (t) =>
    withHost(shell, async (host) => {
      await host.release('1.0.0', [service('one')], {'bin/one': '#!/bin/sh\nexec sleep 1000\n'});
      await host.switch('1.0.0');
      await restarted(t, host);

      // update and start both say that all is well with this one.
      await host.release('1.1.0', [service('one', {fingerprint: 'f2', startSeconds: 0})], {
        'bin/one': '#!/bin/sh\nsleep 1\nexit 3\n',
      });
      await host.switch('1.1.0');
      const ran = await host.run('service_restart && service_settled 4');
      t.is(ran.status, 1);
      t.regex(ran.stderr, /did not stay up: one|service one does not run/);

      await host.release('1.2.0', [service('one', {fingerprint: 'f3'})], {
        'bin/one': '#!/bin/sh\necho "ValueError: no such thing" >&2\necho after\nexit 3\n',
      });
      await host.switch('1.2.0');
      const dead = await host.run('service_restart');
      t.is(dead.status, 1);
      t.regex(dead.stderr, /one: ValueError: no such thing\n.*one: after/);
      t.regex(dead.stderr, /service one does not run: one FATAL|can't start one/);

      // The release before comes back, though the record says nothing of the one that never ran.
      await host.switch('1.0.0');
      await restarted(t, host);
      t.regex((await states(host)).one!, /^running/);
    }));
}

const test = testWith(box, needsProgram('dash'));
/** dash, but for `npm run shells`. */
const [usual = {name: 'dash', command: ['dash']}] = testShells();

test('supervisor: of the first release of a host a service may end once, as clients do that make a database together', (t) =>
  withHost(usual, async (host) => {
    const died = join(host.prefix, 'died');
    // It ends when the run has noted that it was up.
    const up = join(host.prefix, '.cfgc/up');
    const wait = `until [ -e ${up} ]; do sleep 0.1; done`;
    const once = `#!/bin/sh\n[ -e ${died} ] || { : >${died}; ${wait}; exit 3; }\nexec sleep 1000\n`;
    await host.release('1.0.0', [service('one')], {'bin/one': once});
    await host.switch('1.0.0');
    const ran = await host.run('service_restart && health_gate ""');
    t.is(ran.status, 0, ran.stderr);
    t.regex(ran.stderr, /did not stay up: one|one does not run[\s\S]*watched once more[\s\S]*healthy/);
    // It can't be told from one that always ends: that fails.
    await host.release('1.0.1', [service('one', {fingerprint: 'f2'})], {'bin/one': '#!/bin/sh\nsleep 2\nexit 3\n'});
    await host.switch('1.0.1');
    const dead = await host.run('service_restart; layout_release 1.0.1; health_gate ""');
    t.is(dead.status, 1, dead.stderr);
  }));

test('supervisor: one that ends again and again is loaded anew, though it was started between the stop and the removal', (t) =>
  withHost(usual, async (host) => {
    const ran = await host.run(`
mkdir -p "$STATE" "$SUPERVISOR/held.d"
supervisor_ctl() {
    printf '%s\\n' "$*" >>"$STATE/asked"
    [ "$(grep -c . "$STATE/asked")" -lt 3 ] || return 0
    printf '%s\\n' 'one: stopped' "error: <class 'xmlrpc.client.Fault'>, <Fault 91: 'STILL_RUNNING: one'>: file: client.py line: 1"
    return 1
}
supervisor_load one - && cat "$STATE/asked"`);
    t.is(ran.stdout, 'update one\nupdate one\nupdate one\n', ran.stderr);
  }));

test('supervisor: a release without services makes no box, and ends the services of the one before', async (t) => {
  const bare = await serviceHost({shell: usual});
  t.teardown(() => removeHost(bare));
  await bare.release('1.0.0', []);
  await bare.switch('1.0.0');
  const ran = await bare.run(
    'supervisor_setup && service_restart && service_start && service_settled 1 && service_stop',
  );
  t.is(ran.status, 0, ran.stderr);
  t.false(existsSync(join(bare.prefix, 'supervisor')));

  await withHost(usual, async (host) => {
    const sleeper = {'bin/one': '#!/bin/sh\nexec sleep 1000\n'};
    await host.release('1.0.0', [service('one')], sleeper);
    await host.switch('1.0.0');
    await restarted(t, host);
    await host.release('1.1.0', []);
    await host.switch('1.1.0');
    t.regex(await restarted(t, host), /service one is removed/);
    t.is((await host.run('supervisor_ctl status')).stdout, '');
    // Back, run by the script that has none itself.
    await host.switch('1.0.0');
    await restarted(t, host);
    t.regex((await states(host)).one!, /^running/);
  });
});

for (const grouped of [false, true]) {
  test(`supervisor: of several instances ${grouped ? 'in a group ' : ''}one always answers`, (t) =>
    withHost(usual, async (host) => {
      const ports = [await freePort(), await freePort(), await freePort()];
      const instances = (fingerprint: string): ServiceEntry[] =>
        ports.map((port, index) =>
          service(`instance${index + 1}`, {
            fingerprint,
            priority: 20 + index,
            ready: [text(`http://127.0.0.1:${port}/`)],
            ...(grouped && {group: 'instances'}),
          }),
        );
      const files = (says: string): Record<string, string> =>
        Object.fromEntries(ports.map((port, index) => [`bin/instance${index + 1}`, web(box.python, says, port)]));
      await host.release('1.0.0', instances('f1'), files('first'));
      await host.switch('1.0.0');
      await restarted(t, host);

      // A client behind a balancer: it takes the next instance where one does not answer.
      let failed = 0;
      let asked = 0;
      let done = false;
      const client = (async () => {
        while (!done) {
          const answers = [];
          for (const port of ports) {
            answers.push(await ask(port));
            if (answers.at(-1) !== '') break;
          }
          asked++;
          if (answers.every((answer) => answer === '')) failed++;
          await delay(5);
        }
      })();
      await host.release('1.1.0', instances('f2'), files('second'));
      await host.switch('1.1.0');
      await restarted(t, host);
      done = true;
      await client;
      t.is(failed, 0);
      t.true(asked > 50, `${asked} requests`);
      t.deepEqual(await Promise.all(ports.map(ask)), ['second', 'second', 'second']);
    }));
}

const other = "environment_requirements() { echo 'supervisor==4.4.0 --hash=sha256:1'; }";

test('supervisor: another supervisor of its own is said in the plan, and exchanged with the restart; and back', (t) =>
  withHost(usual, async (host) => {
    const sleeper = '#!/bin/sh\nexec sleep 1000\n';
    const files = {'bin/one': sleeper, 'bin/two': sleeper, 'bin/three': sleeper, 'bin/four': sleeper};
    const all = [
      service('one'),
      service('two', {group: 'pair'}),
      service('three', {group: 'pair'}),
      service('four', {autostart: false}),
    ];
    const daemon = async (): Promise<string> => (await host.run('supervisor_ctl pid')).stdout.trim();
    const used = async (): Promise<string> => (await host.run('layout_link "$SUPERVISOR/venv"')).stdout.trim();
    await host.release('1.0.0', all, files);
    await host.switch('1.0.0');
    await restarted(t, host);
    const first = await used();
    await host.run('supervisor_ctl stop pair:two; supervisor_ctl start four');
    t.is((await host.run('each_service() { "$@" one; }\nsupervisor_changes')).stdout, '');
    const before = await daemon();

    // Made beside; nothing of what runs is touched.
    const second = await useSupervisorBox(host, box.folder, other);
    t.not(second, first);
    t.is(
      (await host.run(`${other}\neach_service() { "$@" one; }\nsupervisor_setup && supervisor_changes`)).stdout.split(
        ':',
      )[0],
      'exchanged supervisord',
    );
    t.is(await daemon(), before);
    await host.release('1.1.0', all, files, other);
    await host.switch('1.1.0');
    const ran = await restarted(t, host);
    t.regex(ran, /supervisord itself is exchanged/);
    t.regex(ran, /two was stopped by an operator and stays stopped/);
    t.is(await used(), second);
    t.not(await daemon(), before);
    const now = await states(host);
    t.regex(now.one!, /^running/);
    t.is(now.two, 'stopped -');
    t.regex(now.three!, /^running/);
    t.regex(now.four!, /^running/);
    t.is((await host.run('service_settled 1')).status, 0);
    t.regex(await restarted(t, host), /unchanged: nothing is restarted/);
    t.deepEqual(await states(host), now);

    // Back, by the record of the release before. Killed once the old one was down: the next run goes on.
    await host.switch('1.0.0');
    await host.run('supervisor_remember && supervisor_shutdown');
    await restarted(t, host);
    t.is(await used(), first);
    t.is((await states(host)).two, 'stopped -');
    t.regex((await states(host)).four!, /^running/);
    // Both boxes are named by a release; one that is not goes.
    await host.run('mkdir "$SUPERVISOR/venv-unknown"; supervisor_prune');
    const left = (await host.run('cd "$SUPERVISOR" && echo venv-*')).stdout.trim();
    t.deepEqual(left.split(' ').sort(), [first, second].sort());

    // Its settings alone: where it logs.
    await host.release('1.2.0', all, files, 'SYSLOG_ENABLED=yes');
    await host.switch('1.2.0');
    t.regex(await restarted(t, host), /supervisord itself is exchanged/);
    t.regex(readFileSync(join(host.prefix, 'supervisor/supervisord.conf'), 'utf8'), /logfile = syslog/);
  }));

test('supervisor: one that cannot start is left for the one before, with the release', (t) =>
  withHost(usual, async (host) => {
    const files = {'bin/one': '#!/bin/sh\nexec sleep 1000\n'};
    await host.release('1.0.0', [service('one')], files);
    await host.switch('1.0.0');
    await restarted(t, host);
    await useSupervisorBox(host, '/nonexistent', other);
    await host.release('1.1.0', [service('one')], files, other);
    await host.switch('1.1.0');
    const ran = await host.run('service_restart');
    t.is(ran.status, 1);
    t.regex(ran.stderr, /box .* is not there/);
    await host.switch('1.0.0');
    await restarted(t, host);
    t.regex((await states(host)).one!, /^running/);
  }));

test('supervisor: what was up and then died is seen at the gate, though it runs again', (t) =>
  withHost(usual, async (host) => {
    const port = await freePort();
    const one = (fingerprint: string) => service('one', {fingerprint, ready: [text(`tcp://127.0.0.1:${port}`)]});
    const files = {'bin/one': web(box.python, 'first', port)};
    await host.release('1.0.0', [one('f1')], files);
    await host.switch('1.0.0');
    const first = await host.run(`service_restart && service_settled 0 || exit
      JOURNAL_RUN=later; service_settled 0`);
    t.is(first.status, 0, first.stderr);
    await host.release('1.1.0', [one('f2')], files);
    await host.switch('1.1.0');
    const ran = await host.run(`service_restart || exit 9
      before=$(service_now one)
      kill -9 "\${before#* }"
      until [ "$(service_now one)" != "$before" ] && [ "$(service_now one | sed 's/ .*//')" = running ]; do service_nap; done
      service_settled 0`);
    t.is(ran.status, 1, ran.stderr);
    t.regex(ran.stderr, /came up and did not stay up: one/);
  }));

const notRoot = process.getuid?.() === 0 ? undefined : 'not root: no program can have another user';

testWith(box, notRoot)(
  "supervisor: a program of another user runs as that one, and the others as the service's",
  async (t) => {
    const host = await serviceHost({
      shell: usual,
      data: 'SUPERVISOR_AS_ROOT=yes SERVICE_USER=daemon SERVICE_GROUP=daemon',
    });
    t.teardown(async () => {
      await host.run('supervisor_shutdown');
      await removeHost(host);
    });
    await useSupervisorBox(host, box.folder);
    const sleep = [text('/bin/sleep'), text('1000')];
    const both = [service('one', {command: sleep, user: 'nobody'}), service('two', {command: sleep})];
    await host.release('1.0.0', both);
    await host.switch('1.0.0');
    await restarted(t, host);
    const now = await states(host);
    const user = async (name: string): Promise<string> =>
      (await host.run(`stat -c %U /proc/${now[name]!.split(' ')[1]}`)).stdout.trim();
    t.is(await user('one'), 'nobody');
    t.is(await user('two'), 'daemon');
    // Not in the folder of the service, who could put something else in its place.
    t.true(existsSync(join(host.prefix, 'supervisor/supervisor.sock')));
    t.false(existsSync(join(host.prefix, 'run/supervisor.sock')));
  },
);

test('supervisor: clients stop before their server and start after its port answers', (t) =>
  withHost(usual, async (host) => {
    const port = await freePort();
    const order = join(host.folder, 'order');
    const told = (name: string, then: string): string =>
      `#!${box.python} -I
import os, signal, socket, sys, time
def say(what):
    with open(${JSON.stringify(order)}, "a") as file:
        file.write(what + " ${name}\\n")
def end(*args):
    say("stops")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
${then}
while True:
    time.sleep(1000)
`;
    const files = {
      'bin/zeo': told(
        'zeo',
        `time.sleep(1.5)
server = socket.create_server(("127.0.0.1", ${port}))
say("listens")`,
      ),
      'bin/instance1': told('instance1', `socket.create_connection(("127.0.0.1", ${port}))\nsay("connects")`),
      'bin/instance2': told('instance2', `socket.create_connection(("127.0.0.1", ${port}))\nsay("connects")`),
    };
    const all = (fingerprint: string): ServiceEntry[] => [
      service('instance1', {priority: 20, fingerprint}),
      service('instance2', {priority: 30, fingerprint}),
      service('zeo', {priority: 10, fingerprint, ready: [text(`tcp://127.0.0.1:${port}`)]}),
    ];
    await host.release('1.0.0', all('f1'), files);
    await host.switch('1.0.0');
    await restarted(t, host);
    await host.run(`: >${order}`);
    await host.release('1.1.0', all('f2'), files);
    await host.switch('1.1.0');
    await restarted(t, host);
    const lines = readFileSync(order, 'utf8').trim().split('\n');
    t.deepEqual(lines.slice(0, 4), ['stops instance2', 'stops instance1', 'stops zeo', 'listens zeo']);
    t.deepEqual(lines.slice(4).sort(), ['connects instance1', 'connects instance2']);
  }));

test('supervisor: it works in /, with an environment of its own, and its socket is for one user', (t) =>
  withHost(usual, async (host) => {
    await host.release('1.0.0', [service('one')], {'bin/one': '#!/bin/sh\nexec sleep 1000\n'});
    await host.switch('1.0.0');
    const ran = await host.run('service_restart', {env: {DB_PASSWORD: 'canary'}});
    t.is(ran.status, 0, ran.stderr);
    const pid = (await host.run('supervisor_ctl pid')).stdout.trim();
    t.is((await host.run(`readlink /proc/${pid}/cwd`)).stdout.trim(), '/');
    t.false(readFileSync(`/proc/${pid}/environ`, 'utf8').includes('canary'));
    t.regex((await host.run('ls -ld "$RUN/supervisor.sock"')).stdout, /^srwx------/);
  }));

test('supervisor: event listeners hear events, and memmon restarts what grew too big', (t) =>
  withHost(usual, async (host) => {
    const big = `#!${box.python} -I\nimport time\nstuff = bytearray(60_000_000)\nwhile True:\n    time.sleep(1000)\n`;
    const memmon = service('memmon', {
      command: [text(box.bin('memmon')), text('-p'), text('big=20MB')],
      events: ['TICK_5'],
      priority: 5,
    });
    await host.release('1.0.0', [service('big'), memmon], {'bin/big': big});
    await host.switch('1.0.0');
    await restarted(t, host);
    // memmon may have been quicker than this: what counts is that it says so, and that another process runs then.
    const log = join(host.prefix, 'var/log/memmon-error.log');
    const told = await eventually(() => {
      const said = existsSync(log) ? readFileSync(log, 'utf8') : '';
      return /^Restarting .*big$/m.test(said) ? said : undefined;
    });
    t.regex(told ?? '', /RSS of big.* is \d+/);
    const pids = new Set<string>();
    t.truthy(
      await eventually(async () => {
        const now = (await states(host)).big;
        if (now?.startsWith('running')) pids.add(now);
        return pids.size > 1 || undefined;
      }),
      `one process alone was seen: ${[...pids].join(', ')}`,
    );
  }));

test('supervisor: killed between stop and start, the next run starts what was stopped', (t) =>
  withHost(usual, async (host) => {
    const files = {'bin/one': '#!/bin/sh\nexec sleep 1000\n'};
    await host.release('1.0.0', [service('one')], files);
    await host.switch('1.0.0');
    await restarted(t, host);
    await host.release('1.1.0', [service('one', {fingerprint: 'f2'})], files);
    await host.switch('1.1.0');
    const cut = await host.run('service_do_up() { kill -9 "$$"; exit 9; }\nservice_restart');
    t.not(cut.status, 0);
    t.like(await states(host), {one: 'stopped -'});
    await restarted(t, host);
    t.regex((await states(host)).one!, /^running/);
  }));

test('supervisor: its own parser reads hostile values back byte for byte', (t) =>
  withHost(usual, async (host) => {
    const values = [
      'plain',
      "it's",
      '"double"',
      `both ' and "`,
      '100% %(here)s %%',
      ' # no comment',
      'a ;b #c',
      '$HOME `id` $(id) \\ \\n',
      'ü€ 漢字',
      '-dash',
      '',
      ' blanks ',
      'two\nlines\n  indented\n\n# and more',
      '[section]',
    ];
    const entry = service('one', {
      command: [text({ref: 'place', place: 'current'}, '/bin/one'), ...values.map((value) => text(value))],
      environment: values.map((value, index) => ({name: `V${index}`, value: text(value)})),
    });
    const program = `#!${box.python} -I
import json, os, sys, time
with open(${JSON.stringify(join(host.folder, 'seen'))}, "w") as file:
    json.dump([sys.argv[1:], {k: v for k, v in os.environ.items() if k[0] == "V" and k[1:].isdigit()}], file)
time.sleep(1000)
`;
    await host.release('1.0.0', [entry], {'bin/one': program});
    await host.switch('1.0.0');
    await restarted(t, host);
    const [argv, environ] = JSON.parse(readFileSync(join(host.folder, 'seen'), 'utf8')) as [
      string[],
      Record<string, string>,
    ];
    t.deepEqual(argv, values);
    t.deepEqual(environ, Object.fromEntries(values.map((value, index) => [`V${index}`, value])));
  }));

test('supervisor: a socket path that is too long for the system is said in time', async (t) => {
  const host = await serviceHost({shell: usual});
  const ran = await host.run(`RUN=$PREFIX/${'x'.repeat(120)}; supervisor_check_socket`);
  t.is(ran.status, 1);
  t.regex(ran.stderr, /path of supervisor's socket is too long/);
  await removeHost(host);
});
