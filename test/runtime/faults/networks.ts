/** Package indexes that are slow, broken or dishonest, met by the real pip and the real uv; and no network at all. */
import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {dir} from 'tmp-promise';
import {execute, findPython, needsProgram, toolBox} from '../../harness/tools.js';
import {type IndexServer, indexServer, type Manner} from './index-server.js';
import {collector, expectRefusal, type Fault, makeSite, type Site} from './site.js';

/** What the run must say, by pip or uv; undefined: it comes to its end. */
const manners: readonly {readonly manner: Manner; readonly says: RegExp | undefined}[] = [
  {manner: 'slow', says: undefined},
  {manner: 'silent', says: /timed? ?out|time-?out/i},
  {manner: 'another wheel under the name', says: /hash/i},
  {manner: 'another wheel, and its hash', says: /hash/i},
  {
    manner: 'a wheel that is cut off',
    says: /hash|incomplete|end of file|eof|error decoding|connection|broken|reset|closed/i,
  },
  {manner: '404 for the wheel', says: /404/},
  {manner: '500 for the wheel', says: /500/},
  {manner: '404 for the page', says: /no matching distribution|not found/i},
  {manner: '500 for the page', says: /500|no matching distribution/i},
  {manner: 'an sdist alone', says: /no matching distribution|no usable wheels|no solution|binary/i},
  {manner: 'another version alone', says: /no matching distribution|no version of|no solution/i},
  {manner: 'garbage for the page', says: /no matching distribution|not found|no solution|invalid/i},
];

const shortTimes = {
  PIP_CONFIG_FILE: '/dev/null',
  PIP_RETRIES: '0',
  PIP_DEFAULT_TIMEOUT: '2',
  UV_NO_CONFIG: '1',
  UV_HTTP_TIMEOUT: '2',
  UV_HTTP_RETRIES: '0',
};

async function indexSite(index: IndexServer, installer: 'pip' | 'uv', uv: string): Promise<Site> {
  return makeSite({
    env: {...shortTimes, PIP_INDEX_URL: index.url},
    release: {
      installer,
      data: `each_environment() { "$@" main; }
environment_requirements() { [ "$1" != main ] || echo '${index.requirement}'; }`,
      // The uv of the lock comes from an index too; this one has but one distribution.
      instead: `environment_uv() { echo '${uv}'; }`,
    },
  });
}

/** Takes away what was fetched for 1.0.0, or nothing would be asked from the index. */
async function forget(site: Site): Promise<void> {
  await rm(join(site.host.prefix, '.cfgc/cache'), {recursive: true, force: true});
  await mkdir(join(site.host.prefix, '.cfgc/cache'), {mode: 0o700});
}

export const lyingIndex: Fault = {
  name: 'a slow, broken or lying package index',
  try: async (bounded) => {
    const {lost, sayer} = collector();
    const {path, cleanup} = await dir({unsafeCleanup: true});
    const index = await indexServer(path, (await findPython()).path);
    const uv = await toolBox('uv');
    let tried = 0;
    for (const installer of ['pip', 'uv'] as const) {
      if (installer === 'uv' && uv.missing) continue;
      index.manner = 'honest';
      const site = await indexSite(index, installer, uv.bin('uv'));
      for (const [number, {manner, says}] of manners.entries()) {
        // In short: every second manner, by one installer or the other.
        if (bounded && number % 4 !== (installer === 'pip' ? 0 : 2)) continue;
        index.manner = manner;
        await site.reset();
        await forget(site);
        const ran = await site.deploy();
        tried += 1;
        const say = sayer(`${installer}, ${manner}`);
        if (says) expectRefusal(ran, [1], says, say);
        else if (ran.status !== 0) say(`it ended with ${ran.status}: ${ran.stderr}`);
        if (says && (await site.host.current()) !== '1.0.0') say('current was changed');
        index.manner = 'honest';
        await site.judge(say);
      }
    }
    index.close();
    await cleanup();
    return {tried, lost};
  },
};

export const noNetwork: Fault = {
  name: 'no network',
  missing: process.getuid?.() === 0 ? needsProgram('unshare') : 'not root: no network can be taken away',
  try: async () => {
    const {lost, sayer} = collector();
    const {path, cleanup} = await dir({unsafeCleanup: true});
    const index = await indexServer(path, (await findPython()).path);
    const wheelhouse = join(path, 'wheelhouse');
    await mkdir(wheelhouse);
    await execute(['cp', join(path, 'true.whl'), join(wheelhouse, 'cfgc_demo-1.0-py3-none-any.whl')]);
    const uv = await toolBox('uv');
    const under = ['unshare', '-n'];
    let tried = 0;
    for (const installer of ['pip', 'uv'] as const) {
      if (installer === 'uv' && uv.missing) continue;
      const site = await indexSite(index, installer, uv.bin('uv'));
      tried += 1;
      const say = sayer(`${installer}, without a wheelhouse`);
      await forget(site);
      const ran = await site.deploy({under, env: {PIP_INDEX_URL: 'http://packages.invalid/simple/'}});
      expectRefusal(ran, [1], /connection|resolv|dns|network|no matching distribution/i, say);
      await site.judge(say);
      // A rollback needs none; nor does a deploy with a wheelhouse, and it comes to the same bytes.
      tried += 2;
      const back = sayer(`${installer}, rollback`);
      const rolled = await site.host.run(site.shell, site.two, ['rollback'], {under});
      if (rolled.status !== 0) back(`it ended with ${rolled.status}: ${rolled.stderr}`);
      if ((await site.host.current()) !== '1.0.0') back(`current is ${await site.host.current()}`);
      await site.look(back);
      await site.reset();
      await forget(site);
      await site.judge(sayer(`${installer}, with a wheelhouse`), {under, env: {WHEELHOUSE: wheelhouse}});
    }
    index.close();
    await cleanup();
    return {tried, lost};
  },
};
