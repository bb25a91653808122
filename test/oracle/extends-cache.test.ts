/** An extends-cache that the real zc.buildout filled, read as it is. */
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {dir} from 'tmp-promise';
import {serve} from '../harness/http.js';
import {testWith} from '../harness/test-with.js';
import {execute, projectRoot, toolBox} from '../harness/tools.js';

const buildout = await toolBox('buildout');
const cfgc = join(projectRoot, 'dist/cfgc.cjs');

testWith(buildout)(
  'extends-cache: what buildout filled is enough for --offline, is left alone, and means the same',
  async (t) => {
    const {path: folder, cleanup} = await dir({unsafeCleanup: true});
    t.teardown(cleanup);
    const host = await serve(t, {
      '/a/base.cfg': '[buildout]\nextends = more/pins.cfg\n[part]\nx = 1\n',
      '/a/more/pins.cfg': '[versions]\nPillow = 11.3.0\n[part]\nx += 0\n',
    });
    mkdirSync(join(folder, 'cache'));
    writeFileSync(
      join(folder, 'prod.cfg'),
      `[buildout]\nextends = ${host.origin}/a/base.cfg\nextends-cache = cache\nparts =\n[part]\nx += 2\n`,
    );
    const env = {PATH: process.env.PATH, HOME: join(folder, 'home'), no_proxy: '*'};
    const theirs = await execute([buildout.bin('buildout'), '-c', 'prod.cfg', 'query', 'part:x'], {cwd: folder, env});
    t.is(theirs.status, 0, theirs.stderr);
    await host.close();

    const filled = (): Record<string, string> =>
      Object.fromEntries(
        readdirSync(join(folder, 'cache')).map((name) => [name, readFileSync(join(folder, 'cache', name), 'utf8')]),
      );
    const before = filled();
    t.is(Object.keys(before).length, 2);
    const ours = await execute([process.execPath, cfgc, 'query', 'prod.cfg', '-s', 'part:x', '--offline'], {
      cwd: folder,
      env,
    });
    t.is(ours.status, 0, ours.stderr);
    t.is(ours.stdout, '1\n2\n');
    t.true(theirs.stdout.endsWith(ours.stdout), theirs.stdout);
    t.deepEqual(filled(), before);
    t.deepEqual(readdirSync(folder).includes('home'), false);
  },
);
