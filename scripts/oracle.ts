// Asks the real zc.buildout about the cases of test/oracle/cases again, records its answers and shows what changed: `npm run oracle`.
// `-- --python PATH …`: other Pythons say what section conditions come to with them; `--pyodide FOLDER`: that package's, which is 3.14.
import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {isDeepStrictEqual, parseArgs} from 'node:util';
import type {Target} from '../compiler/model/settings.js';
import {execute, projectRoot, toolBox} from '../test/harness/tools.js';
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
import {
  languageAnswers,
  languageConditions,
  languages,
  leftConditions,
  newerConditions,
  recordLanguages,
} from '../test/oracle/languages.js';
import {answerOf, answersTo, type ConditionAnswer, differences, Oracle} from '../test/oracle/oracle.js';
import {ownCases} from '../test/oracle/own-cases.js';

const tellPython = `
import importlib.util, json, platform, sys
try:
    buildout = importlib.util.find_spec("zc.buildout") is not None
except ImportError:
    buildout = False
print(json.dumps({"version": platform.python_version(), "implementation": sys.implementation.name,
                  "machine": platform.machine(), "buildout": buildout}))`;

const {values} = parseArgs({options: {python: {type: 'string', multiple: true}, pyodide: {type: 'string'}}});
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

/** Pythons themselves, beside the one that is made to look like each of them: of targets, and of their own language. */
async function askPythons(): Promise<void> {
  const libraries = join(box.folder, 'lib', await libraryOf(box.folder), 'site-packages');
  const answers: Record<string, readonly ConditionAnswer[]> = {};
  for (const python of [box.python, ...(values.python ?? [])]) {
    const facts = JSON.parse((await execute([python, '-c', tellPython])).stdout) as PythonFacts;
    const {version, implementation, machine} = facts;
    const real = new Oracle(python, facts.buildout ? {} : {PYTHONPATH: libraries});
    const name = implementation === 'pypy' ? 'pypy' : version.split('.').slice(0, 2).join('.');
    const target: Target = {python: version, implementation, platform: `linux-${machine}`};
    // A PyPy that is older than any target is made to look like one of 3.10.
    if (name === 'pypy') await compareTarget(real, `PyPy ${version}`, languages.pypy!, true);
    else await compareTarget(real, `CPython ${version}`, target, false);
    if (languages[name]) answers[name] = await real.conditions(languageConditions(), languages[name]);
    real.close();
  }
  if (values.pyodide) {
    const script = join(projectRoot, 'dist/test/oracle/pyodide.js');
    const real = new Oracle(box.python, {}, [process.execPath, script, values.pyodide, libraries]);
    await compareTarget(real, 'CPython 3.14 in WebAssembly', languages['3.14']!, true);
    answers['3.14'] = await real.conditions(languageConditions(), languages['3.14']!);
    real.close();
  }
  recordLanguages(answers);
  compareLanguages(Object.keys(answers));
}

interface PythonFacts {
  readonly version: string;
  readonly implementation: 'cpython' | 'pypy';
  readonly machine: string;
  /** Whether it has a zc.buildout of its own. */
  readonly buildout: boolean;
}

/** @param dressed  whether the real one has to be made to look like the target's machine, too */
async function compareTarget(real: Oracle, title: string, target: Target, dressed: boolean): Promise<void> {
  const asked = conditions.filter((condition) => !hostConditions.includes(condition));
  const theirs = await real.conditions(asked, dressed ? target : undefined);
  const imitated = await oracle.conditions(asked, target);
  const unlike = asked.filter((_, at) => theirs[at] !== imitated[at]);
  for (const condition of unlike) console.log(`  [:${condition}] is another to ${title} itself`);
  different += unlike.length;
  console.log(`${title} itself: ${asked.length - unlike.length} of ${asked.length} answers the same`);
}

function compareLanguages(names: readonly string[]): void {
  const all = languageConditions();
  const [left, newer] = [leftConditions(), newerConditions()];
  for (const name of names) {
    const recorded = languageAnswers(name);
    const ours = answersTo(all, languages[name]);
    const unlike = all.filter(
      (condition, at) =>
        ours[at] !== recorded(condition) &&
        !(ours[at] === 'Undecidable' && left.has(condition)) &&
        !(name === 'pypy' && newer.has(condition)),
    );
    for (const condition of unlike)
      console.log(`cfgc differs: [:${condition}] is ${String(recorded(condition))} to ${name}`);
    different += unlike.length;
    console.log(`${all.length} conditions in the language of ${name}`);
  }
}

async function libraryOf(folder: string): Promise<string> {
  return (await readdir(join(folder, 'lib'))).find((name) => name.startsWith('python'))!;
}
