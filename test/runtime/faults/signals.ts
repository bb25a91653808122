/**
 * Ctrl-C, TERM and HUP in each step, in each shell: the run ends with 128 and the signal's number, the journal says failed,
 * the failure webhook was sent, the lock is free, and the next deploy comes to its end.
 */
import {readFile, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {execute, type Shell, shells} from '../../harness/tools.js';
import {inLanes} from './lanes.js';
import {type Ended, type Fault, makeShims, makeSite, runGroup, type Say, type Site, withoutVirtualenv} from './site.js';
import {States, stateOf} from './states.js';

const signals = [
  {name: 'INT', status: 130},
  {name: 'TERM', status: 143},
  {name: 'HUP', status: 129},
] as const;

/** Events of the webhooks of one run. */
interface Hook {
  readonly port: number;
  readonly events: string[];
}

async function hook(): Promise<Hook> {
  const events: string[] = [];
  const server = createServer((request, response) => {
    events.push(String(request.headers['x-cfgc-event']));
    request.resume().on('end', () => response.end());
  });
  // It ends with the process.
  await new Promise<void>((resolve) => server.unref().listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    events,
  };
}

/** A site whose failures are posted to the hook; as a step of the name FAULT_STEP begins, the script gets FAULT_SIGNAL. */
function signalSite(shell: Shell, port: number): Promise<Site> {
  return makeSite({
    shell,
    release: {
      data: `each_webhook() { "$@" 'http://127.0.0.1:${port}/' '' json failure; }`,
      instead: `${withoutVirtualenv}
log_step() {
    STEP=$3
    log_info "step $1 of $2: $3"
    if [ "$3" = "\${FAULT_STEP:-}" ]; then
        kill -"$FAULT_SIGNAL" $$
    fi
}
# A busy machine is slow to answer.
WEBHOOK_TIMEOUT=60 WEBHOOK_LIMIT=300`,
    },
  });
}

/** Whether the run ended as it must. `step` is the one that the signal came in, where it is known. */
async function expectStopped(
  site: Site,
  ended: Ended,
  status: number,
  hooked: Hook,
  states: States,
  say: Say,
  step?: string,
): Promise<void> {
  // A signal that comes after all was done changes nothing.
  const late = step === undefined && ended.status === 0 && (await site.host.current()) === '1.1.0';
  if (!late && ended.status !== status) say(`it ended with ${ended.status}: ${ended.stderr}`);
  const journal = (await readFile(join(site.host.prefix, '.cfgc/journal.jsonl'), 'utf8')).trimEnd().split('\n');
  const lines = journal.map((line) => JSON.parse(line) as Record<string, string>);
  const begun = lines.findLast((line) => line.event === 'begin')?.run;
  const mine = lines.filter((line) => line.run === begun && line.to === '1.1.0');
  const opened = mine.some((line) => line.event === 'begin');
  // Before the lock is held there is nothing to close.
  if (step !== undefined && opened !== !['preflight', 'lock'].includes(step)) say(`begun: ${opened}`);
  if (late) {
    if (mine.find((line) => line.event === 'end')?.result !== 'done') say('the journal does not say done');
  } else if (opened) {
    const end = mine.find((line) => line.event === 'end');
    if (end?.result !== 'failed' || end.status !== String(status)) say(`the journal says ${JSON.stringify(end)}`);
    if (step !== undefined && end?.step !== step) say(`the journal says step ${end?.step}`);
    if (hooked.events.join() !== 'failure') say(`webhooks: ${hooked.events.join()}`);
  }
  if (!states.isNew(stateOf(site.host.prefix))) return;
  const next = await site.judge(say);
  if (/taken over|another run holds/.test(next.stderr)) say(`the lock was not free: ${next.stderr}`);
}

export const signalsInSteps: Fault = {
  name: 'a signal in each step, in each shell',
  try: async (bounded, sayer) => {
    let tried = 0;
    let judged = 0;
    const chosen = shells().present.filter((shell) => !bounded || ['dash', 'busybox ash', 'mksh'].includes(shell.name));
    await inLanes([...chosen.entries()], hook, async (hooked, [number, shell]) => {
      const site = await signalSite(shell, hooked.port);
      // Of each shell: it is the one that comes to its end next.
      const states = new States();
      const steps = (await execute([...shell.command, site.one, 'steps'])).stdout.trim().split('\n');
      for (const [index, step] of steps.entries()) {
        // In short: each step once, by one shell or another and one signal or another.
        if (bounded && index % chosen.length !== number) continue;
        for (const signal of bounded ? [signals[Math.floor(index / chosen.length) % 3]!] : signals) {
          tried += 1;
          await site.reset();
          hooked.events.length = 0;
          const env = {...site.env, PATH: process.env.PATH, FAULT_STEP: step, FAULT_SIGNAL: signal.name};
          const ended = await runGroup([...shell.command, site.two, 'deploy'], env);
          const say = sayer(`${signal.name} in ${step}, ${shell.name}`);
          await expectStopped(site, ended, signal.status, hooked, states, say, step);
        }
      }
      judged += states.count;
    });
    return {tried, states: judged};
  },
};

export const signalsAtCommands: Fault = {
  name: 'Ctrl-C while a command runs',
  try: async (bounded, sayer) => {
    let points = 0;
    let tried = 0;
    let judged = 0;
    const chosen = shells().present.filter((shell) => !bounded || shell.name === 'dash');
    await inLanes(chosen, hook, async (hooked, shell) => {
      const site = await signalSite(shell, hooked.port);
      const states = new States();
      const count = join(site.host.folder, 'count');
      const path = await makeShims(site.host.folder, site.python);
      const deploy = async (at: number) => {
        await site.reset();
        await writeFile(count, '');
        hooked.events.length = 0;
        const env = {...site.env, PATH: path, FAULT_AT: String(at), FAULT_COUNT: count, FAULT_SIGNAL: 'INT'};
        return runGroup([...shell.command, site.two, 'deploy'], env);
      };
      const whole = await deploy(1_000_000);
      if (whole.status !== 0) throw new Error(whole.stderr);
      const commands = (await readFile(count, 'utf8')).length;
      points += commands;
      for (let at = 1; at <= commands; at += bounded ? 20 : shell.name === 'dash' ? 5 : 40) {
        const ended = await deploy(at);
        if ((await readFile(count, 'utf8')).length < at) continue;
        tried += 1;
        const say = sayer(`at command ${at} of ${commands}, ${shell.name}`);
        await expectStopped(site, ended, 130, hooked, states, say);
      }
      judged += states.count;
    });
    return {points, tried, states: judged};
  },
};
