/**
 * cfgc's answers in the form in which the recorded answers of zc.buildout stand: one JSON object a file.
 * Paths of the machine are replaced as there: `@ROOT@`, `@HOME@`, `@PYTHON@`.
 */
import {resolveLiteral} from '../../compiler/compile.js';
import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import type {Io} from '../../compiler/io.js';
import {load} from '../../compiler/load/load.js';
import {merge} from '../../compiler/merge/merge.js';
import type {CfgFile} from '../../compiler/model/cfg-file.js';
import type {Config, HistoryItem, Resolved} from '../../compiler/model/config.js';
import type {Assignment} from '../../compiler/model/graph.js';
import type {Target} from '../../compiler/model/settings.js';
import {parseCfg} from '../../compiler/parse/parse.js';
import {resolve} from '../../compiler/resolve/resolve.js';
import {dirname, isUrl, normalisePath} from '../../compiler/util/path.js';
import {compareStrings, words} from '../../compiler/util/python-string.js';
import {show} from '../../compiler/util/text.js';

/** cfgc takes `x/..` out of paths, so that a file is one however it is reached; buildout's answers keep every spelling. */
export function plainPath(path: string): string {
  if (isUrl(path)) return path;
  // What stands for the folder of a question is two levels deep, so that `..` leads somewhere.
  const [above, root] = ['/@BASE@/above', '/@BASE@/above/root'];
  const whole = path.startsWith('@ROOT@') ? root + path.slice(6) : path.startsWith('@') ? path : `${root}/${path}`;
  const plain = normalisePath(whole);
  return plain === root || plain.startsWith(`${root}/`)
    ? `@ROOT@${plain.slice(root.length)}`
    : plain.startsWith(above)
      ? plain.slice(1)
      : plain;
}

/** What the recorded answers were given for. */
export const oracleTarget: Target = {python: '3.11.7', implementation: 'cpython', platform: 'linux-x86_64'};

export type Value = string | {readonly error: Failure};

export interface Failure {
  readonly class: string;
  readonly message?: string;
  readonly part?: string;
  readonly line?: number;
  readonly lines?: readonly (readonly [number, string])[];
}

/** A recorded answer, or cfgc's own. */
export interface Answer {
  readonly file?: string;
  readonly status?: 'ok' | 'error';
  readonly error?: Failure;
  readonly files?: readonly string[];
  readonly notes?: readonly string[];
  readonly parts?: readonly string[];
  readonly order?: readonly string[];
  readonly install_error?: Failure;
  readonly partial?: boolean;
  /** The classes of all errors that cfgc found; buildout stops at one. */
  readonly errors?: readonly string[];
  readonly sections?: readonly (readonly [
    string,
    readonly (readonly [string, Value, (string | null)?])[],
    {readonly error: Failure}?,
  ])[];
}

const classes: Readonly<Record<string, string>> = {
  CFG001: 'FileNotFoundError',
  CFG002: 'OSError',
  CFG003: 'UnicodeDecodeError',
  CFG004: 'UserError',
  CFG005: 'UserError',
  CFG006: 'UserError',
  CFG008: 'UserError',
  CFG009: 'UserError',
  CFG101: 'MissingSectionHeaderError',
  CFG102: 'ParsingError',
  CFG103: 'MissingSectionHeaderError',
  CFG104: 'NameError',
  CFG105: 'SyntaxError',
  CFG106: 'Undecidable',
  CFG201: 'KeyError',
  CFG202: 'IndexError',
  CFG203: 'UserError',
  CFG301: 'MissingSection',
  CFG302: 'MissingOption',
  CFG303: 'UserError',
  CFG304: 'UserError',
  CFG305: 'UserError',
  CFG306: 'UserError',
  CFG307: 'ValueError',
  CFG308: 'MissingOption',
  CFG309: 'UserError',
};

/** The class of error that buildout raises for a diagnostic; undefined for what only cfgc says. */
export function errorClass({kind, message, primary}: Diagnostic): string | undefined {
  if (kind.severity === 'warning' || kind.severity === 'note') return undefined;
  if (kind.id === 'CFG009' && message.includes('substitution')) return 'ValueError';
  if (kind.id === 'CFG107' || kind.id === 'CFG105')
    return / in Python$/.exec(primary!.text) ? primary!.text.slice(0, -10) : 'SyntaxError';
  if (kind.id === 'CFG305' && message.endsWith('has an empty name')) return 'IndexError';
  return classes[kind.id] ?? kind.id;
}

/** What buildout raises where several lines are wrong: the first that stops it at once, else all bad lines together. */
export function firstError(diagnostics: readonly Diagnostic[]): Failure | undefined {
  const found = diagnostics.map((diagnostic) => ({diagnostic, class: errorClass(diagnostic)}));
  const errors = found.filter((each) => each.class !== undefined);
  const source = errors[0]?.diagnostic.primary?.span.source;
  const first =
    errors.find(
      (each) =>
        each.class !== 'ParsingError' && each.diagnostic.primary?.span.source === source && isOfText(each.diagnostic),
    ) ?? errors[0];
  return first && {class: first.class!, message: first.diagnostic.message};
}

function isOfText({kind}: Diagnostic): boolean {
  return kind.id.startsWith('CFG1');
}

export function parseAnswer(
  path: string,
  text: string,
  normal: (text: string) => string,
  {target = oracleTarget, assume}: {readonly target?: Target; readonly assume?: ReadonlyMap<string, boolean>} = {},
): Answer {
  const diagnostics: Diagnostic[] = [];
  const file = parseCfg({name: path, path, text}, target, (diagnostic) => diagnostics.push(diagnostic), assume);
  const error = firstError(diagnostics);
  if (error) return {error};
  return {
    sections: sectionsOf(file).map(([name, rows]) => [name, rows.map(([key, value]) => [key, normal(value)] as const)]),
  };
}

function sectionsOf(file: CfgFile): [string, [string, string][]][] {
  return file.sections.map(({name, options}) => [name, options.map(({key, value}) => [key, value])]);
}

export interface Question {
  /** Absolute path of the profile. */
  readonly path: string;
  readonly io: Io;
  readonly home: string;
  readonly executable: string;
  readonly commandLine?: readonly string[];
  readonly extendsCache?: string;
  /** Relative names of the file's folder are not the process's. */
  readonly normal: (text: string) => string;
  readonly assume?: ReadonlyMap<string, boolean>;
  /** Whether recipes set their options, as they do in a real run: zc.buildout was asked without. */
  readonly withRecipes?: boolean;
}

/** What buildout calls an assignment or a flag of the command line. */
export function assignments(given: readonly string[]): {readonly list: Assignment[]; readonly userDefaults: boolean} {
  const list: Assignment[] = [];
  let userDefaults = true;
  let verbosity = 0;
  for (const word of given) {
    if (word.startsWith('-')) {
      for (const flag of word.slice(1)) {
        if (flag === 'U') userDefaults = false;
        else if (flag === 'v' || flag === 'q') verbosity += flag === 'v' ? 10 : -10;
        else if (flag === 'o' || flag === 'O')
          list.push({section: 'buildout', option: 'offline', value: String(flag === 'o')});
        else if (flag === 'n' || flag === 'N')
          list.push({section: 'buildout', option: 'newest', value: String(flag === 'n')});
      }
      continue;
    }
    const equals = word.indexOf('=');
    const names = word.slice(0, equals).split(':');
    const [section, option] = names.length === 1 ? ['buildout', names[0]!] : [names[0]!, names[1]!];
    list.push({section: section.trim(), option: option.trim(), value: word.slice(equals + 1).trim()});
  }
  if (verbosity !== 0) list.push({section: 'buildout', option: 'verbosity', value: String(verbosity)});
  return {list, userDefaults};
}

export async function resolveAnswer(
  question: Question,
): Promise<Answer & {readonly diagnostics: readonly Diagnostic[]}> {
  const {path, io, home, executable, normal} = question;
  const {list, userDefaults} = assignments(question.commandLine ?? []);
  const reading: Diagnostic[] = [];
  const graph = await load(path, io, (diagnostic) => reading.push(diagnostic), {
    parse: (source, report) => parseCfg(source, oracleTarget, report, question.assume),
    commandLine: list,
    userDefaults,
    workingDirectory: dirname(path),
    home,
    offline: true,
    ...(question.extendsCache !== undefined && {extendsCache: question.extendsCache}),
  });
  const files = graph.files.map(({source}) => normal(source.path));
  const notes = reading.filter(({kind}) => kind.id === 'CFG007').map(({message}) => normal(message));
  const base = {files, ...(notes.length > 0 && {notes})};
  const loadError = firstError(reading);
  const merging: Diagnostic[] = [];
  const config = merge(graph, (diagnostic) => merging.push(diagnostic), {executable});
  const error = loadError ?? firstError(merging);
  if (error) {
    const diagnostics = [...reading, ...merging];
    return {
      status: 'error',
      error,
      errors: diagnostics.flatMap((each) => errorClass(each) ?? []),
      ...base,
      diagnostics,
    };
  }
  const resolving: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): number => resolving.push(diagnostic);
  const resolved = question.withRecipes
    ? resolveLiteral(config, report)
    : resolve(config, report, {mode: 'literal', target: oracleTarget});
  const failed = firstError(resolving);
  const buildout = resolved.sections.get('buildout')!;
  const parts = buildout.options.get('parts');
  return {
    status: 'ok',
    ...base,
    ...(parts && {parts: words(show(parts.value))}),
    ...(failed
      ? {install_error: failed, errors: resolving.flatMap((each) => errorClass(each) ?? [])}
      : {order: resolved.parts}),
    sections: sectionRows(resolved, config, files, normal),
    diagnostics: [...reading, ...merging, ...resolving],
  };
}

function sectionRows(
  resolved: Resolved,
  config: Config,
  files: readonly string[],
  normal: (text: string) => string,
): NonNullable<Answer['sections']> {
  return [...resolved.sections.values()]
    .sort((a, b) => compareStrings(a.name, b.name))
    .map(({name, options}) => [
      name,
      [...options.values()]
        .sort((a, b) => compareStrings(a.name, b.name))
        .map((option) => {
          const known = config.sections.get(name)?.options.get(option.name);
          const origin = known ? originOf(known.history, files, normal) : null;
          return [option.name, normal(show(option.value)), origin] as const;
        }),
    ]);
}

const letters: Readonly<Record<string, string>> = {default: 'D', computed: 'C', 'command-line': 'L', implicit: 'I'};
const marks = {set: '', add: '+', take: '-'};

/** What `annotate` lists, oldest first: numbers are places in the list of files. */
function originOf(history: readonly HistoryItem[], files: readonly string[], normal: (text: string) => string): string {
  const found: string[] = [];
  for (const {operation, span, from} of history.toReversed()) {
    const at = span ? files.indexOf(normal(span.source.path)) : -1;
    found.push(`${marks[operation]}${span ? (at < 0 ? '?' : at) : letters[from]}`);
    if (operation === 'set') break;
  }
  return found.reverse().join(' ');
}
