import type {Source, Span} from '../model/source.js';

/** Where a span lies, for people: lines and columns count from 1, columns in UTF-16 units; the end is exclusive. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

const lineStartsOf = new WeakMap<Source, readonly number[]>();

/** The line and column of a span. A span outside of its source is moved to the nearest place inside. */
export function position(span: Span): Position {
  const start = Math.min(Math.max(span.start, 0), span.source.text.length);
  const end = Math.min(Math.max(span.end, start), span.source.text.length);
  const [line, column] = at(span.source, start);
  const [endLine, endColumn] = at(span.source, end);
  return {line, column, endLine, endColumn};
}

/** The text of a line, counted from 1, without its line end. */
export function lineText(source: Source, line: number): string {
  const starts = lineStarts(source);
  const from = starts[line - 1];
  if (from === undefined) return '';
  return source.text.slice(from, starts[line] ?? source.text.length).replace(/[\r\n]+$/, '');
}

/** The line alone on which a span starts. */
export function lineOf({source, start}: Span): number {
  return lineAt(lineStarts(source), Math.min(Math.max(start, 0), source.text.length));
}

/** `file:line`, the way places are named in notes. */
export function fileLine(span: Span): string {
  return `${span.source.name}:${lineOf(span)}`;
}

/** A span without the blanks and line ends around what it holds; one of blanks alone stays as it is. */
export function trimSpan(span: Span): Span {
  const text = span.source.text.slice(span.start, span.end);
  const start = span.start + (text.length - text.trimStart().length);
  const end = span.end - (text.length - text.trimEnd().length);
  return start < end ? {source: span.source, start, end} : span;
}

function at(source: Source, offset: number): [line: number, column: number] {
  const starts = lineStarts(source);
  const line = lineAt(starts, offset);
  return [line, offset - starts[line - 1]! + 1];
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** A line ends at "\n", "\r\n" or a lone "\r", as buildout reads files. */
function lineStarts(source: Source): readonly number[] {
  const known = lineStartsOf.get(source);
  if (known) return known;
  const {text} = source;
  const starts = [0];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 10 || (unit === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
  }
  lineStartsOf.set(source, starts);
  return starts;
}
