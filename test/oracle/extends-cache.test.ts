/** An extends-cache that the real zc.buildout filled, read as it is. */
import {mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
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

testWith(buildout)(
  'extends-cache: a folder that is not there stops where a URL is extended, and only there',
  async (t) => {
    const {path: folder, cleanup} = await dir({unsafeCleanup: true});
    t.teardown(cleanup);
    const home = join(folder, 'home');
    mkdirSync(join(home, 'cache'), {recursive: true});
    symlinkSync(join(home, 'cache'), join(folder, 'link'));
    writeFileSync(join(folder, 'base.cfg'), '[part]\nx = 1\n');
    const url = `file://${folder}/base.cfg`;
    const env = {PATH: process.env.PATH, HOME: home};
    const ask = async (cache: string, extended: string, ...more: readonly string[]) => {
      writeFileSync(
        join(folder, 'prod.cfg'),
        `[buildout]\nextends = ${extended}\nextends-cache = ${cache}\nparts =\n[part]\nx += 2\n`,
      );
      const ours = await execute([process.execPath, cfgc, 'query', 'prod.cfg', '-s', 'part:x', ...more], {
        cwd: folder,
        env,
      });
      // After cfgc, for it makes the folder where all could be read.
      const command = [buildout.bin('buildout'), '-c', 'prod.cfg', ...more, 'query', 'part:x'];
      const theirs = await execute(command, {cwd: folder, env});
      return {ours, theirs};
    };
    for (const cache of ['nowhere', '~/cache', 'base.cfg', 'home/cache/..//nowhere']) {
      const {ours, theirs} = await ask(cache, url);
      t.not(theirs.status, 0, cache);
      t.is(ours.status, 1, cache);
      t.regex(ours.stderr, /^error\[CFG009\]: there is no folder .*\n --> prod\.cfg:3:17\n/, cache);
      t.regex(ours.stderr, /^1 error$/m);
    }
    for (const [cache, extended, ...more] of [
      ['link', url],
      ['', url],
      ['nowhere', url, 'buildout:extends-cache='],
      ['nowhere', 'base.cfg'],
    ] as const) {
      const {ours, theirs} = await ask(cache, extended, ...more);
      t.is(theirs.status, 0, theirs.stderr);
      t.is(ours.status, 0, ours.stderr);
      t.true(theirs.stdout.endsWith(ours.stdout), theirs.stdout);
    }
  },
);
