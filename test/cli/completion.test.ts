/** The completion scripts, sourced by the real shells, asked for completions. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {dir} from 'tmp-promise';
import {completionScript} from '../../compiler/commands/completion.js';
import {buildProgram} from '../../compiler/commands/program.js';
import {testWith} from '../harness/test-with.js';
import {execute, needsProgram, projectRoot} from '../harness/tools.js';

type Name = 'bash' | 'zsh' | 'fish';

const program = buildProgram('1.0.0', () => {});
const commands = program.commands.map((command) => command.name());

/** A command line up to the cursor, and what is proposed; other proposals are no fault where they are files. */
const questions: readonly {
  readonly line: string;
  readonly has: readonly string[];
  readonly hasNot?: readonly string[];
}[] = [
  {line: 'cfgc ', has: [...commands, 'prod.cfg']},
  {line: 'cfgc gr', has: ['graph'], hasNot: ['lint', 'prod.cfg']},
  {line: 'cfgc p', has: ['prod.cfg'], hasNot: ['graph']},
  {line: 'cfgc check --f', has: ['--format'], hasNot: ['--locked']},
  {line: 'cfgc check --format ', has: ['text', 'json', 'sarif', 'github'], hasNot: ['prod.cfg', '--locked']},
  {line: 'cfgc check --format s', has: ['sarif'], hasNot: ['json']},
  {line: 'cfgc prod.cfg --lo', has: ['--locked'], hasNot: ['--format']},
  {line: 'cfgc prod.cfg --emit ', has: ['plan', 'puppet']},
  {line: 'cfgc graph --as ', has: ['text', 'dot', 'mermaid']},
  {line: 'cfgc lock --u', has: ['--update', '--user-defaults'], hasNot: ['--locked']},
  {line: 'cfgc completion ', has: ['bash', 'zsh', 'fish'], hasNot: ['prod.cfg']},
  {line: 'cfgc lint ', has: ['prod.cfg'], hasNot: ['graph']},
];

async function folder(t: ExecutionContext, shell: Name): Promise<string> {
  const made = await dir({unsafeCleanup: true});
  t.teardown(() => made.cleanup());
  const here = join(made.path, 'site');
  mkdirSync(here);
  writeFileSync(join(here, 'prod.cfg'), '');
  writeFileSync(join(here, `c.${shell}`), completionScript(program, shell));
  return here;
}

async function ask(shell: Name, here: string, line: string): Promise<readonly string[]> {
  const env = {PATH: process.env.PATH, HOME: here, TERM: 'dumb', LC_ALL: 'C'};
  const words = line.split(' ');
  const commandLines: Readonly<Record<Name, readonly string[]>> = {
    bash: [
      'bash',
      '--norc',
      '-c',
      'source ./c.bash; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cfgc; printf "%s\\n" "${COMPREPLY[@]}"',
      'x',
      'x',
      ...words,
    ],
    zsh: ['zsh', '-f', join(projectRoot, 'test/cli/zsh-complete.zsh'), here, line],
    fish: ['fish', '--no-config', '-c', `source ./c.fish; complete -C '${line}'`],
  };
  const {status, stdout, stderr} = await execute(commandLines[shell], {cwd: here, env, timeoutMs: 120_000});
  if (status !== 0 || stderr !== '') throw new Error(`${shell} ended with ${status}: ${stderr}`);
  return stdout.split('\n').map((proposed) => proposed.split('\t')[0]!.trim());
}

for (const shell of ['bash', 'zsh', 'fish'] as const) {
  testWith(needsProgram(shell))(`completion: ${shell} proposes commands, options, values and profiles`, async (t) => {
    const here = await folder(t, shell);
    for (const {line, has, hasNot = []} of questions) {
      const proposed = await ask(shell, here, line);
      for (const word of has) t.true(proposed.includes(word), `\`${line}\` proposes ${word}: ${proposed.join(' ')}`);
      for (const word of hasNot) t.false(proposed.includes(word), `\`${line}\` does not propose ${word}`);
    }
  });
}

test('completion: every script knows every command and every option', (t) => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const script = completionScript(program, shell);
    for (const command of program.commands)
      for (const {long} of command.options)
        t.true(
          script.includes(shell === 'fish' ? ` -l ${long!.slice(2)}` : long!),
          `${shell}: ${command.name()} ${long}`,
        );
  }
});
