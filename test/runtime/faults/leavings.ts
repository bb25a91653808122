/**
 * What a SIGKILL after each system call leaves, whatever process it comes in: the shell, a command, venv, pip, uv. A run is
 * halted after each call that changed a file; what is there at that moment is kept, and judged once the run is over. So no
 * deploy is repeated for a point, and files that are open, cut off or renamed are seen in each of their states.
 */
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {noCalls, runByCalls} from './calls.js';
import {forget, withInstallers} from './installers.js';
import {laneCount} from './lanes.js';
import {type Fault, makeSite, type Outcome, type Say, type Sayer, type Site, withoutVirtualenv} from './site.js';
import {States, stateOf} from './states.js';

/** A state that a deploy went through. */
interface Leaving {
  readonly state: string;
  /** A copy of PREFIX. */
  readonly copy: string;
  /** The call after which it was there first. */
  readonly after: string;
  /** How many calls it was there after. */
  calls: number;
}

/** A run that is halted on the way. */
interface Way {
  /** Where it is as the run begins. */
  readonly site: Site;
  readonly words: readonly string[];
  /** What else is asked of each state, before the next deploy. */
  readonly also?: (say: Say) => Promise<void>;
}

/** The states of one such run, in their order. `counts`: whether those of a program do. */
async function leavingsOf({site, words}: Way, counts: (program: string) => boolean): Promise<readonly Leaving[]> {
  const leavings = new Map<string, Leaving>();
  const env = {...site.env, PATH: process.env.PATH};
  const ended = await runByCalls(
    [...site.shell.command, site.two, ...words],
    env,
    site.host.prefix,
    'all',
    ({program, text}) => {
      if (!counts(program)) return 'go on';
      const state = stateOf(site.host.prefix);
      const known = leavings.get(state);
      if (known) {
        known.calls += 1;
      } else {
        const copy = join(site.host.folder, `leaving-${leavings.size}`);
        spawnSync('cp', ['-a', site.host.prefix, copy]);
        leavings.set(state, {state, copy, after: `${program}: ${text.replaceAll(site.host.prefix, '')}`, calls: 1});
      }
      return 'go on';
    },
  );
  if (ended.status !== 0) throw new Error(ended.stderr);
  return [...leavings.values()];
}

/** Judges each `step`-th state of a run; each lane finds them for its own site, and judges those that no other one did. */
async function judgeLeavings(
  make: () => Promise<Way>,
  counts: (program: string) => boolean,
  step: number,
  sayer: Sayer,
): Promise<Outcome> {
  const states = new States();
  const lanes = step === 1 ? laneCount : 1;
  let found: readonly Leaving[] = [];
  await Promise.all(
    Array.from({length: lanes}, async (_, lane) => {
      const way = await make();
      const leavings = await leavingsOf(way, counts);
      if (lane === 0) found = leavings;
      const start = Math.floor((lane * leavings.length) / lanes);
      for (const [index, leaving] of [...leavings.slice(start), ...leavings.slice(0, start)].entries()) {
        if (index % step !== 0 || !states.isNew(leaving.state)) continue;
        const say = sayer(`after ${leaving.after}`);
        await way.site.reset(leaving.copy);
        await way.also?.(say);
        await way.site.judge(say);
      }
    }),
  );
  const calls = (of: readonly Leaving[]) => of.reduce((sum, leaving) => sum + leaving.calls, 0);
  return {
    points: calls(found),
    tried: calls(found.filter((leaving) => states.knows(leaving.state))),
    states: states.count,
  };
}

/** A site whose releases have no virtualenv, before its deploy. */
async function bareSite(): Promise<Site> {
  const site = await makeSite({release: {instead: withoutVirtualenv}});
  await site.reset();
  return site;
}

export const leftByCalls: Fault = {
  name: 'SIGKILL after a system call',
  missing: noCalls,
  try: (bounded, sayer) =>
    judgeLeavings(
      async () => {
        const site = await bareSite();
        return {site, words: ['deploy']};
      },
      () => true,
      bounded ? 60 : 1,
      sayer,
    ),
};

export const leftByRollback: Fault = {
  name: 'SIGKILL in a rollback, after a system call',
  missing: noCalls,
  try: (bounded, sayer) =>
    judgeLeavings(
      async () => {
        const site = await bareSite();
        const deployed = await site.deploy();
        if (deployed.status !== 0) throw new Error(deployed.stderr);
        const also = async (say: Say) => {
          await site.look(say);
          const again = await site.host.run(site.shell, site.two, ['rollback', '1.0.0']);
          if (again.status !== 0) say(`the next rollback fails with ${again.status}: ${again.stderr}`);
          const current = await site.host.current();
          if (current !== '1.0.0') say(`after the next rollback current is ${current}`);
        };
        return {site, words: ['rollback'], also};
      },
      () => true,
      bounded ? 20 : 1,
      sayer,
    ),
};

export const leftByInstallers: Fault = {
  name: 'SIGKILL after a system call of venv, pip or uv',
  missing: noCalls,
  try: async (bounded, sayer) => {
    const sum = {points: 0, tried: 0, states: 0};
    await withInstallers(async (installer) => {
      const outcome = await judgeLeavings(
        async () => {
          const site = await installer.makeSite();
          await site.reset();
          await forget(site);
          return {site, words: ['deploy']};
        },
        isInstaller,
        bounded ? 100 : 1,
        (name) => sayer(`${installer.name}, ${name}`),
      );
      sum.points += outcome.points ?? 0;
      sum.tried += outcome.tried;
      sum.states += outcome.states ?? 0;
    });
    return sum;
  },
};

/** Python, in which venv and pip run, or uv. */
export function isInstaller(program: string): boolean {
  return /^(python|pypy|uv)/.test(program);
}
