/**
 * A deploy that is killed with SIGKILL, the whole process group at once: as each step begins, before each external command that
 * it runs, and, under bash, before each line of the script that it comes to, builtins and redirections included.
 */
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {findProgram, needsProgram} from '../../harness/tools.js';
import {collector, type Fault, makeShims, makeSite, runGroup, tree, withoutVirtualenv} from './site.js';

export const killedAtCommands: Fault = {
  name: 'SIGKILL before an external command',
  try: async (bounded) => {
    const site = await makeSite({release: {data: 'each_environment() { "$@" main; }'}});
    const {lost, sayer} = collector();
    const count = join(site.host.folder, 'count');
    const path = await makeShims(site.host.folder, site.python);
    const deploy = async (at: number) => {
      await site.reset();
      await writeFile(count, '');
      const env = {...site.env, PATH: path, FAULT_AT: String(at), FAULT_COUNT: count, FAULT_SIGNAL: 'KILL'};
      return runGroup([...site.shell.command, site.two, 'deploy'], env);
    };
    await deploy(1_000_000);
    if ((await site.host.current()) !== '1.1.0')
      throw new Error('the deploy that nobody kills does not come to its end');
    const points = (await readFile(count, 'utf8')).length;
    let tried = 0;
    for (let at = 1; at <= points; at += bounded ? 30 : 1) {
      if (!(await deploy(at)).killed) continue;
      tried += 1;
      await site.judge(sayer(`before command ${at} of ${points}`));
    }
    return {tried, lost};
  },
};

export const killedAtSteps: Fault = {
  name: 'SIGKILL as a step begins',
  try: async (bounded) => {
    const site = await makeSite({
      release: {
        instead: `${withoutVirtualenv}
log_step() {
    STEP=$3
    [ "$3" != "\${FAULT_STEP:-}" ] || kill -KILL 0
}`,
      },
    });
    const {lost, sayer} = collector();
    const steps = (await site.host.run(site.shell, site.two, ['steps'])).stdout.trim().split('\n');
    let tried = 0;
    for (const [index, step] of steps.entries()) {
      if (bounded && index % 3 !== 1) continue;
      await site.reset();
      const env = {...site.env, PATH: process.env.PATH, FAULT_STEP: step};
      const ended = await runGroup([...site.shell.command, site.two, 'deploy'], env);
      const say = sayer(`as ${step} begins`);
      if (!ended.killed) say(`it was not killed: ${ended.stderr}`);
      tried += 1;
      await site.judge(say);
    }
    return {tried, lost};
  },
};

export const killedAtLines: Fault = {
  name: 'SIGKILL at a line of the script',
  missing: needsProgram('bash'),
  try: async (bounded) => {
    // Making a virtualenv is one line of the script, and the commands of it are tried above.
    const site = await makeSite({release: {instead: withoutVirtualenv}});
    const {lost, sayer} = collector();
    const seen = join(site.host.folder, 'lines');
    const trap = join(site.host.folder, 'trap.sh');
    await writeFile(
      trap,
      `set -T
trap 'if [ -n "\${FAULT_SEEN:-}" ]; then echo "$LINENO" >>"$FAULT_SEEN"; elif [ "$LINENO" = "$FAULT_LINE" ]; then kill -KILL 0; fi' DEBUG
`,
    );
    const deploy = async (more: Readonly<Record<string, string>>) => {
      await site.reset();
      const env = {...site.env, PATH: process.env.PATH, BASH_ENV: trap, ...more};
      return runGroup([findProgram('bash')!, site.two, 'deploy'], env);
    };
    const whole = await deploy({FAULT_SEEN: seen});
    if (whole.status !== 0) throw new Error(whole.stderr);
    await tree(site.host.prefix);
    // In the order in which the deploy first comes to them.
    const lines = [...new Set((await readFile(seen, 'utf8')).split('\n').filter(Boolean))];
    let tried = 0;
    for (let at = 0; at < lines.length; at += bounded ? 90 : 1) {
      if (!(await deploy({FAULT_LINE: lines[at]!})).killed) continue;
      tried += 1;
      await site.judge(sayer(`at line ${lines[at]}`));
    }
    return {tried, lost};
  },
};
