import type {Command, Option} from 'commander';

/** A completion script: commands, their options, the values of options that have a list, else `.cfg` files. */
export function completionScript(program: Command, shell: 'bash' | 'zsh' | 'fish'): string {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: command.options,
    choices: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  }));
  if (shell === 'bash') return bash(commands);
  return shell === 'zsh' ? zsh(commands) : fish(commands);
}

interface Completed {
  readonly name: string;
  readonly description: string;
  readonly options: readonly Option[];
  readonly choices: readonly string[];
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(({name, options, choices}) => {
    const values = options.filter(({required}) => required);
    const lists = values.map(
      (option) =>
        `                ${flags([option]).join('|')}) ${option.argChoices ? `words='${option.argChoices.join(' ')}' files=` : 'files=any'} ;;`,
    );
    const nothing = choices.length > 0 ? ' files=' : '';
    return `            ${name})
                options='${flags(options).join(' ')}'
                words='${choices.join(' ')}'${nothing}
                case $prev in
${lists.join('\n')}
                esac
                ;;`;
  });
  return `# bash completion for cfgc
_cfgc() {
    local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
    local options='--help --version' words='' files=profiles
    if [ "$COMP_CWORD" -eq 1 ]; then
        words='${commands.map(({name}) => name).join(' ')} help'
    else
        case $command in
            *.cfg) command=compile ;;
        esac
        case $command in
            help) words='${commands.map(({name}) => name).join(' ')}' files= ;;
${cases.join('\n')}
        esac
    fi
    case $cur in
        -*) words=$options files= ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    local IFS=$'\n'
    case $files in
        profiles) COMPREPLY+=($(compgen -f -X '!*.cfg' -- "$cur") $(compgen -d -- "$cur")) ;;
        any) COMPREPLY=($(compgen -f -- "$cur")) ;;
    esac
}
complete -o filenames -F _cfgc cfgc
`;
}

function zsh(commands: readonly Completed[]): string {
  const cases = commands.map(({name, options, choices}) => {
    const specs = options.flatMap((option) => zshSpecs(option));
    const rest = choices.length > 0 ? `':which:(${choices.join(' ')})'` : `'*:profile:_files -g "*.cfg"'`;
    return `        ${name})\n            _arguments -S ${[...specs, rest].join(' \\\n                ')} ;;`;
  });
  return `#compdef cfgc
_cfgc() {
    local -a commands
    commands=(
${commands.map(({name, description}) => `        '${name}:${zshQuote(description).replaceAll(':', '\\:')}'`).join('\n')}
    )
    if (( CURRENT == 2 )); then
        _describe command commands
        _files -g '*.cfg'
        return
    fi
    local command=$words[2]
    [[ $command == *.cfg ]] && command=compile
    # What follows is the command's: it must not count as an argument of its own.
    shift words
    (( CURRENT-- ))
    case $command in
        help)
            _describe command commands ;;
${cases.join('\n')}
    esac
}
# Loaded by compinit from fpath it is called at once; sourced it is bound.
if [[ $funcstack[1] == _cfgc ]]; then
    _cfgc "$@"
else
    compdef _cfgc cfgc
fi
`;
}

function zshSpecs(option: Option): readonly string[] {
  const value = option.required ? `:value:${option.argChoices ? `(${option.argChoices.join(' ')})` : '_files'}` : '';
  const text = zshQuote(option.description).replaceAll('[', '\\[').replaceAll(']', '\\]').replaceAll(':', '\\:');
  return flags([option]).map((flag) => `'${flag}[${text}]${value}'`);
}

function zshQuote(words: string): string {
  return words.replaceAll("'", "'\\''");
}

function fish(commands: readonly Completed[]): string {
  const quote = (words: string): string => `'${words.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const out = [
    '# fish completion for cfgc',
    'complete -c cfgc -f',
    "complete -c cfgc -n 'not __fish_seen_subcommand_from completion help' -a '(__fish_complete_suffix .cfg)'",
  ];
  for (const {name, description, options, choices} of commands) {
    out.push(`complete -c cfgc -n __fish_use_subcommand -a ${name} -d ${quote(description)}`);
    const others = commands.map((other) => other.name).filter((other) => other !== 'compile');
    // A file in place of a command compiles it.
    const here =
      name === 'compile'
        ? `-n 'not __fish_seen_subcommand_from ${others.join(' ')}'`
        : `-n '__fish_seen_subcommand_from ${name}'`;
    for (const choice of choices) out.push(`complete -c cfgc ${here} -a ${choice}`);
    for (const option of options) {
      const short = option.short ? ` -s ${option.short.slice(1)}` : '';
      const value = option.required ? (option.argChoices ? ` -x -a ${quote(option.argChoices.join(' '))}` : ' -r') : '';
      out.push(`complete -c cfgc ${here} -l ${option.long!.slice(2)}${short}${value} -d ${quote(option.description)}`);
    }
  }
  return `${out.join('\n')}\n`;
}

function flags(options: readonly Option[]): readonly string[] {
  return options.flatMap(({short, long}) => [short, long].filter((flag) => flag !== undefined));
}
