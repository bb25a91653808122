import {lineText, position} from '../util/position.js';
import type {Label} from './diagnostic.js';

/** The first line of a label whose span is a secret: what stands before the secret, and stars of a fixed number. */
export function concealed(label: Label): string {
  const {line, column} = position(label.span);
  return `${lineText(label.span.source, line).slice(0, column - 1)}********`;
}
