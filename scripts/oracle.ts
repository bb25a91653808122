// Asks the real zc.buildout about the cases of test/oracle/cases again, records its answers and shows what changed: `npm run oracle`.
// `-- --python PATH …`: other Pythons say what section conditions come to with them.
import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {isDeepStrictEqual, parseArgs} from 'node:util';
import {execute, toolBox} from '../test/harness/tools.js';
import {commandCases, commandTitle, recordCommands, recordedCommands} from '../test/oracle/commands.js';
import {
  answerFor,
  conditions,
  hostConditions,
  recordConditions,
  recordedConditions,
  targetName,
  targets,
} from '../test/oracle/conditions.js';
import {answerOf, type ConditionAnswer, differences, Oracle} from '../test/oracle/oracle.js';
import {ownCases} from '../test/oracle/own-cases.js';

const {values} = parseArgs({options: {python: {type: 'string', multiple: true}}});
const box = await toolBox('buildout');
if (box.missing) throw new Error(`zc.buildout can't be had: ${box.missing}`);
const oracle = new Oracle(box.python);
const cases = ownCases();
let changed = 0;
let different = 0;
for (const {name, program, answer, record} of cases) {
  const now = await oracle.ask(program);
  if ('harness_error' in now) throw new Error(`${name}: ${JSON.stringify(now)}`);
  if (!isDeepStrictEqual(now, answer)) {
    changed++;
    console.log(`${answer ? 'changed' : 'new'}: ${name}`);
    if (answer) console.log(`  was ${JSON.stringify(answer)}\n  is  ${JSON.stringify(now)}`);
    record(now);
  }
  for (const line of differences(program, now, await answerOf(program))) {
    different++;
    console.log(`cfgc differs: ${name}: ${line}`);
  }
}
const before = recordedCommands();
const printed: Record<string, string | null> = {};
for (const each of commandCases) {
  const title = commandTitle(each);
  const {program} = cases.find(({name}) => name === each.name)!;
  const words = [...(program.cmdline ?? []), ...(each.verbose ? ['-v'] : [])];
  printed[title] = (await oracle.output({...program, cmdline: words}, each.command, each.args)) ?? null;
  if (printed[title] === before[title]) continue;
  changed++;
  console.log(`changed: ${title}`);
}
recordCommands(printed);
const known = recordedConditions();
const answers: Record<string, ConditionAnswer[]> = Object.fromEntries(conditions.map((condition) => [condition, []]));
for (const [index, target] of targets.entries())
  for (const [at, answer] of (await oracle.conditions(conditions, target)).entries()) {
    const condition = conditions[at]!;
    answers[condition]!.push(answer);
    if (answerFor(known, condition, index) === answer) continue;
    changed++;
    console.log(`changed: [:${condition}] for ${targetName(target)}: ${String(answer)}`);
  }
recordConditions(answers);
console.log(`${conditions.length} conditions for ${targets.length} targets`);
await askPythons();
oracle.close();
console.log(
  `${cases.length} cases and ${commandCases.length} commands, ${changed} answers recorded anew, ${different} differences to cfgc`,
);
process.exitCode = different === 0 ? 0 : 1;

/** The Pythons of this machine beside the one that is made to look like each of them. */
async function askPythons(): Promise<void> {
  for (const python of [box.python, ...(values.python ?? [])]) {
    const real = new Oracle(python, {
      PYTHONPATH: join(box.folder, 'lib', await libraryOf(box.folder), 'site-packages'),
    });
    const [version = ''] = (
      await execute([python, '-c', 'import platform; print(platform.python_version())'])
    ).stdout.split('\n');
    const asked = conditions.filter((condition) => !hostConditions.includes(condition));
    const theirs = await real.conditions(asked);
    const [machine = ''] = (await execute([python, '-c', 'import platform; print(platform.machine())'])).stdout.split(
      '\n',
    );
    const target = {python: version, implementation: 'cpython', platform: `linux-${machine}`} as const;
    const imitated = await oracle.conditions(asked, target);
    const unlike = asked.filter((_, at) => theirs[at] !== imitated[at]);
    for (const condition of unlike) console.log(`  [:${condition}] is another to CPython ${version} itself`);
    different += unlike.length;
    console.log(`CPython ${version} itself: ${asked.length - unlike.length} of ${asked.length} answers the same`);
    real.close();
  }
}

async function libraryOf(folder: string): Promise<string> {
  return (await readdir(join(folder, 'lib'))).find((name) => name.startsWith('python'))!;
}
