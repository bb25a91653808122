/** What Python's `str` methods do where JavaScript's differ: which characters are white space, how lines are cut. */

/** White space as Python's `str.isspace` and its regular expressions' `\s` see it: U+FEFF is none, U+001C to U+001F and U+0085 are. */
export const pythonSpace = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const spaces = new Set<number>([
  ...range(0x09, 0x0d),
  ...range(0x1c, 0x20),
  0x85,
  0xa0,
  0x1680,
  ...range(0x2000, 0x200a),
  0x2028,
  0x2029,
  0x202f,
  0x205f,
  0x3000,
]);

/** Whether a UTF-16 unit is white space to Python. */
export function isSpace(unit: number): boolean {
  return unit <= 0x20
    ? unit === 0x20 || (unit >= 0x09 && (unit <= 0x0d || unit >= 0x1c))
    : unit >= 0x85 && spaces.has(unit);
}

export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

export function rstrip(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

/** `str.split()`: the words between runs of white space. */
export function words(text: string): string[] {
  const found: string[] = [];
  let start = -1;
  for (let at = 0; at <= text.length; at++) {
    const blank = at === text.length || isSpace(text.charCodeAt(at));
    if (blank && start >= 0) {
      found.push(text.slice(start, at));
      start = -1;
    } else if (!blank && start < 0) start = at;
  }
  return found;
}

// As a string, since the linter takes control characters in a literal for a mistake.
const lineEndPattern = '\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]';
const lineEnds = new RegExp(lineEndPattern);

/** `str.splitlines()`: also cut at vertical tab, form feed, U+001C to U+001E, U+0085, U+2028, U+2029. */
export function splitLines(text: string): string[] {
  if (text === '') return [];
  if (!lineEnds.test(text)) return [text];
  const lines = text.split(lineEnds);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** `textwrap.dedent` of Python 3.10 to 3.13: takes away the blanks and tabs that all lines with text begin with. */
export function dedent(text: string): string {
  const lines = text.split('\n');
  let margin: string | undefined;
  lines.forEach((line, index) => {
    const indent = indentLength(line);
    if (indent === line.length) lines[index] = '';
    else if (margin === undefined) margin = line.slice(0, indent);
    else if (margin !== '' && !line.startsWith(margin)) margin = commonStart(margin, line.slice(0, indent));
  });
  const cut = margin?.length ?? 0;
  return cut === 0 ? lines.join('\n') : lines.map((line) => line.slice(cut)).join('\n');
}

/** How many blanks and tabs a line begins with. */
function indentLength(line: string): number {
  let length = 0;
  for (; length < line.length; length++) {
    const unit = line.charCodeAt(length);
    if (unit !== 0x20 && unit !== 0x09) break;
  }
  return length;
}

/** Orders strings as Python does: by code point, not by UTF-16 unit. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x === y) continue;
    const surrogateX = x >= 0xd800 && x <= 0xdfff;
    const surrogateY = y >= 0xd800 && y <= 0xdfff;
    if (surrogateX !== surrogateY) return surrogateX ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

function range(first: number, last: number): number[] {
  return Array.from({length: last - first + 1}, (_, index) => first + index);
}
