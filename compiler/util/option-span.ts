import type {HistoryItem} from '../model/config.js';
import type {Span} from '../model/source.js';

interface WithHistory {
  readonly history: readonly HistoryItem[];
}

/** Where an option was last written in a file; undefined where no file did it. */
export function lastSpan(option: WithHistory | undefined): Span | undefined {
  return option?.history.findLast((item) => item.span)?.span;
}

/**
 * The place of one piece of an option's value: the newest file that wrote it, looked for as a whole word first.
 * @returns the span of `needle`; where no file wrote it that way, of the newest value that has a substitution by which it
 *   can have come, or the option's own
 */
export function spanOf(option: WithHistory | undefined, needle: string): Span | undefined {
  // What takes lines away brought none.
  const newest = (option?.history ?? []).filter(({operation, span}) => span && operation !== 'take').toReversed();
  const found = newest.flatMap(({span}) => find(span!, needle) ?? []);
  const sure = found.find(({whole}) => whole || !/^\w/.test(needle));
  // In the middle of another name (`Plone` in `Products.PloneHotfix`) it stands by chance, and came by a substitution.
  const [substitution] = newest.flatMap(({value, span}) => {
    const reference = /\$\{[^}]*\}/.exec(value)?.[0];
    return reference === undefined ? [] : [find(span!, reference)?.span ?? span!];
  });
  return sure?.span ?? substitution ?? found[0]?.span ?? newest[0]?.span ?? lastSpan(option);
}

/** Where the name of an option was last written: before the `=` of its value. */
export function keySpan(option: (WithHistory & {readonly name: string}) | undefined): Span | undefined {
  const value = lastSpan(option);
  if (!option || !value) return value;
  const {source} = value;
  // A value may begin below its name: with blank and indented lines and comments between them.
  for (let end = value.start; end > 0; ) {
    const start = lineStart(source.text, end);
    const line = source.text.slice(start, end);
    const at = line.indexOf(option.name);
    if (at >= 0 && /^\s*[-+]?=/.test(source.text.slice(start + at + option.name.length))) {
      return {source, start: start + at, end: start + at + option.name.length};
    }
    if (/^[^\s#;]/.test(line)) return value;
    end = start - 1;
  }
  return value;
}

/** Where the line begins that `offset` is in. */
function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
}

/** The span of `needle` inside another span: as a whole word, else anywhere; never in a comment. */
export function within(span: Span, needle: string): Span | undefined {
  return find(span, needle)?.span;
}

function find({source, start, end}: Span, needle: string): {span: Span; whole: boolean} | undefined {
  if (needle === '') return undefined;
  const {text} = source;
  let part: number | undefined;
  for (let at = text.indexOf(needle, start); at >= 0 && at + needle.length <= end; at = text.indexOf(needle, at + 1)) {
    if (/[#;]/.test(text[lineStart(text, at)]!)) continue;
    const [before, behind] = [
      at > start ? text[at - 1]! : ' ',
      at + needle.length < end ? text[at + needle.length]! : ' ',
    ];
    if (!/[\w.-]/.test(before + behind)) return {span: {source, start: at, end: at + needle.length}, whole: true};
    part ??= at;
  }
  return part === undefined ? undefined : {span: {source, start: part, end: part + needle.length}, whole: false};
}
