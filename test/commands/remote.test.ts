/** Commands of profiles that extend URLs, through the command line, against a server on the loopback. */
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {dir} from 'tmp-promise';
import {redirectTo, serve} from '../harness/http.js';
import {execute, projectRoot, type Ran} from '../harness/tools.js';

const cfgc = join(projectRoot, 'dist/cfgc.cjs');

interface Site {
  readonly folder: string;
  run(...words: string[]): Promise<Ran>;
  read(name: string): string;
}

/** A profile's folder, with a home of its own. */
async function site(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<Site> {
  const made = await dir({unsafeCleanup: true});
  t.teardown(() => made.cleanup());
  const folder = join(made.path, 'site');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), {recursive: true});
    writeFileSync(join(folder, name), text);
  }
  return {
    folder,
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    run: (...words) =>
      execute([process.execPath, cfgc, ...words], {
        cwd: folder,
        env: {PATH: '/nonexistent', HOME: join(made.path, 'home')},
      }),
  };
}

const release = (more: string): string => `[buildout]
parts = dirs
${more}
[release]
name = remote
version = 1.0.0
profile = dev
python = 3.11
user = www
group = www
services = none
`;
const dirs = '[dirs]\nrecipe = z3c.recipe.mkdir\npaths =\n    var/a\n    var/b\n';

test('remote: a changed file stops with the difference, until the lock is updated', async (t) => {
  let text = dirs;
  const host = await serve(t, (_, response) => response.end(text));
  const url = `${host.origin}/base.cfg`;
  const {run, read, folder} = await site(t, {'prod.cfg': release(`extends = ${url}`)});
  const made = await run('lock', 'prod.cfg');
  t.is(made.status, 0, made.stderr);
  t.regex(read('pylock.prod.toml'), /base\.cfg" = "[0-9a-f]{64}"/);
  const locked = await run('check', 'prod.cfg', '--locked');
  t.is(locked.status, 0, locked.stderr);

  text = dirs.replace('var/b', 'var/c\n    var/d');
  const changed = await run('prod.cfg', '-o', 'release.sh');
  t.is(changed.status, 1);
  t.regex(
    changed.stderr.replaceAll(host.origin, 'HOST').replaceAll(/[0-9a-f]{64}/g, 'SHA256'),
    /error\[CFG605\]: `HOST\/base\.cfg` is not the file that `pylock\.prod\.toml` knows\n --> prod\.cfg:3:11\n {2}\|\n3 \| extends = HOST\/base\.cfg\n {2}\| {11}\^+ it changed since the lock was made\n {2}\|\n {2}= note: SHA-256 in the lock: SHA256\n {2}= note: SHA-256 now: SHA256\n {2}= note: what changed:\n {10}-5 {5}var\/b\n {10}\+5 {5}var\/c\n {10}\+6 {5}var\/d\n {2}= hint: look at what changed, then run `cfgc lock --update`/,
  );
  t.false(readdirSync(folder).includes('release.sh'));
  t.is((await run('lock', 'prod.cfg', '--update')).status, 0);
  const updated = await run('check', 'prod.cfg', '--locked');
  t.is(updated.status, 0, updated.stderr);
});

test('remote: --offline compiles the same script from what was fetched before; without it, it is said', async (t) => {
  const host = await serve(t, {'/base.cfg': '[buildout]\nextends = more/dirs.cfg\n', '/more/dirs.cfg': dirs});
  const {run, read} = await site(t, {'prod.cfg': release(`extends = ${host.origin}/base.cfg`)});
  const never = await run('check', 'prod.cfg', '--offline');
  t.is(never.status, 1);
  t.regex(never.stderr, /error\[CFG006\]: \S+\/base\.cfg is not at hand, and nothing may be fetched/);
  t.is(host.asked.length, 0);
  const online = await run('prod.cfg', '-o', 'release.sh');
  t.is(online.status, 0, online.stderr);
  const script = read('release.sh');
  await host.close();
  const offline = await run('prod.cfg', '-o', 'release.sh', '--offline', '--locked');
  t.is(offline.status, 0, offline.stderr);
  t.is(read('release.sh'), script);
});

test('remote: a host that is gone stops with status 1 and the chain; --map stands in', async (t) => {
  const gone = await serve(t, {});
  await gone.close();
  const url = `${gone.origin}/base.cfg`;
  const {run} = await site(t, {
    'prod.cfg': release('extends = site.cfg'),
    'site.cfg': `[buildout]\nextends = ${url}\n`,
    'copy.cfg': dirs,
  });
  const failed = await run('check', 'prod.cfg');
  t.is(failed.status, 1);
  t.regex(failed.stderr, /note: site\.cfg:2 extends http/);
  t.regex(failed.stderr, /note: prod\.cfg:3 extends site\.cfg/);
  const hint = /--map '([^']+)'/.exec(failed.stderr)?.[1];
  t.is(hint, `${url}=copy.cfg`);
  const mapped = await run('check', 'prod.cfg', '--map', hint!);
  t.is(mapped.status, 0, mapped.stderr);
  // Nothing comes over http any more.
  t.notRegex(mapped.stderr, /CFG411/);
});

test('remote: vendor writes the files beside the profile, and the profile means the same without the host', async (t) => {
  const host = await serve(t, {
    '/a/base.cfg': (response, request) =>
      response.end(`[buildout]\nextends =\n    more/dirs.cfg\n    http://${request.headers.host}/b/far.cfg?x=1\n`),
    '/a/more/dirs.cfg': `[buildout]\nextends = ../v.cfg\n${dirs}`,
    '/a/more/../v.cfg': '[versions]\na = 1\n',
    '/a/v.cfg': '[versions]\na = 1\n',
    '/b/far.cfg?x=1': '[dirs]\nmode = 0750\n',
    '/moved.cfg': redirectTo('/b/far.cfg?x=1', 301),
  });
  const origin = host.origin.replace('://', '://jo:s3cret@');
  const local = `${release(`extends =\n    ${origin}/a/base.cfg  \n    local.cfg`)}`;
  const {run, read} = await site(t, {
    'prod.cfg': local,
    'local.cfg': `# moved\n[buildout]\nextends = ${host.origin}/moved.cfg local2.cfg\n`,
    'local2.cfg': '[versions]\nb = 2\n',
  });
  const before = await run('query', 'prod.cfg', '--format', 'json');
  t.is(before.status, 0, before.stderr);
  const made = await run('vendor', 'prod.cfg');
  t.is(made.status, 0, made.stderr);
  t.notRegex(made.stderr, /s3cret/);
  const box = `127.0.0.1_${host.port}`;
  t.is(read('local.cfg'), `# moved\n[buildout]\nextends = vendor/${box}/moved.cfg local2.cfg\n`);
  t.regex(read('prod.cfg'), new RegExp(`\n    vendor/${box}/a/base\\.cfg  \n    local\\.cfg\n`));
  await host.close();
  const after = await run('query', 'prod.cfg', '--format', 'json');
  t.is(after.status, 0, after.stderr);
  t.deepEqual(JSON.parse(after.stdout), JSON.parse(before.stdout));
  const again = await run('vendor', 'prod.cfg');
  t.is(again.status, 0);
  t.regex(again.stderr, /^unchanged {2}prod\.cfg extends no remote file\n$/);
});

test('remote: vendor does not replace a copy that differs, unless it is told to', async (t) => {
  const host = await serve(t, {'/base.cfg': dirs});
  const profile = release(`extends = ${host.origin}/base.cfg`);
  const copy = `vendor/127.0.0.1_${host.port}/base.cfg`;
  const {run, read} = await site(t, {'prod.cfg': profile, [copy]: '# mine\n'});
  const refused = await run('vendor', 'prod.cfg');
  t.is(refused.status, 1);
  t.regex(refused.stderr, /CFG790.*is there already, with other content/);
  t.is(read('prod.cfg'), profile);
  t.is(read(copy), '# mine\n');
  t.is((await run('vendor', 'prod.cfg', '--force')).status, 0);
  t.is(read(copy), dirs);
  t.is((await run('vendor', 'prod.cfg', '--into', '../x')).status, 2);
});
