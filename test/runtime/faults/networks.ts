/** Package indexes that are slow, broken or dishonest, met by the real pip and the real uv; and no network at all. */
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {execute, needsProgram} from '../../harness/tools.js';
import type {Manner} from './index-server.js';
import {forget, withInstallers} from './installers.js';
import {expectRefusal, type Fault} from './site.js';

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

export const lyingIndex: Fault = {
  name: 'a slow, broken or lying package index',
  try: async (bounded, sayer) => {
    let tried = 0;
    await withInstallers(async ({name: installer, index, makeSite}) => {
      const site = await makeSite();
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
    });
    return {tried};
  },
};

export const noNetwork: Fault = {
  name: 'no network',
  missing: process.getuid?.() === 0 ? needsProgram('unshare') : 'not root: no network can be taken away',
  try: async (_bounded, sayer) => {
    const under = ['unshare', '-n'];
    let tried = 0;
    await withInstallers(async ({name: installer, index, makeSite}) => {
      const wheelhouse = join(index.folder, 'wheelhouse');
      await mkdir(wheelhouse, {recursive: true});
      await execute(['cp', index.wheel, join(wheelhouse, 'cfgc_demo-1.0-py3-none-any.whl')]);
      const site = await makeSite();
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
    });
    return {tried};
  },
};
