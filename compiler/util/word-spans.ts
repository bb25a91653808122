import type {Span} from '../model/source.js';
import {isSpace} from './python-string.js';

/** Every word of an option's value in a file, with its place; comment lines in between are left out. */
export function wordSpans(value: Span): {readonly word: string; readonly span: Span}[] {
  const {source} = value;
  const found: {word: string; span: Span}[] = [];
  for (const line of valueLines(value)) {
    let at = line.start;
    while (at < line.end) {
      while (at < line.end && isSpace(source.text.charCodeAt(at))) at++;
      const start = at;
      while (at < line.end && !isSpace(source.text.charCodeAt(at))) at++;
      if (at > start) found.push({word: source.text.slice(start, at), span: {source, start, end: at}});
    }
  }
  return found;
}

function* valueLines({source, start, end}: Span): Generator<Span> {
  let from = start;
  while (from <= end) {
    let to = from;
    while (to < end && source.text[to] !== '\n' && source.text[to] !== '\r') to++;
    const comment = from > start && (source.text[from] === '#' || source.text[from] === ';');
    if (!comment) yield {source, start: from, end: to};
    from = to + (source.text[to] === '\r' && source.text[to + 1] === '\n' ? 2 : 1);
  }
}
