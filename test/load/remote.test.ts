/** `extends` of URLs, against real servers on the loopback. */
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {createServer as createHttpsServer} from 'node:https';
import {connect, createServer as createTcpServer} from 'node:net';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {dir} from 'tmp-promise';
import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import {renderText} from '../../compiler/diagnostics/render.js';
import {fetchUrl, proxyFor} from '../../compiler/http.js';
import {type Io, memoryIo} from '../../compiler/io.js';
import {type LoadOptions, load} from '../../compiler/load/load.js';
import type {Graph} from '../../compiler/model/graph.js';
import {parseCfg} from '../../compiler/parse/parse.js';
import {defaultTarget} from '../../compiler/settings/target.js';
import {redirectTo, serve} from '../harness/http.js';
import {testWith} from '../harness/test-with.js';
import {execute, findPython, needsProgram, projectRoot, type Ran} from '../harness/tools.js';

const python = await findPython().catch(() => undefined);

interface Loaded {
  readonly graph: Graph;
  readonly ids: readonly string[];
  /** As a person reads it; ports as PORT. */
  readonly text: string;
  /** Names of the files that were read. */
  readonly files: readonly string[];
  readonly io: ReturnType<typeof memoryIo>;
}

/** Files in memory, URLs from the network. Nothing is waited for between attempts. */
async function read(
  files: Readonly<Record<string, string>>,
  options: Partial<LoadOptions> & {readonly env?: Readonly<Record<string, string>>; readonly entry?: string} = {},
): Promise<Loaded> {
  const {env = {}, entry = 'prod.cfg', ...more} = options;
  const paths = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name.startsWith('/') ? name : `/site/${name}`, text]),
  );
  const memory = memoryIo({files: paths, env});
  const io: Io = {...memory, fetch: (url, asked) => fetchUrl(url, asked, env)};
  const found: Diagnostic[] = [];
  const graph = await load(entry, io, (one) => found.push(one), {
    parse: (source, to) => parseCfg(source, defaultTarget, to, new Map()),
    workingDirectory: '/site',
    home: '/home/user',
    timeoutMs: 10_000,
    attempts: 1,
    retryDelayMs: 0,
    ...more,
  });
  return {
    graph,
    ids: found.map(({kind}) => kind.id),
    text: renderText(found, {profile: 'prod', colour: false}).replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'),
    files: graph.files.map(({source}) => source.name.replace(/127\.0\.0\.1:\d+/, 'HOST')),
    io: memory,
  };
}

const profile = (...names: string[]): string =>
  `[buildout]\nextends =\n${names.map((name) => `    ${name}\n`).join('')}`;

test('remote: a name in a file at a URL is relative to the URL; an absolute path is of this machine', async (t) => {
  const host = await serve(t, {
    '/a/base.cfg': profile('sub/more.cfg', '../b/up.cfg', '/etc/local.cfg'),
    '/a/sub/more.cfg': '[x]\n',
    '/a/../b/up.cfg': '[y]\n',
    '/b/up.cfg': '[y]\n',
  });
  const got = await read({'prod.cfg': profile(`${host.origin}/a/base.cfg`), '/etc/local.cfg': '[z]\n'});
  t.is(got.text, '');
  t.deepEqual([...got.files].sort(), [
    '/etc/local.cfg',
    'http://HOST/a/../b/up.cfg',
    'http://HOST/a/base.cfg',
    'http://HOST/a/sub/more.cfg',
    'prod.cfg',
  ]);
});

test('remote: a query stays, and the folder of a URL ends at its last slash', async (t) => {
  const host = await serve(t, {'/a/base.cfg?rev=1/2': profile('more.cfg'), '/a/base.cfg?rev=1/more.cfg': '[x]\n'});
  const got = await read({'prod.cfg': profile(`${host.origin}/a/base.cfg?rev=1/2`)});
  t.is(got.text, '');
  t.deepEqual(
    host.asked.map(({url}) => url),
    ['/a/base.cfg?rev=1/2', '/a/base.cfg?rev=1/more.cfg'],
  );
});

test('remote: the profile itself may be at a URL', async (t) => {
  const host = await serve(t, {'/p/prod.cfg': profile('base.cfg'), '/p/base.cfg': '[x]\n'});
  const got = await read({}, {entry: `${host.origin}/p/prod.cfg`});
  t.is(got.text, '');
  t.deepEqual(got.files, ['http://HOST/p/prod.cfg', 'http://HOST/p/base.cfg']);
});

for (const status of [301, 302, 303, 307, 308])
  test(`remote: ${status} is followed; names stay relative to the URL that was written`, async (t) => {
    const host = await serve(t, {
      '/old/base.cfg': redirectTo('/new/place.cfg', status),
      '/new/place.cfg': profile('more.cfg'),
      '/old/more.cfg': '[x]\n',
    });
    const got = await read({'prod.cfg': profile(`${host.origin}/old/base.cfg`)});
    t.is(got.text, '');
    t.deepEqual(
      host.asked.map(({url}) => url),
      ['/old/base.cfg', '/new/place.cfg', '/old/more.cfg'],
    );
  });

test('remote: redirects that lead nowhere are said: a loop, another protocol, no URL', async (t) => {
  const host = await serve(t, {
    '/loop.cfg': redirectTo('/pool.cfg'),
    '/pool.cfg': redirectTo('/loop.cfg'),
    '/file.cfg': redirectTo('file:///etc/passwd'),
    '/bad.cfg': redirectTo('http://[::'),
  });
  const got = await read({'prod.cfg': profile(...['loop', 'file', 'bad'].map((name) => `${host.origin}/${name}.cfg`))});
  t.deepEqual(got.ids, ['CFG005', 'CFG005', 'CFG005']);
  t.regex(got.text, /loop\.cfg can't be had: more than 10 redirects/);
  t.regex(got.text, /file\.cfg can't be had: redirected to file:\/\/…, which is not followed/);
  t.regex(got.text, /bad\.cfg can't be had: redirected to `http:\/\/\[::`, which is no URL/);
  // Ten redirects, and no file of the machine: only what the first host was asked for.
  t.is(host.asked.filter(({url}) => url === '/loop.cfg' || url === '/pool.cfg').length, 11);
});

test('remote: a redirect keeps credentials on their host, and takes none to another', async (t) => {
  const other = await serve(t, {'/away.cfg': '[x]\n'});
  const host = await serve(t, {
    '/here.cfg': redirectTo('/there.cfg'),
    '/absolute.cfg': (response, request) =>
      response.writeHead(302, {location: `http://${request.headers.host}/there.cfg`}).end(),
    '/there.cfg': '[y]\n',
    '/away.cfg': redirectTo(`${other.origin}/away.cfg`),
  });
  const secret = `Basic ${Buffer.from('jo:s3cret').toString('base64')}`;
  const withLogin = host.origin.replace('://', '://jo:s3cret@');
  const names = ['here.cfg', 'absolute.cfg', 'away.cfg'];
  const got = await read({'prod.cfg': profile(...names.map((name) => `${withLogin}/${name}`))});
  t.is(got.text, '');
  t.deepEqual(
    host.asked.map(({headers}) => headers.authorization),
    host.asked.map(() => secret),
  );
  t.is(host.asked.length, 5);
  t.deepEqual(
    other.asked.map(({headers}) => headers.authorization),
    [undefined],
  );

  // The same for a login of netrc.
  const netrc = {'/home/user/.netrc': 'machine 127.0.0.1 login jo password s3cret\n'};
  const again = await serve(t, {'/away.cfg': redirectTo(`${other.origin.replace('127.0.0.1', 'localhost')}/away.cfg`)});
  await read({'prod.cfg': profile(`${again.origin}/away.cfg`), ...netrc});
  t.deepEqual(
    [...again.asked, ...other.asked.slice(1)].map(({headers}) => headers.authorization),
    [secret, undefined],
  );
});

test('remote: 401 is answered from netrc; without one, or with a wrong one, the message says which', async (t) => {
  const host = await serve(t, (request, response) => {
    const right = request.headers.authorization === `Basic ${Buffer.from('jo:p w"d').toString('base64')}`;
    response.writeHead(right ? 200 : 401, {'www-authenticate': 'Basic realm="x"'}).end('[x]\n');
  });
  const files = {'prod.cfg': profile(`${host.origin}/private.cfg`)};
  const login = 'machine 127.0.0.1 login jo password "p w\\"d"\n';
  t.deepEqual((await read({...files, '/home/user/.netrc': login})).ids, []);
  t.deepEqual((await read({...files, '/etc/my.netrc': login}, {env: {NETRC: '/etc/my.netrc'}})).ids, []);

  const without = await read(files);
  t.regex(without.text, /error\[CFG005\]: .*the server asks for a login \(401\)/);
  t.regex(without.text, /hint: put `machine 127\.0\.0\.1 login NAME password PASSWORD` into ~\/\.netrc/);
  const wrong = await read({...files, '/home/user/.netrc': 'default login jo password x\n'});
  t.regex(wrong.text, /the server refuses the login of ~\/\.netrc \(401\)/);
  const broken = await read({...files, '/home/user/.netrc': 'machine\n'});
  t.deepEqual(broken.ids, ['CFG011', 'CFG005']);
});

test('remote: a password in a URL is in no message', async (t) => {
  const host = await serve(t, {});
  const url = `${host.origin.replace('://', '://jo:s3cret@')}/no.cfg`;
  const got = await read({'prod.cfg': profile('base.cfg'), 'base.cfg': profile(url)});
  t.deepEqual(got.ids, ['CFG005']);
  t.notRegex(got.text, /s3cret/);
  t.regex(got.text, /http:\/\/\*\*\*@127\.0\.0\.1:PORT\/no\.cfg/);

  // Nor in the lock, which is committed.
  const there = await serve(t, {'/yes.cfg': '[x]\n'});
  const locked = await read({'prod.cfg': profile(`${there.origin.replace('://', '://jo:s3cret@')}/yes.cfg`)});
  t.deepEqual([...locked.graph.remote.keys()], [`${there.origin.replace('://', '://***@')}/yes.cfg`]);
});

test('remote: the proxy of the environment is asked, but not for what no_proxy names', async (t) => {
  const host = await serve(t, {'/x.cfg': '[direct]\n'});
  const proxy = await serve(t, (request, response) => response.end(`[proxied]\nurl = ${request.url}\n`));
  const url = `http://gone.invalid/x.cfg`;
  const env = {http_proxy: `http://pass:w%20rd@127.0.0.1:${proxy.port}`, no_proxy: 'localhost, 127.0.0.1'};
  const got = await read({'prod.cfg': profile(url, `${host.origin}/x.cfg`)}, {env});
  t.is(got.text, '');
  t.deepEqual(got.graph.files.flatMap(({file}) => file.sections.map(({name}) => name)).sort(), [
    'buildout',
    'direct',
    'proxied',
  ]);
  t.deepEqual(
    proxy.asked.map(({url, headers}) => [url, headers['proxy-authorization']]),
    [[url, `Basic ${Buffer.from('pass:w rd').toString('base64')}`]],
  );
  const bad = await read({'prod.cfg': profile(url)}, {env: {http_proxy: 'http://[::'}});
  t.regex(bad.text, /`http_proxy` of the environment is no URL/);
});

testWith(python ? undefined : 'no Python')(
  'remote: the proxies of the environment are those that Python finds',
  async (t) => {
    const urls = [
      'http://www.example.org/x',
      'http://example.org:8080/x',
      'http://EXAMPLE.org/x',
      'https://www.example.org/x',
      'http://10.1.2.3/x',
      'http://[::1]:80/x',
      'http://localhost/x',
    ];
    const exceptions = [
      '',
      '*',
      'example.org',
      '.example.org',
      ' EXAMPLE.ORG , 10.1.2.3',
      'example.org:8080',
      'localhost',
    ];
    exceptions.push(
      '*.example.org',
      'a b',
      'ample.org',
      ',,',
      '::1',
      '[::1]',
      '10.1.2.3/8',
      '*, x',
      'www.example.org.',
    );
    const proxies = [
      {http_proxy: 'http://p:1'},
      {HTTP_PROXY: 'http://P:2', HTTPS_PROXY: 'P:3'},
      {http_proxy: '', HTTP_PROXY: 'http://P:2'},
      {http_proxy: 'p:1', HTTP_PROXY: 'http://P:2', https_proxy: 'http://p:4'},
      {HTTP_PROXY: 'http://P:2', REQUEST_METHOD: 'GET'},
      {all_proxy: 'http://all:5', ALL_PROXY: 'http://all:6'},
    ];
    const cases = urls.flatMap((url) =>
      exceptions.flatMap((no) =>
        proxies.flatMap((env) => [
          {url, env: {...env, no_proxy: no}},
          {url, env: {...env, NO_PROXY: no}},
        ]),
      ),
    );
    const asked = await execute([python!.path, '-c', pythonProxies], {input: JSON.stringify(cases)});
    const answers = JSON.parse(asked.stdout) as (string | null)[];
    for (const [index, {url, env}] of cases.entries()) {
      const found = proxyFor(new URL(url), env);
      t.is(found?.host ?? null, answers[index]!, `${url} ${JSON.stringify(env)}`);
    }
  },
);

/** What urllib asks for each URL: the host of a proxy, or null. */
const pythonProxies = `
import json, os, sys, urllib.request
from urllib.parse import urlsplit
out = []
for case in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(case["env"])
    parts = urlsplit(case["url"])
    proxy = urllib.request.getproxies_environment().get(parts.scheme)
    if proxy and urllib.request.proxy_bypass_environment(parts.netloc):
        proxy = None
    out.append(proxy and proxy.split("://")[-1].lower())
json.dump(out, sys.stdout)
`;

test('remote: https goes through a tunnel of the proxy, and a proxy that refuses is named', async (t) => {
  const tunnels: string[] = [];
  const proxy = await serve(t, {}, (server) =>
    server.on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    }),
  );
  const env = {https_proxy: `127.0.0.1:${proxy.port}`};
  const got = await read({'prod.cfg': profile('https://gone.invalid/x.cfg')}, {env});
  t.deepEqual(tunnels, ['gone.invalid:443']);
  t.regex(got.text, /the proxy 127\.0\.0\.1:PORT answered 407/);
});

testWith(needsProgram('openssl'))(
  'remote: https is checked: an unknown certificate stops, a known one does not, also through a proxy',
  async (t) => {
    const {path: folder, cleanup} = await dir({unsafeCleanup: true});
    t.teardown(cleanup);
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const made = await execute(
      `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost
      -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout ${key} -out ${cert}`.split(/\s+/),
    );
    t.is(made.status, 0, made.stderr);
    const secure = createHttpsServer({key: readFileSync(key), cert: readFileSync(cert)}, (_, response) =>
      response.end('[x]\n'),
    );
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    t.teardown(() => {
      secure.closeAllConnections();
      secure.close();
    });
    const {port} = secure.address() as {port: number};
    const tunnels: string[] = [];
    const proxy = await serve(t, {}, (server) =>
      server.on('connect', (request, socket) => {
        tunnels.push(request.url ?? '');
        const through = connect(port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          through.pipe(socket).pipe(through);
        });
        socket.on('error', () => {}).on('close', () => through.destroy());
        through.on('error', () => {}).on('close', () => socket.destroy());
      }),
    );
    writeFileSync(
      join(folder, 'prod.cfg'),
      `${profile(`https://127.0.0.1:${port}/a.cfg`, `https://localhost:${port}/b.cfg`)}parts =\n`,
    );
    const run = (env: Readonly<Record<string, string>>): Promise<Ran> =>
      execute([process.execPath, join(projectRoot, 'dist/cfgc.cjs'), 'query', 'prod.cfg'], {
        cwd: folder,
        env: {PATH: '/nonexistent', HOME: join(folder, 'home'), ...env},
      });

    const unknown = await run({});
    t.is(unknown.status, 1);
    t.regex(unknown.stderr, /error\[CFG005\].*the certificate of 127\.0\.0\.1:\d+ is signed by nobody who is known/);
    t.regex(unknown.stderr, /NODE_EXTRA_CA_CERTS=/);
    const trusted = {NODE_EXTRA_CA_CERTS: cert};
    const known = await run(trusted);
    t.is(known.status, 0, known.stderr);
    t.is(known.stderr, '');
    const proxied = await run({...trusted, https_proxy: proxy.origin, XDG_CACHE_HOME: join(folder, 'other')});
    t.is(proxied.status, 0, proxied.stderr);
    t.is(proxied.stderr, '');
    t.deepEqual(tunnels.sort(), [`127.0.0.1:${port}`, `localhost:${port}`]);
  },
);

test('remote: a host that stalls is given up: before the answer, in the headers, in the body', async (t) => {
  const host = await serve(t, {
    '/silent.cfg': () => {},
    '/body.cfg': (response) => {
      response.writeHead(200, {'content-length': '100'});
      response.write('[x]\n');
    },
  });
  for (const name of ['silent', 'body']) {
    const got = await read({'prod.cfg': profile(`${host.origin}/${name}.cfg`)}, {timeoutMs: 30});
    t.deepEqual(got.ids, ['CFG005']);
    t.regex(got.text, /no complete answer within 30 ms/);
  }
  const accepted: import('node:net').Socket[] = [];
  const mute = createTcpServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => {});
    socket.write('HTTP/1.1 200 OK\r\ncontent-');
  });
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of accepted) socket.destroy();
    mute.close();
  });
  const {port} = mute.address() as {port: number};
  const got = await read({'prod.cfg': profile(`http://127.0.0.1:${port}/x.cfg`)}, {timeoutMs: 30});
  t.regex(got.text, /no complete answer within 30 ms/);
});

test('remote: socket-timeout of the profile is the time-out', async (t) => {
  const seen: number[] = [];
  const memory = memoryIo({
    files: {'/site/prod.cfg': `[buildout]\nsocket-timeout = 7\nextends = http://gone.invalid/x.cfg\n`},
  });
  const io: Io = {
    ...memory,
    async fetch(url, {timeoutMs}) {
      seen.push(timeoutMs);
      return {status: 200, url, body: Buffer.from('[x]\n')};
    },
  };
  await load('prod.cfg', io, () => {}, {
    parse: (source, to) => parseCfg(source, defaultTarget, to, new Map()),
    workingDirectory: '/site',
    home: '/home/user',
  });
  t.deepEqual(seen, [7000]);
});

test('remote: a fault of the server is tried again, an answer that will not change is not', async (t) => {
  const failing =
    (status: number, until: number) => (response: import('node:http').ServerResponse, _: unknown, times: number) =>
      times < until ? response.writeHead(status).end() : response.end('[x]\n');
  const host = await serve(t, {
    '/500.cfg': failing(500, 3),
    '/429.cfg': failing(429, 2),
    '/reset.cfg': (response, _, times) => {
      if (times < 2) response.destroy();
      else response.end('[x]\n');
    },
    '/always.cfg': 503,
    '/404.cfg': 404,
    '/410.cfg': 410,
    '/403.cfg': 403,
  });
  const count = (url: string): number => host.asked.filter((each) => each.url === url).length;
  const good = await read(
    {'prod.cfg': profile(...['500', '429', 'reset'].map((name) => `${host.origin}/${name}.cfg`))},
    {attempts: 3},
  );
  t.is(good.text, '');
  t.deepEqual([count('/500.cfg'), count('/429.cfg'), count('/reset.cfg')], [3, 2, 2]);
  const bad = await read(
    {'prod.cfg': profile(...['always', '404', '410', '403'].map((name) => `${host.origin}/${name}.cfg`))},
    {attempts: 3},
  );
  t.deepEqual([count('/always.cfg'), count('/404.cfg'), count('/410.cfg'), count('/403.cfg')], [3, 1, 1, 1]);
  t.regex(bad.text, /always\.cfg can't be had: the server answered 503 \(3 attempts\)/);
  t.regex(bad.text, /404\.cfg can't be had: the server does not have it \(404\)/);
  t.regex(bad.text, /410\.cfg can't be had: the server no longer has it \(410\)/);
  t.regex(bad.text, /403\.cfg can't be had: the server refuses to give it \(403\)/);
});

test('remote: a body that is cut off, or that can not be unpacked, is no file', async (t) => {
  const whole = '[x]\na = 1\n'.repeat(50);
  const host = await serve(t, {
    '/short.cfg': (response) => {
      response.writeHead(200, {'content-length': '1000'});
      response.write('[x]\n', () => response.destroy());
    },
    '/chunk.cfg': (response) => {
      response.writeHead(200, {'transfer-encoding': 'chunked'});
      response.write('[x]\n', () => response.destroy());
    },
    '/zip.cfg': (response) => response.writeHead(200, {'content-encoding': 'gzip'}).end(gzipSync(whole)),
    '/cut.cfg': (response) =>
      response.writeHead(200, {'content-encoding': 'gzip'}).end(gzipSync(whole).subarray(0, 30)),
  });
  const got = await read({
    'prod.cfg': profile(...['short', 'chunk', 'zip', 'cut'].map((name) => `${host.origin}/${name}.cfg`)),
  });
  t.deepEqual(got.ids, ['CFG005', 'CFG005', 'CFG005']);
  t.deepEqual(got.files, ['prod.cfg', 'http://HOST/zip.cfg']);
  t.is(got.graph.files[1]!.source.text, whole);
  t.is(got.text.match(/cut off|closed the connection|can't be unpacked/g)?.length, 3, got.text);
});

test('remote: a host that is gone: the message has the chain of files, and text for --map', async (t) => {
  const gone = await serve(t, {});
  await gone.close();
  const url = `${gone.origin}/versions.cfg`;
  const host = await serve(t, {'/base.cfg': profile(url)});
  const files = {'prod.cfg': profile('site.cfg'), 'site.cfg': profile(`${host.origin}/base.cfg`)};
  const got = await read(files);
  t.is(
    got.text,
    `error[CFG005]: http://127.0.0.1:PORT/versions.cfg can't be had: 127.0.0.1:PORT refuses the connection
 --> http://127.0.0.1:PORT/base.cfg:3:5
  |
3 |     ${url.replace(/:\d+/, ':PORT')}
  |     ${'^'.repeat(url.length)} extended here
  |
  = note: prod.cfg:3 extends site.cfg
  = note: site.cfg:3 extends http://127.0.0.1:PORT/base.cfg
  = note: http://127.0.0.1:PORT/base.cfg:3 extends http://127.0.0.1:PORT/versions.cfg
  = hint: stand in for it: --map 'http://127.0.0.1:PORT/versions.cfg=copy.cfg'

1 error
`,
  );
  const mapped = await read({...files, 'copy.cfg': '[versions]\n'}, {map: new Map([[url, '/site/copy.cfg']])});
  t.is(mapped.text, '');
  t.is(mapped.graph.remote.get(url), sha256('[versions]\n'));
  const lost = await read(files, {map: new Map([[url, '/site/nowhere.cfg']])});
  t.regex(lost.text, /there is no file \/site\/nowhere\.cfg, which --map puts in the place of http/);
});

test('remote: a circle through URLs is one, also by another spelling', async (t) => {
  const host = await serve(t, {
    '/a.cfg': profile('b.cfg'),
    '/b.cfg': profile('a.cfg'),
    '/d/c.cfg': profile('../d/c.cfg'),
    '/self.cfg': redirectTo('/other.cfg'),
    '/other.cfg': profile('self.cfg'),
  });
  const got = await read({'prod.cfg': profile(...['a', 'd/c', 'self'].map((name) => `${host.origin}/${name}.cfg`))});
  t.deepEqual(got.ids, ['CFG004', 'CFG004', 'CFG004']);
  t.regex(got.text, /the circle: http:\S+\/a\.cfg → http:\S+\/b\.cfg → http:\S+\/a\.cfg\n/);
});

test('remote: a file that is extended twice is fetched once, and by two names is the same to its hash', async (t) => {
  const host = await serve(t, {'/a.cfg': '[x]\n', '/d/../a.cfg': '[x]\n', '/b.cfg': profile('a.cfg')});
  const names = ['a.cfg', 'a.cfg', 'b.cfg', 'd/../a.cfg'];
  const got = await read({'prod.cfg': profile(...names.map((name) => `${host.origin}/${name}`))});
  t.is(got.text, '');
  // Other spellings are other files to buildout, and the path of a request has no \`..\`.
  t.deepEqual(host.asked.map(({url}) => url).sort(), ['/a.cfg', '/a.cfg', '/b.cfg']);
  t.deepEqual([...got.graph.remote.values()].filter((hash) => hash === sha256('[x]\n')).length, 2);
});

test("remote: buildout's extends-cache is read as it is, and never written", async (t) => {
  const host = await serve(t, {'/live.cfg': '[live]\n'});
  const gone = `${host.origin}/gone.cfg`;
  const live = `${host.origin}/live.cfg`;
  const files = {
    'prod.cfg': `[buildout]\nextends-cache = cache\nextends = ${gone} ${live}\n`,
    [`cache/${md5(gone)}`]: '[old]\n',
    [`cache/${md5(live)}`]: '[stale]\n',
  };
  const sections = ({graph}: Loaded): string[] =>
    graph.files.flatMap(({file}) => file.sections.map(({name}) => name)).sort();
  const online = await read(files);
  t.deepEqual(online.ids, ['CFG010']);
  t.deepEqual(sections(online), ['buildout', 'live', 'old']);
  const offline = await read(files, {offline: true});
  t.is(offline.text, '');
  t.deepEqual(sections(offline), ['buildout', 'old', 'stale']);
  const before = host.asked.length;
  const notNewest = await read({...files, 'prod.cfg': `${files['prod.cfg']}newest = false\n`});
  t.deepEqual(sections(notNewest), ['buildout', 'old', 'stale']);
  t.is(host.asked.length, before);
  t.deepEqual(
    [...online.io.files.keys()].filter((path) => !Object.keys(files).some((name) => path.endsWith(name))),
    [],
  );
});

test('remote: what was fetched once is there for --offline, and where the host is gone later', async (t) => {
  const host = await serve(t, {'/base.cfg': profile('more.cfg'), '/more.cfg': '[x]\n'});
  const files = {'prod.cfg': profile(`${host.origin}/base.cfg`)};
  const none = await read(files, {offline: true, store: '/cache'});
  t.deepEqual(none.ids, ['CFG006']);
  t.is(host.asked.length, 0);
  const first = await read(files, {store: '/cache'});
  t.is(first.text, '');
  const kept = Object.fromEntries(
    [...first.io.files].filter(([path]) => path.startsWith('/cache/')).map(([path, bytes]) => [path, String(bytes)]),
  );
  t.is(kept[`/cache/content/${sha256('[x]\n')}`], '[x]\n');
  const offline = await read({...files, ...kept}, {offline: true, store: '/cache'});
  t.is(offline.text, '');
  t.deepEqual(offline.files, first.files);
  await host.close();
  const later = await read({...files, ...kept}, {store: '/cache'});
  t.deepEqual(later.ids, ['CFG010', 'CFG010']);
  t.deepEqual(later.files, first.files);
});

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
