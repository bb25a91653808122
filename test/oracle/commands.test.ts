/** `cfgc annotate` and `cfgc query` beside what the commands of zc.buildout 6.0.1 printed. */
import {existsSync} from 'node:fs';
import {cp, mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {withDir} from 'tmp-promise';
import {execute, projectRoot} from '../harness/tools.js';
import {type CommandCase, commandCases, commandTitle, recordedCommands} from './commands.js';
import {withoutLines} from './oracle.js';
import {ownCases} from './own-cases.js';

const recorded = recordedCommands();
const cases = new Map(ownCases().map((each) => [each.name, each]));

for (const each of commandCases)
  test(commandTitle(each), async (t) => {
    const theirs = recorded[commandTitle(each)];
    if (theirs === undefined) return t.fail('not recorded: npm run oracle');
    await withDir(
      async ({path}) => {
        const {status, stdout} = await run(each, path);
        if (theirs === null) return t.is(status, 2);
        t.is(plain(stdout, path), plain(theirs, '@ROOT@'));
      },
      {unsafeCleanup: true},
    );
  });

async function run({name, verbose, command, args}: CommandCase, folder: string): ReturnType<typeof execute> {
  const from = join(projectRoot, 'test/oracle/cases', name);
  await cp(from, join(folder, 'case'), {recursive: true});
  await mkdir(join(folder, 'home'));
  if (existsSync(join(from, 'home'))) await cp(join(from, 'home'), join(folder, 'home/.buildout'), {recursive: true});
  const {cmdline = []} = cases.get(name)!.program;
  const words = [
    ...[command, 'a.cfg', '--user-defaults', '--offline', ...(verbose ? ['-v'] : [])],
    ...(command === 'query' ? ['--raw'] : []),
    ...args.flatMap((arg) => ['-s', arg]),
    ...cmdline.filter((word) => !word.startsWith('-')),
  ];
  return execute([process.execPath, join(projectRoot, 'dist/cfgc.cjs'), ...words], {
    cwd: join(folder, 'case'),
    env: {...process.env, HOME: join(folder, 'home'), BUILDOUT_HOME: join(folder, 'home/.buildout')},
  });
}

/** Without what belongs to the machine, and without the option that `-v` itself is to buildout. */
function plain(output: string, root: string): string {
  return withoutLines(output)
    .replaceAll(`${root}/case`, '@ROOT@')
    .replaceAll(/(?:@HOME@|\S*\/home|\.\.\/home)\/\.buildout/g, '@HOME@/.buildout')
    .replaceAll(/^((?:executable| {3}SET VALUE) ?= )(?:@PYTHON@|python3)$/gm, '$1@PYTHON@')
    .replace(/^verbosity= \d+\n\n {3}AS COMMAND_LINE_VALUE\n {3}SET VALUE = \d+\n\n/m, '');
}
