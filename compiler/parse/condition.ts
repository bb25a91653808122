import {parseMarker} from '../../grammar/marker.js';
import {parseExpression} from '../../grammar/python-expression.js';
import type {Report} from '../diagnostics/diagnostic.js';
import type {Target} from '../model/settings.js';
import type {Source, Span} from '../model/source.js';
import {item} from '../python/access.js';
import {evaluate} from '../python/evaluate.js';
import {PythonError, truth, Undecidable} from '../python/value.js';
import {nearest} from '../util/nearest.js';
import {strip} from '../util/python-string.js';
import {conditionFails, conditionName, conditionSyntax, conditionUndecidable} from './kinds.js';
import {evaluateMarker} from './marker-evaluate.js';
import {globalNames, type Machine} from './python-world.js';

/** Where a condition stands: after the colon, up to the bracket that closes the header, and what follows that. */
export interface ConditionPlace {
  readonly source: Source;
  readonly start: number;
  readonly close: number;
  readonly lineEnd: number;
}

/**
 * Decides a section condition for the target: an environment marker first, a Python expression second. Nothing is run.
 * @param assume  answers that the user gave, by the condition's text, stripped
 * @returns false, too, where it could not be decided and that was reported
 * Source: zc.buildout 6.0.1, configparser.parse.
 */
export function decideCondition(
  place: ConditionPlace,
  target: Target,
  report: Report,
  assume: ReadonlyMap<string, boolean>,
): boolean {
  const {source, start, close} = place;
  const written = source.text.slice(start, close);
  const shown = strip(written);
  const assumed = assume.get(shown);
  if (assumed !== undefined) return assumed;
  const blank = written.length - strip(`${written}|`).length + 1;
  const span = {source, start: start + blank, end: start + blank + shown.length};
  try {
    return decide(place, target);
  } catch (error) {
    // Python has a limit to how deep it goes, too.
    const fault = error instanceof RangeError ? new Undecidable('so deep an expression') : error;
    reportFault(fault, shown, span, target, report);
    return false;
  }
}

/** A condition that is no expression: where it goes wrong, from its start. */
class NoExpression extends Error {
  constructor(readonly at: number) {
    super('no expression');
  }
}

function decide({source, start, close, lineEnd}: ConditionPlace, target: Target): boolean {
  const text = source.text.slice(start, close);
  const name = strip(text);
  const minor = Number(target.python.split('.')[1] ?? 0);
  const unescaped = text.replaceAll('\\x23', '#').replaceAll('\\x3b', ';');
  const tail = source.text.slice(close, lineEnd).replaceAll(';', '#');
  // A lone name is the usual case, and no marker; it needs neither grammar. Python has fewer blanks than buildout behind it.
  const bare = /^[ \t\f]*[A-Za-z_]\w*[ \t\f]*$/.test(text) && /^\][ \t\f]*(?:#.*)?$/s.test(tail) && !keywords.has(name);
  // Python reads no such text, in a marker's quotes neither.
  if (text.includes('\0')) throw new NoExpression(text.indexOf('\0'));
  const marker = bare ? undefined : parseMarker(unescaped);
  if (marker) {
    return forAnyMicro(target, (machine, onMicro) => {
      const found = evaluateMarker(marker, machine, onMicro);
      if (found === undefined) throw new Undecidable('a variable of the marker');
      return found;
    });
  }
  // buildout makes a Python list of the header, and takes its first member.
  if (tail.includes('\0')) throw new NoExpression(text.length);
  const list = bare
    ? ({kind: 'list', items: [{kind: 'name', name}]} as const)
    : parseExpression(`[${unescaped}${tail}`, minor);
  if ('tooLong' in list) throw new Undecidable('so long an expression');
  if ('errorAt' in list) throw new NoExpression(list.errorAt - 1);
  return forAnyMicro(target, (machine, onMicro) => {
    const value = evaluate(list, globalNames(machine, onMicro), {
      minor: machine.minor,
      pypy: machine.implementation === 'pypy',
    });
    return truth(item(value, 0n));
  });
}

/** Words that are no names to Python. */
const keywords: ReadonlySet<string> = new Set(
  (
    'and as assert async await break class continue def del elif else except finally for from global if import in is ' +
    'lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** The third number of a Python that a target may leave open: an answer that is the same for all of them stands. */
const openMicros = Array.from({length: 60}, (_, micro) => micro);

function forAnyMicro(target: Target, answer: (machine: Machine, onMicro: () => void) => boolean): boolean {
  const [major = 3, minor = 0, micro] = target.python.split('.').map(Number);
  let looked = false;
  const ask = (each: number): boolean =>
    answer({...target, major, minor, micro: each}, () => {
      looked = true;
    });
  const first = ask(micro ?? openMicros[0]!);
  if (!looked || micro !== undefined) return first;
  if (openMicros.some((each) => ask(each) !== first))
    throw new Undecidable(`the third number of Python ${target.python}`);
  return first;
}

/** Characters of a condition that a message shows. */
const longest = 200;

function reportFault(error: unknown, whole: string, span: Span, target: Target, report: Report): void {
  const shown = whole.length > longest ? `${whole.slice(0, longest)}…` : whole;
  if (error instanceof Undecidable) {
    const quoted = whole.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
    report({
      kind: conditionUndecidable,
      message: `the condition \`${shown}\` can't be decided ahead`,
      primary: {span, text: `${error.what} is for the host to say`},
      hint:
        whole === shown
          ? `state the answer: --assume "${quoted}=true"`
          : 'write it shorter, and state its answer with --assume',
    });
  } else if (error instanceof NoExpression) {
    const at = Math.min(Math.max(span.start + error.at, span.start), Math.max(span.end - 1, span.start));
    report({
      kind: conditionSyntax,
      message: `the condition \`${shown}\` is neither a marker nor a Python expression`,
      primary: {span: {source: span.source, start: at, end: at + 1}, text: 'goes wrong here'},
      hint: markerHint,
    });
  } else if (error instanceof PythonError && error.type === 'NameError') {
    const name = /'(.*)'/.exec(error.message)?.[1] ?? shown;
    const near = nearest(name, [
      ...globalNames({...target, major: 3, minor: 0, micro: 0}, () => {}).keys(),
      ...markerNames,
    ]);
    const at = span.source.text.indexOf(name, span.start);
    report({
      kind: conditionName,
      message: `\`${name}\` is no name that a section condition knows`,
      primary: {
        span: at < 0 || at >= span.end ? span : {source: span.source, start: at, end: at + name.length},
        text: 'NameError in Python',
      },
      hint: near
        ? `did you mean \`${near}\`?`
        : 'the names are sys, os, platform, re, python3, linux, … : cfgc explain CFG104',
    });
  } else if (error instanceof PythonError) {
    report({
      kind: error.type === 'SyntaxError' ? conditionSyntax : conditionFails,
      message: `the condition \`${shown}\` fails: ${error.message}`,
      primary: {span, text: `${error.type} in Python`},
      hint: markerHint,
    });
  } else throw error;
}

const markerHint = 'write a marker such as `python_version >= "3.11"`, or names joined by and, or, not';

/** Source: PEP 508, environment markers. */
const markerNames = [
  'os_name',
  'sys_platform',
  'platform_machine',
  'platform_python_implementation',
  'platform_release',
  'platform_system',
  'platform_version',
  'python_version',
  'python_full_version',
  'implementation_name',
  'implementation_version',
];
