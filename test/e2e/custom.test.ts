/**
 * One custom.cfg for many sites, from its URL to the script: pinned by the lock, edited by `cfgc add` and `cfgc remove`, changed
 * behind the lock's back, and refused where it holds more than it may.
 */
import {cpSync, existsSync, readFileSync, writeFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {testWith} from '../harness/test-with.js';
import {execute, needsProgram, projectRoot, type Ran, toolBox} from '../harness/tools.js';

const uv = await toolBox('uv');

const custom = `# Of the web team.   Ask them before you change it!

[web]
eggs +=
  # For the feeds.
  MarkupSafe

; Last reviewed in spring.
[versions]
`;

testWith(uv, needsProgram('openssl'))(
  'e2e: custom.cfg at a URL: locked, edited, changed, forbidden things in it',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'cfgc-custom-'));
    t.teardown(() => rm(folder, {recursive: true, force: true}));
    const ours = join(folder, 'custom.cfg');
    writeFileSync(ours, custom);
    const url = await served(t, folder, () => readFileSync(ours, 'utf8'));
    const profile = join(folder, 'site/prod.cfg');
    cpSync(join(projectRoot, 'samples/wsgi'), join(folder, 'site'), {recursive: true});
    const prod = readFileSync(profile, 'utf8').replace('    release.cfg\n', `    ${url}\n    release.cfg\n`);
    writeFileSync(profile, prod);
    const script = join(folder, 'release.sh');
    const env = {
      ...process.env,
      CFGC_UV: uv.bin('uv'),
      XDG_CACHE_HOME: join(folder, 'cache'),
      NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'),
      no_proxy: '127.0.0.1',
    };
    const cfgc = (...words: string[]): Promise<Ran> =>
      execute([process.execPath, join(projectRoot, 'dist/cfgc.cjs'), ...words], {cwd: folder, env});
    const done = async (...words: string[]): Promise<Ran> => {
      const ran = await cfgc(...words);
      t.is(ran.status, 0, `cfgc ${words.join(' ')}: ${ran.stderr}`);
      return ran;
    };
    const edited = ['--profile', profile, '--map', `${url}=custom.cfg`];

    // Its digest is in the lock and at the head of the script.
    await done('lock', profile);
    await done(profile, '--locked', '-o', script);
    const first = readFileSync(script, 'utf8');
    t.true(readFileSync(join(folder, 'site/pylock.prod.toml'), 'utf8').includes(url));
    t.regex(first, new RegExp(`^# {3}[0-9a-f]{64} {2}${url}$`, 'm'));
    t.false(/^flask-login==/m.test(first));

    // An add-on more: the rest of the file stays as it was, to the byte.
    const added = await done('add', 'Flask-Login', '--to', 'custom.cfg', ...edited);
    t.regex(added.stderr, /pinned {2}Flask-Login = /);
    const after = readFileSync(ours, 'utf8');
    const [, version] = /^Flask-Login = ([\d.]+)\n/m.exec(after) ?? [];
    t.is(
      after,
      custom
        .replace('  MarkupSafe\n', '  MarkupSafe\n  Flask-Login\n')
        .replace('[versions]\n', `[versions]\nFlask-Login = ${version}\n`),
    );

    // It is another file now than the lock knows, and nothing is written until somebody has looked.
    const changed = await cfgc(profile, '-o', script);
    t.is(changed.status, 1);
    t.regex(changed.stderr, /prod\.cfg:\d+:\d+[\s\S]*SHA-256 in the lock: [0-9a-f]{64}[\s\S]*\+\d+ Flask-Login = /);
    t.regex(changed.stderr, /cfgc lock --update/);
    t.is(readFileSync(script, 'utf8'), first);
    await done('lock', '--update', profile);
    await done(profile, '--locked', '-o', script);
    t.regex(readFileSync(script, 'utf8'), /^flask-login==[\d.]+ --hash=sha256:/m);

    // Out again, with its pin.
    await done('remove', 'Flask-Login', '--from', 'custom.cfg', ...edited);
    t.is(readFileSync(ours, 'utf8'), custom);
    await done('lock', '--update', profile);
    await done(profile, '--locked', '-o', script);
    t.is(readFileSync(script, 'utf8'), first);

    // More than it may: an error with its place, whatever the lock says.
    for (const [text, what] of [
      ['[ports]\nweb = 80\n', 'may not set `web` of \\[ports\\]'],
      ['[release]\nuser = root\n', 'may not set `user` of \\[release\\]'],
      ['[buildout]\nextends = https://example.org/more.cfg\n', 'extends another file|more.cfg'],
      ['[x]\nrecipe = plone.recipe.command\ncommand = id\n', 'may not set `recipe` of \\[x\\]'],
      ['[web]\neggs = Flask\n', 'may not replace `eggs` of \\[web\\]'],
    ] as const) {
      writeFileSync(ours, `${custom}${text}`);
      const refused = await cfgc('lock', '--update', profile);
      t.is(refused.status, 1, refused.stderr);
      t.regex(refused.stderr, new RegExp(what));
    }

    // A URL is no file to edit; and by http anybody on the way may edit it.
    t.is((await cfgc('add', 'Flask-Login', '--to', url, '--profile', profile)).status, 2);
    writeFileSync(ours, custom);
    writeFileSync(profile, prod.replace('https:', 'http:'));
    const plain = await cfgc('check', profile, '--map', `${url.replace('https:', 'http:')}=custom.cfg`);
    t.is(plain.status, 0, plain.stderr);
    t.false(existsSync(join(folder, 'site/custom.cfg')));
  },
);

/** An https server on the loopback, with a certificate of its own that `cert.pem` of the folder holds: the URL of custom.cfg. */
async function served(t: ExecutionContext, folder: string, text: () => string): Promise<string> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = await execute([
    ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
  ]);
  t.is(made.status, 0, made.stderr);
  const server = createServer({key: readFileSync(key), cert: readFileSync(cert)}, (request, response) => {
    if (request.url === '/custom.cfg') response.end(text());
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/custom.cfg`;
}
