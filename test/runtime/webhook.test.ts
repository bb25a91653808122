import {createHmac} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {createServer, type IncomingHttpHeaders, type Server} from 'node:http';
import {join} from 'node:path';
import {unfit} from '../harness/host-schema.js';
import {type Host, makeHost, testShells} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {findPython, needsProgram, type Shell} from '../harness/tools.js';

interface Delivery {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Command lines of all processes of the machine while the request was open. */
  readonly commands: string;
}

interface Endpoint {
  readonly port: number;
  readonly deliveries: Delivery[];
  close(): void;
}

/**
 * A server on the loopback that answers with the statuses in turn, the last one for ever; `stall`: never; `drip`: by a byte now
 * and then, without an end.
 */
async function endpoint(...answers: readonly (number | 'stall' | 'drip')[]): Promise<Endpoint> {
  const deliveries: Delivery[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      deliveries.push({path: request.url ?? '', headers: request.headers, body, commands: commandLines()});
      const answer = answers[Math.min(deliveries.length, answers.length) - 1] ?? 200;
      if (answer === 'drip') {
        response.writeHead(200);
        const drops = setInterval(() => response.write('.'), 200);
        response.on('close', () => clearInterval(drops));
      } else if (answer !== 'stall') response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    deliveries,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function commandLines(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .join('\n');
}

const secret = `canary-key it's "100%" $x`;
const tools: readonly {readonly name: string; readonly needs: readonly string[]; readonly without: string}[] = [
  {name: 'curl', needs: ['curl'], without: ''},
  {name: 'wget', needs: ['wget'], without: 'curl'},
  {name: 'python', needs: [], without: 'curl|wget'},
];

const proc = readdirSync('/').includes('proc') ? undefined : 'no /proc on this machine';

/** Sends one event, with a secret from a file, by the tool that is left. */
async function send(host: Host, shell: Shell, hooks: string, call: string, without = '') {
  await writeFile(join(host.folder, 'key'), secret, {mode: 0o600});
  const hidden =
    without === '' ? '' : `shell_has() { case $1 in ${without}) return 1 ;; esac; command -v "$1" >/dev/null 2>&1; }`;
  return host.call(
    shell,
    `${hidden}
     mkdir -p "$STATE"
     secret_load || exit 9
     LOG_FILE=$STATE/last.log
     # A machine that is busy with tests is slow to answer.
     WEBHOOK_TIMEOUT=60 WEBHOOK_LIMIT=300
     ${call}`,
    {
      release: {
        version: '1.2.0',
        data: `each_webhook() {\n${hooks}\n}\neach_secret() { "$@" hook-key file '${host.folder}/key' no; }\n`,
      },
    },
  );
}

for (const shell of testShells()) {
  for (const tool of tools) {
    testWith(proc, needsProgram(...tool.needs))(
      `webhook: signed JSON, and no secret for ps to show, by ${tool.name}, in ${shell.name}`,
      async (t) => {
        const host = await makeHost();
        const server = await endpoint(200);
        const ran = await send(
          host,
          shell,
          `"$@" 'http://127.0.0.1:${server.port}/services/canary-token?a=1&b="2"' hook-key json ''`,
          `WEBHOOK_FROM=1.1.0
           webhook_send failure build 'said "no" with canary-key it'"'"'s "100%" $x' 20`,
          tool.without,
        );
        server.close();
        t.is(ran.status, 0, ran.stderr);
        t.is(server.deliveries.length, 1, ran.stderr);
        const delivery = server.deliveries[0]!;
        t.regex(delivery.path, /^\/services\/canary-token\?a=1&b=("2"|%222%22)$/);
        t.is(
          delivery.headers['x-cfgc-signature'],
          `sha256=${createHmac('sha256', secret).update(delivery.body).digest('hex')}`,
        );
        t.is(delivery.headers['content-type'], 'application/json');
        t.is(delivery.headers['x-cfgc-event'], 'failure');
        t.is(unfit('webhook', JSON.parse(delivery.body)), '');
        const {time, id, host: name, user, ...rest} = JSON.parse(delivery.body) as Record<string, unknown>;
        t.deepEqual(rest, {
          schema: 'cfgc-webhook/1',
          event: 'failure',
          release: 'demo',
          version: '1.2.0',
          profile: 'prod',
          from: '1.1.0',
          step: 'build',
          message: 'said "no" with ***',
          status: 20,
          log: [],
        });
        t.regex(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        t.is(delivery.headers['x-cfgc-delivery'], id as string);
        t.truthy(name);
        t.truthy(user);
        t.false(delivery.commands.includes('canary'), 'a secret was on a command line');
        t.deepEqual(
          readdirSync(join(host.prefix, '.cfgc')).filter((file) => file.startsWith('webhook')),
          [],
        );
      },
    );
  }

  testWith()(`webhook: the redacted end of the log goes with a failure, in ${shell.name}`, async (t) => {
    const host = await makeHost();
    const server = await endpoint(200);
    const ran = await send(
      host,
      shell,
      `"$@" http://127.0.0.1:${server.port}/ '' json 'failure'`,
      `{
         i=0
         while [ "$i" -lt 60 ]; do i=$((i + 1)); echo "line $i"; done
         echo 'pip: https://ci:hunter2@index.example.org/simple is out of reach'
         echo 'DB_PASSWORD=hunter2 and token: "hunter2", x'
         echo 'Authorization: Bearer hunter2'
         printf '%s\\n' 'key ${secret.replaceAll("'", `'"'"'`)} in it; a	tab and a \\ backslash'
       } >"$LOG_FILE"
       webhook_send step build 'not wanted'
       webhook_send failure build 'pip failed' 1`,
    );
    server.close();
    t.is(ran.status, 0, ran.stderr);
    t.is(server.deliveries.length, 1);
    const {log} = JSON.parse(server.deliveries[0]!.body) as {log: string[]};
    t.is(log.length, 40);
    t.is(log[0], 'line 25');
    t.deepEqual(log.slice(-4), [
      'pip: https://***@index.example.org/simple is out of reach',
      'DB_PASSWORD=*** and token: ***, x',
      'Authorization: ***',
      'key *** in it; a\ttab and a \\ backslash',
    ]);
  });

  testWith()(`webhook: server errors are tried again, refusals are not, in ${shell.name}`, async (t) => {
    const host = await makeHost();
    const [busy, closed] = [await endpoint(500, 429, 200), await endpoint(404)];
    const ran = await send(
      host,
      shell,
      `"$@" http://127.0.0.1:${busy.port}/ '' json '' || return
       "$@" http://127.0.0.1:${closed.port}/ '' json ''`,
      `webhook_send step build 'step 4'`,
    );
    busy.close();
    closed.close();
    t.is(ran.status, 0, ran.stderr);
    t.is(busy.deliveries.length, 3);
    // A receiver can tell a retry from a second event.
    t.is(new Set(busy.deliveries.map((delivery) => delivery.headers['x-cfgc-delivery'])).size, 1);
    t.is(closed.deliveries.length, 1);
    t.regex(ran.stderr, /webhook 2 refused the event step: HTTP 404/);
  });
}

const [first] = testShells();
for (const tool of tools) {
  testWith(needsProgram(...tool.needs))(
    `webhook: a stalled endpoint holds nothing up for long, by ${tool.name}`,
    async (t) => {
      const host = await makeHost();
      const [stalled, well] = [await endpoint('stall'), await endpoint(200)];
      const ran = await send(
        host,
        first!,
        `"$@" http://127.0.0.1:${stalled.port}/ '' json '' || return
       "$@" http://127.0.0.1:1/ '' json '' || return
       "$@" http://127.0.0.1:${well.port}/ '' json ''`,
        `WEBHOOK_TIMEOUT=10 WEBHOOK_LIMIT=20 WEBHOOK_TRIES=1
       webhook_send start lock begins
       webhook_send step backup 'step 3'
       webhook_send step build 'step 4'
       webhook_send success prune done
       echo "down:$WEBHOOK_DOWN"`,
        tool.without,
      );
      stalled.close();
      well.close();
      t.is(ran.status, 0, ran.stderr);
      t.is(ran.stdout.trim(), 'down: 1 2');
      t.is(well.deliveries.length, 4);
      // Once until it is given up, then once more for how the run ended.
      t.deepEqual(
        [...new Set(stalled.deliveries.map((delivery) => delivery.headers['x-cfgc-event']))],
        ['start', 'success'],
      );
      t.is(stalled.deliveries.filter((delivery) => delivery.headers['x-cfgc-event'] === 'success').length, 1);
      t.regex(ran.stderr, /webhook 1 did not take the event start/);
    },
  );
}

for (const tool of tools) {
  testWith(proc, needsProgram(...tool.needs))(
    `webhook: an answer without an end is cut off, also where the run ignores signals, by ${tool.name}`,
    async (t) => {
      const host = await makeHost();
      const dripping = await endpoint('drip');
      const ran = await send(
        host,
        first!,
        `"$@" http://127.0.0.1:${dripping.port}/ '' json ''`,
        `WEBHOOK_TIMEOUT=2 WEBHOOK_LIMIT=3 WEBHOOK_TRIES=1
       trap '' INT TERM HUP
       webhook_send failure build 'pip failed' 1
       echo "down:$WEBHOOK_DOWN"`,
        tool.without,
      );
      const left = commandLines();
      dripping.close();
      t.is(ran.status, 0, ran.stderr);
      // Python looks at the status alone, and has it; and it comes in where busybox's wget is the one that is left.
      const down = {curl: /^down: 1\n$/, wget: /^down:( 1)?\n$/, python: /^down:\n$/}[tool.name]!;
      t.regex(ran.stdout, down);
      t.is(dripping.deliveries.length, 1);
      t.deepEqual(
        left.split('\n').filter((line) => line.includes(host.folder)),
        [],
      );
    },
  );
}

testWith()('webhook: what chat services read', async (t) => {
  const host = await makeHost();
  const servers = [await endpoint(200), await endpoint(200), await endpoint(200)];
  const formats = ['slack', 'mattermost', 'teams'];
  const ran = await send(
    host,
    first!,
    servers
      .map((server, index) => `"$@" http://127.0.0.1:${server.port}/ '' ${formats[index]} 'failure, rollback'`)
      .join(' || return\n'),
    `echo 'cannot "build"' >"$LOG_FILE"
     webhook_send step build 'step 4'
     webhook_send failure build 'pip failed' 1
     webhook_send rollback switch 'from 1.2.0 to 1.1.0'`,
  );
  for (const server of servers) server.close();
  t.is(ran.status, 0, ran.stderr);
  const bodies = servers.map((server) =>
    server.deliveries.map((delivery) => JSON.parse(delivery.body) as Record<string, unknown>),
  );
  t.deepEqual(
    bodies.map((list) => list.length),
    [2, 2, 2],
  );
  t.regex(
    String(bodies[0]![0]!.text),
    /^\*demo 1\.2\.0\* on \S+: failed in step `build` with status 1: pip failed\n```\ncannot "build"\n```$/,
  );
  t.deepEqual(bodies[1], bodies[0]);
  t.regex(
    String(bodies[0]![1]!.text),
    /^\*demo 1\.2\.0\* on \S+: back to an earlier release: from 1\.2\.0 to 1\.1\.0$/,
  );
  t.like(bodies[2]![0], {type: 'message'});
  const [attachment] = bodies[2]![0]!.attachments as {contentType: string; content: {body: {text: string}[]}}[];
  t.is(attachment!.contentType, 'application/vnd.microsoft.card.adaptive');
  t.regex(attachment!.content.body[0]!.text, /^\*\*demo 1\.2\.0\*\* on \S+: failed in step build with status 1/);
});

testWith()('webhook: an address that is none is left out, and nothing is asked of it', async (t) => {
  const host = await makeHost();
  const {path} = await findPython();
  t.truthy(path);
  const ran = await send(
    host,
    first!,
    `"$@" 'file:///etc/passwd' '' json '' || return
     "$@" 'http://127.0.0.1:1/ --output /tmp/x' '' json '' || return
     "$@" http://127.0.0.1:1/ no-such-secret json ''`,
    `webhook_send start lock begins`,
  );
  t.is(ran.status, 0);
  t.regex(ran.stderr, /webhook 1 is left out: its URL does not begin/);
  t.regex(ran.stderr, /webhook 2 is left out: its URL holds a blank/);
  t.regex(ran.stderr, /webhook 3 is left out: it can't be signed/);
});
