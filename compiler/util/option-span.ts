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
  let inside: Span | undefined;
  for (const {span} of newest) {
    const found = find(span!, needle);
    // In the middle of another name (`Plone` in `Products.PloneHotfix`) it stands by chance, and came by a substitution.
    if (found && (found.whole || !/^\w/.test(needle))) return found.span;
    inside ??= found?.span;
  }
  for (const {value, span} of newest) {
    const reference = /\$\{[^}]*\}/.exec(value)?.[0];
    if (reference !== undefined) return within(span!, reference) ?? span;
  }
  return inside ?? newest[0]?.span ?? lastSpan(option);
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
  const body = source.text.slice(start, end);
  const spanAt = (at: number): Span => ({source, start: start + at, end: start + at + needle.length});
  let part: Span | undefined;
  for (let at = body.indexOf(needle); at >= 0; at = body.indexOf(needle, at + 1)) {
    if (/[#;]/.test(source.text[lineStart(source.text, start + at)]!)) continue;
    const around = `${body[at - 1] ?? ' '}${body[at + needle.length] ?? ' '}`;
    if (!/[\w.-]/.test(around)) return {span: spanAt(at), whole: true};
    part ??= spanAt(at);
  }
  return part && {span: part, whole: false};
}
