import type {Text} from '../model/text.js';

/** The same value with every Text in it changed by `change`. Arrays and plain objects are walked, all else is kept. */
export function mapTexts<T>(value: T, change: (text: Text) => Text): T {
  return walk(value, change) as T;
}

function walk(value: unknown, change: (text: Text) => Text): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, change));
  if (typeof value !== 'object' || value === null) return value;
  if (isText(value)) return change(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, change)]));
}

function isText(value: object): value is Text {
  return 'pieces' in value && Array.isArray(value.pieces);
}
