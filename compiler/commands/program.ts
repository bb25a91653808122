import {Argument, Command, Help, InvalidArgumentError, Option} from 'commander';
import {nearest} from '../util/nearest.js';
import type {EditOptions} from './edit-command.js';
import type {InitOptions} from './init-command.js';
import {type CompileOptions, emitKinds, type ReadOptions} from './options.js';
import type {QueryOptions} from './query-command.js';

/**
 * The command line. The work of each command is in a module of its own, loaded when it runs: a start costs nothing else.
 * @param done  told the exit status of the command
 */
export function buildProgram(version: string, done: (status: number) => void): Command {
  const program = new Command('cfgc')
    .description('Compiles buildout .cfg files into one POSIX shell release script and a Makefile.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .usage('FILE -o release.sh [section:option=value …]\n       cfgc COMMAND …')
    .configureHelp({
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(shownArgument)].join(' ').trim(),
      optionDescription: (option) =>
        Array.isArray(option.defaultValue) ? option.description : plainHelp.optionDescription(option),
    })
    .showSuggestionAfterError()
    .showHelpAfterError('run `cfgc --help` for examples')
    .exitOverride()
    .addHelpText('after', helpOfCfgc);

  const add = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .exitOverride()
      .showHelpAfterError(`run \`cfgc ${name} --help\` for examples`);

  reading(add('compile', 'write the release script and the Makefile; also without the word: cfgc FILE …'))
    .option('-o, --output <file>', 'where the script goes; the Makefile lies beside it')
    .addOption(
      new Option('--emit <kind>', 'write something else than the script, to -o or standard output').choices(emitKinds),
    )
    .option('--locked', 'fail where the lock is not fresh, instead of making it anew')
    .addHelpText(
      'after',
      `
Examples:
  cfgc prod.cfg -o release.sh                        the script, and Makefile beside it
  cfgc prod.cfg -o release.sh --locked               in CI: as the committed lock says, or not at all
  cfgc prod.cfg -o release.sh release:version=1.4.0  an option given here wins over the files
  cfgc prod.cfg --emit plan                          everything the script would do, as JSON
  cfgc prod.cfg --emit puppet -o init.pp             a Puppet class that runs the release`,
    )
    .action(async (file: string, assignments: string[], options: CompileOptions) => {
      const {compileCommand} = await import('./compile-command.js');
      done(await compileCommand(file, assignments, options, version));
    });

  reading(add('check', 'check a profile and write nothing'))
    .option('--locked', 'the lock must be fresh too')
    .addHelpText(
      'after',
      `
Examples:
  cfgc check prod.cfg                    all that is wrong, by file and line
  cfgc check prod.cfg --offline          with remote files as they were the last time
  cfgc check prod.cfg --map URL=old.cfg  with a file in place of a URL whose host is gone
  cfgc check prod.cfg --format sarif     for code scanning
  cfgc check prod.cfg --format github    annotations of a pull request`,
    )
    .action(async (file: string, assignments: string[], options: CompileOptions) => {
      const {checkCommand} = await import('./check-command.js');
      done(await checkCommand(file, assignments, options, version));
    });

  reading(add('init', 'write a first prod.cfg for an existing buildout'), false)
    .argument('<file>', 'the profile that the production host runs today')
    .option('-o, --output <file>', 'the new profile; prod.cfg beside the old one where it is not given')
    .addHelpText(
      'after',
      `
Examples:
  cfgc init buildout.cfg                          prod.cfg beside it, and what is left to decide
  cfgc init production.cfg -o release-prod.cfg    where there is a prod.cfg: nothing is overwritten`,
    )
    .action(async (file: string, options: InitOptions) => {
      const {initCommand} = await import('./init-command.js');
      done(await initCommand(file, options, version));
    });

  reading(add('query', 'print options with their values, as buildout would see them'))
    .option('-s, --select <what>', 'one section, section:option, or an option of [buildout]', collect, [])
    .option('-v, --verbose', '${section:option} above a value')
    .option('--raw', 'values as written, without substitution: what bin/buildout query prints')
    .addHelpText(
      'after',
      `
Examples:
  cfgc query prod.cfg                            every section
  cfgc query prod.cfg -s instance                one section
  cfgc query prod.cfg -s instance:http-address   one value, and nothing else
  cfgc query prod.cfg --format json              for a program`,
    )
    .action(async (file: string, assignments: string[], options: QueryOptions) => {
      const {queryCommand} = await import('./query-command.js');
      done(await queryCommand(file, assignments, options));
    });

  reading(add('annotate', 'print options with every file and line that had a part in their values'))
    .option('-s, --select <section>', 'only this section', collect, [])
    .option('-v, --verbose', 'all that was ever done to a value, not only since it was last set')
    .addHelpText(
      'after',
      `
Examples:
  cfgc annotate prod.cfg
  cfgc annotate prod.cfg -s versions     who pins what
  cfgc annotate prod.cfg buildout:newest=true`,
    )
    .action(async (file: string, assignments: string[], options: QueryOptions) => {
      const {annotateCommand} = await import('./query-command.js');
      done(await annotateCommand(file, assignments, options));
    });

  reading(
    program
      .command('explain [what] [file] [assignments...]')
      .description('explain a diagnostic, or where the value of an option comes from')
      .exitOverride(),
    false,
  )
    .addHelpText(
      'after',
      `
Examples:
  cfgc explain                                  every diagnostic, a line each
  cfgc explain CFG412                           what it means, and what to do
  cfgc explain release:keep                     a setting of cfgc
  cfgc explain instance:http-address prod.cfg   the story of a value: files, lines, macros`,
    )
    .action(async (what: string | undefined, file: string | undefined, assignments: string[], options: ReadOptions) => {
      const {explainCommand} = await import('./explain-command.js');
      done(await explainCommand(what, file, assignments, options));
    });

  reading(add('graph', 'draw which file extends which, and which part uses which'))
    .addOption(new Option('--as <form>', 'the form').choices(['text', 'dot', 'mermaid']).default('text'))
    .addHelpText(
      'after',
      `
Examples:
  cfgc graph prod.cfg
  cfgc graph prod.cfg --as dot | dot -Tsvg > graph.svg
  cfgc graph prod.cfg --as mermaid`,
    )
    .action(async (file: string, assignments: string[], options: ReadOptions & {as: 'text' | 'dot' | 'mermaid'}) => {
      const {graphCommand} = await import('./graph-command.js');
      done(await graphCommand(file, assignments, options));
    });

  reading(add('diff', 'compare what two profiles mean, not how they are written'), false)
    .argument('<before>', 'a profile; REVISION:FILE reads it from git')
    .argument('<after>', 'a profile; REVISION:FILE reads it from git')
    .option('--exit-code', 'end with 1 where they differ')
    .addHelpText(
      'after',
      `
Examples:
  cfgc diff prod.cfg staging.cfg
  cfgc diff HEAD~1:prod.cfg prod.cfg    what the last commit changed
  cfgc diff v1.3:prod.cfg v1.4:prod.cfg`,
    )
    .action(async (before: string, after: string, options: ReadOptions & {exitCode?: boolean}) => {
      const {diffCommand} = await import('./diff-command.js');
      done(await diffCommand(before, after, options));
    });

  reading(add('lint', 'find what is legal and most likely wrong'))
    .addHelpText(
      'after',
      `
Examples:
  cfgc lint prod.cfg                    unused pins and sections, parts never built, shadowed values, http://, …
  cfgc lint prod.cfg --format github    annotations of a pull request
  cfgc explain shadowed-value           what one of them means`,
    )
    .action(async (file: string, assignments: string[], options: ReadOptions) => {
      const {lintCommand} = await import('./lint-command.js');
      done(await lintCommand(file, assignments, options, version));
    });

  reading(add('lock', 'make the lock where it is not fresh'))
    .option('--update', 'take remote files and downloads that changed as they are now')
    .option('--locked', 'only look: fail where the lock is not fresh')
    .addHelpText(
      'after',
      `
Examples:
  cfgc lock prod.cfg            pylock.prod.toml beside the profile, from the pins
  cfgc lock prod.cfg --locked   in CI: is the committed lock fresh?`,
    )
    .action(async (file: string, assignments: string[], options: CompileOptions & {update?: boolean}) => {
      const {lockCommand} = await import('./lock-command.js');
      done(await lockCommand(file, assignments, options, version));
    });

  reading(add('add', 'add a distribution to a file, with pins for all that it needs'), false)
    .argument('<distribution>', 'its name, with extras or ==VERSION where one wants to')
    .requiredOption('--to <file>', 'the file that is edited; its layout and comments stay')
    .option('--section <name>', 'whose eggs; found where it is not given')
    .option('--profile <file>', 'the profile that the file belongs to; prod.cfg beside it where it is not given')
    .addHelpText(
      'after',
      `
Examples:
  cfgc add collective.easyform --to custom.cfg
  cfgc add "Pillow==11.3.0" --to custom.cfg --section instance-base`,
    )
    .action(async (distribution: string, options: EditOptions) => {
      const {editCommand} = await import('./edit-command.js');
      done(await editCommand('add', distribution, options, version));
    });

  reading(add('remove', 'take a distribution out of a file, with the pins that nothing needs any more'), false)
    .argument('<distribution>', 'its name')
    .requiredOption('--from <file>', 'the file that is edited')
    .option('--profile <file>', 'the profile that the file belongs to; prod.cfg beside it where it is not given')
    .addHelpText(
      'after',
      `
Examples:
  cfgc remove collective.easyform --from custom.cfg`,
    )
    .action(async (distribution: string, options: Omit<EditOptions, 'to'> & {from: string}) => {
      const {editCommand} = await import('./edit-command.js');
      done(await editCommand('remove', distribution, {...options, to: options.from}, version));
    });

  reading(add('vendor', 'copy the remote files beside the profile, and rewrite what extends them'))
    .option('--into <folder>', 'the folder for the copies, below that of the profile', 'vendor')
    .option('--force', 'replace copies that differ')
    .addHelpText(
      'after',
      `
Examples:
  cfgc vendor prod.cfg                        vendor/HOST/PATH for each URL, extends rewritten
  cfgc vendor prod.cfg --into copies          another folder
  cfgc vendor prod.cfg --map URL=old.cfg      with a copy of a file whose host is gone`,
    )
    .action(async (file: string, assignments: string[], options: ReadOptions & {into: string; force?: boolean}) => {
      const {vendorCommand} = await import('./vendor-command.js');
      done(await vendorCommand(file, assignments, options));
    });

  add('completion', 'print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'which').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
Examples:
  cfgc completion bash > ~/.local/share/bash-completion/completions/cfgc
  cfgc completion zsh > "\${fpath[1]}/_cfgc"
  cfgc completion fish > ~/.config/fish/completions/cfgc.fish`,
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const {completionScript} = await import('./completion.js');
      process.stdout.write(completionScript(program, shell));
    });

  return program;
}

/**
 * Words of a command line with the command put in where a file stands in its place: `cfgc prod.cfg …` is
 * `cfgc compile prod.cfg …`. A misspelt command, which is no file either, is said.
 */
export function withCommand(
  words: readonly string[],
  program: Command,
  isFile: (path: string) => boolean,
): readonly string[] | {readonly wrong: string} {
  const [first] = words;
  if (first === undefined) return ['--help'];
  const known = [...program.commands.map((command) => command.name()), 'help'];
  if (known.includes(first) || ['-h', '--help', '-V', '--version'].includes(first)) return words;
  const near = nearest(first, known);
  if (near !== undefined && !isFile(first))
    return {wrong: `there is no command \`${first}\`; did you mean \`${near}\`?`};
  return ['compile', ...words];
}

function reading(command: Command, withFile = true): Command {
  if (withFile) {
    command.argument('<file>', 'the profile').argument('[assignments...]', 'section:option=value, also += and -=');
  }
  return command
    .addOption(
      new Option('--format <format>', 'of diagnostics').choices(['text', 'json', 'sarif', 'github']).default('text'),
    )
    .option(
      '--max-diagnostics <count>',
      'how many of a kind are shown in a file, as text; 0 for all; the other formats hold all',
      wholeNumber,
      50,
    )
    .option('--offline', 'ask no host: remote files come from the cache, the lock must be there')
    .option(
      '--assume <condition=answer>',
      'answer a condition that only a host could: --assume "os.path.isdir(\'/x\')=true"',
      collect,
      [],
    )
    .option('--map <url=path>', 'read a file in place of a URL', collect, [])
    .option('--user-defaults', 'read ~/.buildout/default.cfg, as buildout does')
    .option('--ignore-extension <name>', 'go on as if the extension were not there', collect, [])
    .option('--allow-dirty', 'compile files that are not committed')
    .option('--color', 'colour, also where there is no terminal')
    .option('--no-color', 'no colour');
}

const plainHelp = new Help();

/** In the list of commands: what is given most of the time. */
function shownArgument(argument: Argument): string {
  if (argument.variadic) return '';
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('It is no whole number.');
  return Number(value);
}

const helpOfCfgc = `
Examples:
  cfgc prod.cfg -o release.sh           compile: writes release.sh, and Makefile beside it
  sh release.sh plan                    on the host: what would change; changes nothing
  sh release.sh deploy                  backup, build, switch, restart, verify
  sh release.sh rollback                back to the release before; nothing is built

  cfgc check prod.cfg                   all that is wrong, and what to write instead
  cfgc explain CFG412                   what a diagnostic means
  cfgc explain instance:user prod.cfg   where a value comes from
  cfgc diff HEAD~1:prod.cfg prod.cfg    what a change means

Exit status: 0 fine, 1 errors in the files, 2 usage, 3 no network or no tool, 70 a defect of cfgc.`;
