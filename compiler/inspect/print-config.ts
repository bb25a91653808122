import type {ConfigOption, HistoryItem, ResolvedOption, ResolvedSection} from '../model/config.js';
import {fileLine, lineOf} from '../util/position.js';
import {splitLines} from '../util/python-string.js';
import {show} from '../util/text.js';

type Sections = ReadonlyMap<string, Pick<ResolvedSection, 'name'> & {readonly options: ReadonlyMap<string, Printed>}>;
type Printed = ConfigOption & Partial<Pick<ResolvedOption, 'value'>>;

/**
 * Sections and options sorted by name, in the form of a .cfg file: values after substitution, or as written where a section
 * was not resolved. Lines after the first are indented by four blanks more than they are.
 */
export function printQuery(sections: Sections): string {
  const blocks = sorted(sections).map(([name, {options}]) => {
    const lines = sorted(options).map(([key, option]) => {
      const [first = '', ...rest] = shownValue(option).split('\n');
      return [
        `${key} =${first === '' ? '' : ` ${first}`}`,
        ...rest.map((line) => (line === '' ? '' : `    ${line}`)),
      ].join('\n');
    });
    return `${[`[${name}]`, ...lines].join('\n')}\n`;
  });
  return blocks.join('\n');
}

/** `{section: {option: value}}`. */
export function queryJson(sections: Sections): string {
  const value = Object.fromEntries(
    sorted(sections).map(([name, {options}]) => [
      name,
      Object.fromEntries(sorted(options).map(([key, option]) => [key, shownValue(option)])),
    ]),
  );
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * What `buildout annotate` prints, with lines beside the files: values as written, and below each what set it and what was
 * added and taken since; `verbose`: all that ever was done to it, the newest first, with the values.
 * Source: zc.buildout 6.0.1, `_print_annotate` and SectionKey.
 */
export function printAnnotate(sections: Sections, {verbose = false}: {readonly verbose?: boolean} = {}): string {
  const out = ['', 'Annotated sections', '=================='];
  inOrder(sections, (name, {options}) => {
    out.push('', `[${name}]`);
    inOrder(options, (key, {raw, history}) => {
      const lines = splitLines(raw);
      out.push(lines.length > 1 ? `${key}= ${lines.join('\n')}` : `${key}=${raw === '' ? '' : ` ${raw}`}`);
      if (verbose) out.push('', ...fullHistory(history), '');
      else for (let at = lastSet(history); at < history.length; at++) out.push(briefly(history[at]!));
    });
  });
  return `${out.join('\n')}\n`;
}

const signs = {set: '    ', add: '+=  ', take: '-=  '};

function briefly(item: HistoryItem): string {
  return `${signs[item.operation]}${sourceOf(item)}`;
}

function fullHistory(history: readonly HistoryItem[]): string[] {
  const first = history.findIndex(({operation}) => operation === 'set');
  const shown = history.map((item, index) => {
    const name = {
      set: item.madeAbsolute ? 'DIRECTORY' : index > first ? 'OVERRIDE' : 'SET',
      add: 'ADD',
      take: 'REMOVE',
    };
    const lines = splitLines(item.value);
    return [
      `   ${item.span || item.from === 'implicit' ? 'IN' : 'AS'} ${sourceOf(item)}`,
      ...(lines.length > 1
        ? [`   ${name[item.operation]} VALUE =`, ...lines.map((line) => `      ${line}`)]
        : [`   ${name[item.operation]} VALUE = ${item.value}`]),
    ];
  });
  return shown.reverse().flat();
}

/** `{section: {option: {value, raw, history: [{operation, value, from, file, line}]}}}`; file and line are null where no file did it. */
export function annotateJson(sections: Sections): string {
  const value = Object.fromEntries(
    sorted(sections).map(([name, {options}]) => [
      name,
      Object.fromEntries(
        sorted(options).map(([key, option]) => [
          key,
          {
            value: shownValue(option),
            raw: option.raw,
            history: option.history.map(({operation, value, from, span}) => ({
              operation,
              value,
              from,
              file: span?.source.name ?? null,
              line: span ? lineOf(span) : null,
            })),
          },
        ]),
      ),
    ]),
  );
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Where the last `set` of a history is: what came before it has no effect any more. */
function lastSet(history: readonly HistoryItem[]): number {
  return Math.max(
    0,
    history.findLastIndex(({operation}) => operation === 'set'),
  );
}

const words: Readonly<Record<HistoryItem['from'], string>> = {
  file: '',
  default: 'DEFAULT_VALUE',
  computed: 'COMPUTED_VALUE',
  'command-line': 'COMMAND_LINE_VALUE',
  implicit: 'IMPLICIT_VALUE',
  recipe: 'RECIPE_VALUE',
  macro: 'MACRO',
};

function sourceOf({from, span}: HistoryItem): string {
  return span ? fileLine(span) : words[from];
}

function shownValue(option: Printed): string {
  return option.value ? show(option.value) : option.raw;
}

function sorted<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  const found: (readonly [string, T])[] = [];
  inOrder(map, (key, value) => {
    found.push([key, value]);
  });
  return found;
}

/** `sorted`, without an array for each of them. */
function inOrder<T>(map: ReadonlyMap<string, T>, tell: (key: string, value: T) => void): void {
  const keys = Array.from(map.keys()).sort();
  keys.forEach((key) => {
    tell(key, map.get(key)!);
  });
}
