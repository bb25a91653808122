import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {printAnnotate} from '../../compiler/inspect/print-config.js';
import {memoryIo} from '../../compiler/io.js';
import {load} from '../../compiler/load/load.js';
import {cachePath} from '../../compiler/load/remote.js';
import {merge} from '../../compiler/merge/merge.js';
import type {Target} from '../../compiler/model/settings.js';
import {parseCfg} from '../../compiler/parse/parse.js';
import {projectRoot} from '../harness/tools.js';
import {type Answer, assignments, oracleTarget, parseAnswer, resolveAnswer} from './answer.js';
import {compareParse, compareResolve} from './compare.js';

/** A question for zc.buildout and for cfgc: files, and how they are asked about. */
export interface Program {
  readonly op: 'parse' | 'resolve';
  readonly files: Readonly<Record<string, string | {readonly b64: string}>>;
  readonly entry: string;
  readonly cmdline?: readonly string[];
  readonly urls?: Readonly<Record<string, string>>;
  readonly home?: Readonly<Record<string, string>>;
}

/** The real zc.buildout in one long-lived Python process. */
export class Oracle {
  private readonly waiting: {readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void}[] =
    [];
  private readonly child;

  /** @param command  what runs ask.py, where that is no Python */
  constructor(python: string, more: Readonly<Record<string, string>> = {}, command?: readonly string[]) {
    // An environment of its own: what a condition or a home could see of the machine does not count.
    const env = {
      PATH: '/usr/bin:/bin',
      LC_ALL: 'C.UTF-8',
      PYTHONUTF8: '1',
      PYTHONWARNINGS: 'ignore',
      PYTHONDONTWRITEBYTECODE: '1',
      ...more,
    };
    const [program, ...args] = command ?? [python, join(projectRoot, 'test/oracle/ask.py')];
    this.child = spawn(program!, args, {env, stdio: ['pipe', 'pipe', 'inherit']});
    createInterface({input: this.child.stdout}).on('line', (line) => this.waiting.shift()?.resolve(JSON.parse(line)));
    this.child.on('error', (error) => this.fail(error));
    this.child.on('close', (status) => this.fail(new Error(`zc.buildout ended with ${status}`)));
  }

  ask(program: Program): Promise<Answer> {
    return this.request(program) as Promise<Answer>;
  }

  /** What a command of buildout prints; undefined where it fails. */
  async output(program: Program, command: 'annotate' | 'query', args: readonly string[]): Promise<string | undefined> {
    return ((await this.request({...program, op: 'command', command, args})) as {output?: string}).output;
  }

  /** True, False or the name of an error for each condition, on this machine or as on the target. */
  async conditions(conditions: readonly string[], target?: Target): Promise<readonly ConditionAnswer[]> {
    const found = (await this.request({op: 'conditions', conditions, target})) as {answers?: ConditionAnswer[]};
    if (!found.answers) throw new Error(`no answer: ${JSON.stringify(found)}`);
    return found.answers;
  }

  private request(question: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.push({resolve, reject});
      this.child.stdin.write(`${JSON.stringify(question)}\n`);
    });
  }

  private fail(error: Error): void {
    for (const each of this.waiting.splice(0)) each.reject(error);
  }

  close(): void {
    this.child.stdin.end();
  }
}

const base = '/oracle-base';
const root = `${base}/above/root`;
const python = '/oracle-python';

/**
 * cfgc's answer to the same question.
 * @param assume  answers to conditions that ask the host
 */
export async function answerOf(program: Program, assume?: ReadonlyMap<string, boolean>): Promise<Answer> {
  if (program.op === 'parse') return parseOf(program);
  const {diagnostics: _, ...answer} = await resolveAnswer({
    path: `${root}/${program.entry}`,
    io: memoryIo({files: filesOf(program)}),
    home: `${root}/.home`,
    executable: python,
    commandLine: (program.cmdline ?? []).map((word) => word.replaceAll('@ROOT@', root)),
    extendsCache: `${root}/.cache`,
    normal,
    ...(assume && {assume}),
  });
  // buildout shows a file that the command line names as it stands there; cfgc shows where it is.
  const relative = (program.cmdline ?? []).flatMap((word) => /^buildout:extends=([^/].*)$/.exec(word)?.[1] ?? []);
  const shown = (file: string): string => relative.find((name) => file === `@ROOT@/${name}`) ?? file;
  return {...answer, ...(answer.files && {files: answer.files.map(shown)})};
}

/** What `cfgc annotate` prints for the program, without the lines that buildout does not print. */
export async function annotationOf(program: Program, verbose: boolean): Promise<string> {
  const words = program.cmdline ?? [];
  const {list, userDefaults} = assignments(words.map((word) => word.replaceAll('@ROOT@', root)));
  const graph = await load(`${root}/${program.entry}`, memoryIo({files: filesOf(program)}), () => {}, {
    parse: (source, report) => parseCfg(source, oracleTarget, report),
    commandLine: list,
    userDefaults,
    workingDirectory: root,
    home: `${root}/.home`,
    offline: true,
    extendsCache: `${root}/.cache`,
  });
  return normal(withoutLines(printAnnotate(merge(graph, () => {}, {executable: python}).sections, {verbose})));
}

/** Places are a file and a line to cfgc, and a file to buildout. */
export function withoutLines(annotation: string): string {
  return annotation.replaceAll(/^( {4}|\+= {2}|-= {2}| {3}IN )(.+):\d+$/gm, '$1$2');
}

/** What a condition comes to: whether its section is there, or the error of Python; `Undecidable` is cfgc's alone. */
export type ConditionAnswer = boolean | string;

/** cfgc's answer to conditions. */
export function answersTo(conditions: readonly string[], target: Target = oracleTarget): readonly ConditionAnswer[] {
  return conditions.map((condition) => {
    const text = `[always]\n[only:${condition}]\nx = 1\n`;
    const {error, sections} = parseAnswer('conditions', text, (each) => each, {target});
    return error?.class ?? sections!.some(([name]) => name === 'only');
  });
}

/** What differs between the two answers: a line each. */
export function differences(program: Program, theirs: Answer, ours: Answer): readonly string[] {
  return (program.op === 'parse' ? compareParse(theirs, ours) : compareResolve(theirs, ours)).differences;
}

function parseOf({files, entry}: Program): Answer {
  const bytes = bytesOf(files[entry]!);
  let text: string;
  try {
    text = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return {error: {class: 'UnicodeDecodeError'}};
  }
  return parseAnswer(`${root}/${entry}`, text, normal);
}

function filesOf({files, home = {}, urls = {}}: Program): Readonly<Record<string, Uint8Array>> {
  return Object.fromEntries([
    ...Object.entries(files).map(([name, content]) => [`${root}/${name}`, bytesOf(content)] as const),
    ...Object.entries(home).map(([name, content]) => [`${root}/.home/.buildout/${name}`, bytesOf(content)] as const),
    // The folder is there, also where no URL is in it.
    [`${root}/.cache/.made`, new Uint8Array()],
    ...Object.entries(urls).map(([url, content]) => [cachePath(`${root}/.cache`, url), bytesOf(content)] as const),
  ]);
}

function bytesOf(content: string | {readonly b64: string}): Uint8Array {
  return typeof content === 'string'
    ? new TextEncoder().encode(content.replaceAll('@ROOT@', root))
    : Buffer.from(content.b64, 'base64');
}

function normal(text: string): string {
  return text
    .replaceAll(python, '@PYTHON@')
    .replaceAll(`${root}/.home`, '@HOME@')
    .replaceAll(root, '@ROOT@')
    .replaceAll(base, '@BASE@');
}
