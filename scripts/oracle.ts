// Asks the real zc.buildout about the cases of test/oracle/cases again, records its answers and shows what changed: `npm run oracle`.
import {isDeepStrictEqual} from 'node:util';
import {toolBox} from '../test/harness/tools.js';
import {commandCases, commandTitle, recordCommands, recordedCommands} from '../test/oracle/commands.js';
import {answerOf, differences, Oracle} from '../test/oracle/oracle.js';
import {ownCases} from '../test/oracle/own-cases.js';

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
oracle.close();
console.log(
  `${cases.length} cases and ${commandCases.length} commands, ${changed} answers recorded anew, ${different} differences to cfgc`,
);
process.exitCode = different === 0 ? 0 : 1;
