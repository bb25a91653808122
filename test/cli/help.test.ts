/** `--help` teaches by example: every command has examples, and every example is a command line that is understood. */
import test from 'ava';
import type {Command} from 'commander';
import {buildProgram, withCommand} from '../../compiler/commands/program.js';

const program = buildProgram('1.0.0', () => {});

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

/** The words of each line that begins with `cfgc`, up to a pipe or a redirection, or to the remark behind it. */
function examples(help: string): readonly (readonly string[])[] {
  const after = help.slice(help.indexOf('Examples:'));
  return [...after.matchAll(/^ {2}cfgc (.*)$/gm)].map(([, line]) => {
    const [command] = line!.split(/ {2,}| [|>] /);
    return [...command!.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', ''));
  });
}

for (const command of program.commands) {
  test(`help: ${command.name()} has examples of itself`, (t) => {
    const commands = examples(helpOf(command)).map((words) => {
      const whole = withCommand(words, program, () => true);
      return 'wrong' in whole ? whole.wrong : whole[0];
    });
    t.true(commands.includes(command.name()), commands.join(' '));
  });
}

test('help: every example, of all commands and of cfgc itself, has a command, options and arguments that there are', (t) => {
  const all = [program, ...program.commands].flatMap((command) => examples(helpOf(command)));
  t.true(all.length > 30);
  for (const words of all) {
    const whole = withCommand(words, program, () => true);
    if (!Array.isArray(whole)) return t.fail(words.join(' '));
    const [name, ...rest] = whole as string[];
    const command = program.commands.find((each) => each.name() === name);
    if (!command) return t.fail(`\`${words.join(' ')}\` names no command`);
    const {operands, unknown} = command.parseOptions(rest);
    t.deepEqual(unknown, [], words.join(' '));
    const required = command.registeredArguments.filter(({required}) => required).length;
    t.true(operands.length >= required, `\`${words.join(' ')}\` lacks an argument`);
  }
});

test('help: cfgc tells every command, and what the exit statuses mean', (t) => {
  const help = helpOf(program);
  for (const command of program.commands) t.regex(help, new RegExp(`^  ${command.name()} .*\\S`, 'm'));
  t.regex(help, /Exit status: 0 fine, 1 .*, 2 usage, 3 .*, 70 /);
  t.true(help.split('\n').every((line) => line.length <= 120));
});
