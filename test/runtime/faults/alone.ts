/**
 * One process of a deploy is killed with SIGKILL, and the script goes on, as where the system has no memory left: each external
 * command, and venv, pip and uv in the midst of their work. The run says so, or did its work in spite of it. Where it is the
 * script's own shell, its children go on while the next deploy begins.
 */
import type {ChildProcess} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {findProgram} from '../../harness/tools.js';
import {noCalls, runByCalls} from './calls.js';
import {forget, withInstallers} from './installers.js';
import {inLanes} from './lanes.js';
import {isInstaller} from './leavings.js';
import {type Ended, endGroup, type Fault, makeShims, makeSite, runGroup, type Say, type Site} from './site.js';
import {States, stateOf} from './states.js';

/** Exit statuses that the script may end with. */
const statuses = [0, 1, 20, 30, 75, 78];

async function expectOwnEnd(site: Site, ended: Ended, say: Say): Promise<void> {
  if (!statuses.includes(ended.status)) say(`it ended with ${ended.status}: ${ended.stderr}`);
  if (ended.status !== 0 && !/^error: /m.test(ended.stderr)) say(`it does not say why: ${ended.stderr}`);
  if (/Traceback \(most recent call last\)/.test(ended.stderr)) say(`it shows a traceback: ${ended.stderr}`);
  if (ended.status === 0 && (await site.host.current()) !== '1.1.0') say(`it says that all is done: ${ended.stderr}`);
}

interface AloneSite {
  readonly site: Site;
  readonly count: string;
  readonly path: string;
}

async function aloneSite(): Promise<AloneSite> {
  const site = await makeSite({release: {data: 'each_environment() { "$@" main; }'}});
  return {site, count: join(site.host.folder, 'count'), path: await makeShims(site.host.folder, site.python)};
}

/** A deploy in which, in place of the command of this number, that one or the script's own shell is killed. */
async function deployAlone(
  {site, count, path}: AloneSite,
  at: number,
  whom: 'yes' | 'shell',
  started?: (child: ChildProcess) => void,
): Promise<Ended> {
  await writeFile(count, '');
  const faults = {FAULT_AT: String(at), FAULT_COUNT: count, FAULT_SIGNAL: 'KILL', FAULT_ALONE: whom};
  const shell = site.shell.command.map((word) => findProgram(word) ?? word);
  const named = ['sh', '-c', 'FAULT_SHELL=$$; export FAULT_SHELL; exec "$@"', 'sh', ...shell, site.two, 'deploy'];
  return runGroup(named, {...site.env, PATH: path, ...faults}, started);
}

/** The numbers of the commands of a deploy. */
async function commandsOf(lane: AloneSite): Promise<readonly number[]> {
  await lane.site.reset();
  const whole = await deployAlone(lane, 1_000_000, 'yes');
  if (whole.status !== 0) throw new Error(whole.stderr);
  return Array.from({length: (await readFile(lane.count, 'utf8')).length}, (_, index) => index + 1);
}

async function nameOf({count}: AloneSite): Promise<string> {
  return (await readFile(`${count}.name`, 'utf8').catch(() => '')).trim();
}

export const commandAlone: Fault = {
  name: 'SIGKILL for an external command alone',
  try: async (bounded, sayer) => {
    const first = await aloneSite();
    const points = await commandsOf(first);
    const states = new States();
    let tried = 0;
    await inLanes(
      points.filter((at) => !bounded || at % 30 === 0),
      aloneSite,
      async (lane, at) => {
        await lane.site.reset();
        const ended = await deployAlone(lane, at, 'yes');
        tried += 1;
        const say = sayer(`command ${at} of ${points.length}, ${await nameOf(lane)}`);
        await expectOwnEnd(lane.site, ended, say);
        if (states.isNew(stateOf(lane.site.host.prefix))) await lane.site.judge(say);
      },
      first,
    );
    return {points: points.length, tried, states: states.count};
  },
};

export const shellAlone: Fault = {
  name: 'SIGKILL for the shell alone, its children go on',
  try: async (bounded, sayer) => {
    const first = await aloneSite();
    const points = await commandsOf(first);
    let tried = 0;
    await inLanes(
      points.filter((at) => !bounded || at % 30 === 15),
      aloneSite,
      async (lane, at) => {
        const {site} = lane;
        let group = 0;
        await site.reset();
        // The next deploy begins while what was started by this one still works.
        const ended = await deployAlone(lane, at, 'shell', (child) => {
          group = child.pid ?? 0;
        });
        if (!ended.killed) return;
        tried += 1;
        await site.judge(sayer(`command ${at} of ${points.length}, ${await nameOf(lane)}`));
        await endGroup(group);
      },
      first,
    );
    return {points: points.length, tried};
  },
};

export const installerAlone: Fault = {
  name: 'SIGKILL for venv, pip or uv alone',
  missing: noCalls,
  try: async (bounded, sayer) => {
    const sum = {points: 0, tried: 0};
    await withInstallers(async (installer) => {
      /** A deploy in which the installers' call of this number is the last of its process; and how many calls they made. */
      const deploy = async (site: Site, last: number) => {
        await site.reset();
        await forget(site);
        let calls = 0;
        const ended = await runByCalls(
          [...site.shell.command, site.two, 'deploy'],
          {...site.env, PATH: process.env.PATH},
          site.host.prefix,
          'but opening',
          ({program}) => {
            if (!isInstaller(program)) return 'go on';
            calls += 1;
            return calls === last ? 'kill it' : 'go on';
          },
        );
        return {ended, calls};
      };
      const first = await installer.makeSite();
      const whole = await deploy(first, 0);
      if (whole.ended.status !== 0) throw new Error(whole.ended.stderr);
      sum.points += whole.calls;
      const step = Math.ceil(whole.calls / (bounded ? 2 : 50));
      await inLanes(
        Array.from({length: whole.calls}, (_, index) => index + 1).filter((at) => at % step === 0),
        installer.makeSite,
        async (site, at) => {
          const {ended, calls} = await deploy(site, at);
          if (calls < at) return;
          sum.tried += 1;
          const say = sayer(`${installer.name}, call ${at} of ${whole.calls}`);
          await expectOwnEnd(site, ended, say);
          await site.judge(say);
        },
        first,
      );
    });
    return sum;
  },
};
