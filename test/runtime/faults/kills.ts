/**
 * A deploy that is killed with SIGKILL, the whole process group at once: as each step begins, before each external command
 * that it runs, and, under bash, before each line of the script that it comes to, builtins and redirections included.
 */
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {findProgram, needsProgram} from '../../harness/tools.js';
import {inLanes} from './lanes.js';
import {
  type Ended,
  type Fault,
  makeShims,
  makeSite,
  type Outcome,
  runGroup,
  type Say,
  type Site,
  withoutVirtualenv,
} from './site.js';
import {States, stateOf} from './states.js';

/** Where a site can be killed. */
interface Killing {
  readonly site: Site;
  /** The places, in the order in which a deploy comes to them. */
  points(): Promise<readonly string[]>;
  /** A deploy that is killed there. */
  killedAt(point: string): Promise<Ended>;
  name(point: string, points: number): string;
}

/** Kills at each point, or at every `step`-th of them, and judges each state that is left. */
async function killAtEach(make: () => Promise<Killing>, step: number, sayer: (name: string) => Say): Promise<Outcome> {
  const first = await make();
  const points = await first.points();
  const states = new States();
  let tried = 0;
  await inLanes(
    points.filter((_, index) => index % step === 0),
    make,
    async ({site, killedAt, name}, point) => {
      await site.reset();
      if (!(await killedAt(point)).killed) return;
      tried += 1;
      if (states.isNew(stateOf(site.host.prefix))) await site.judge(sayer(name(point, points.length)));
    },
    first,
  );
  return {points: points.length, tried, states: states.count};
}

export const killedAtCommands: Fault = {
  name: 'SIGKILL before an external command',
  try: (bounded, sayer) => killAtEach(killingAtCommands, bounded ? 30 : 1, sayer),
};

async function killingAtCommands(): Promise<Killing> {
  const site = await makeSite({release: {data: 'each_environment() { "$@" main; }'}});
  const count = join(site.host.folder, 'count');
  const path = await makeShims(site.host.folder, site.python);
  const killedAt = async (at: string) => {
    await writeFile(count, '');
    const env = {...site.env, PATH: path, FAULT_AT: at, FAULT_COUNT: count, FAULT_SIGNAL: 'KILL'};
    return runGroup([...site.shell.command, site.two, 'deploy'], env);
  };
  return {
    site,
    killedAt,
    points: async () => {
      const whole = await killedAt('1000000');
      if (whole.status !== 0) throw new Error(whole.stderr);
      return Array.from({length: (await readFile(count, 'utf8')).length}, (_, index) => String(index + 1));
    },
    name: (point, points) => `before command ${point} of ${points}`,
  };
}

export const killedAtSteps: Fault = {
  name: 'SIGKILL as a step begins',
  try: (bounded, sayer) => killAtEach(killingAtSteps, bounded ? 3 : 1, sayer),
};

async function killingAtSteps(): Promise<Killing> {
  const site = await makeSite({
    release: {
      instead: `${withoutVirtualenv}
log_step() {
    STEP=$3
    [ "$3" != "\${FAULT_STEP:-}" ] || kill -KILL 0
}`,
    },
  });
  return {
    site,
    points: async () => (await site.host.run(site.shell, site.two, ['steps'])).stdout.trim().split('\n'),
    killedAt: (step) =>
      runGroup([...site.shell.command, site.two, 'deploy'], {
        ...site.env,
        PATH: process.env.PATH,
        FAULT_STEP: step,
      }),
    name: (step) => `as ${step} begins`,
  };
}

export const killedAtLines: Fault = {
  name: 'SIGKILL at a line of the script',
  missing: needsProgram('bash'),
  try: (bounded, sayer) => killAtEach(killingAtLines, bounded ? 90 : 1, sayer),
};

async function killingAtLines(): Promise<Killing> {
  // Making a virtualenv is one line of the script, and the commands of it are tried above.
  const site = await makeSite({release: {instead: withoutVirtualenv}});
  const seen = join(site.host.folder, 'lines');
  const trap = join(site.host.folder, 'trap.sh');
  await writeFile(
    trap,
    `set -T
trap 'if [ -n "\${FAULT_SEEN:-}" ]; then echo "$LINENO" >>"$FAULT_SEEN"; elif [ "$LINENO" = "$FAULT_LINE" ]; then kill -KILL 0; fi' DEBUG
`,
  );
  const deploy = (more: Readonly<Record<string, string>>) =>
    runGroup([findProgram('bash')!, site.two, 'deploy'], {
      ...site.env,
      PATH: process.env.PATH,
      BASH_ENV: trap,
      ...more,
    });
  return {
    site,
    points: async () => {
      const whole = await deploy({FAULT_SEEN: seen});
      if (whole.status !== 0) throw new Error(whole.stderr);
      return [...new Set((await readFile(seen, 'utf8')).split('\n').filter(Boolean))];
    },
    killedAt: (line) => deploy({FAULT_LINE: line}),
    name: (line) => `at line ${line}`,
  };
}
