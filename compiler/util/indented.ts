import type {Span} from '../model/source.js';
import {lineOf, lineText} from './position.js';

/**
 * A hint for a word of a value that stands in an indented line, where that line looks like an option or a header of its own.
 * buildout takes it for more of the value above. undefined where it does not look so.
 */
export function indentedHint(span: Span): string | undefined {
  const line = lineText(span.source, lineOf(span));
  const what = /^[ \t]+\[[^\]]+\]/.test(line)
    ? 'a section'
    : /^[ \t]+(?!(?:optional-)?extends\b)[\w.-]+[ \t]*[-+]?=/.test(line)
      ? 'an option'
      : undefined;
  return what && `the line is indented, so it belongs to the option above: ${what} begins in the first column`;
}
