/** Methods of texts. */
import {splitLines, strip, words} from '../util/python-string.js';
import {literal, text} from '../util/text.js';
import {encoded} from './codecs.js';
import type {Method, Methods} from './methods.js';
import {
  fromText,
  isLate,
  isPrefix,
  isSequence,
  iterate,
  lateFault,
  numeric,
  PythonError,
  sizeLimit,
  textOfValue,
  tuple,
  typeName,
  Undecidable,
  type Value,
} from './value.js';

/** `zfill` of texts and of bytes: zeros behind the sign; `length` in Python's characters. */
export function zeroFilled(own: string, width: Value, length: number): string {
  const size = numeric(width);
  if (typeof size !== 'bigint') throw new PythonError('TypeError', 'a width is needed');
  if (size > 1_000_000n) throw new Undecidable('so long a value');
  const sign = /^[-+]?/.exec(own)![0];
  return sign + own.slice(sign.length).padStart(Number(size) - sign.length + own.length - length, '0');
}

export function textMethods(own: string): Methods {
  const all = [...own];
  const affix = (test: (whole: string, part: string) => boolean): Method => [
    1,
    3,
    ([arg, ...bounds]) => {
      const part = within(all, bounds);
      const options = isSequence(arg!) && arg.kind === 'tuple' ? arg.items : [arg!];
      return options.some((each) => {
        const wanted = textOf(each);
        return part !== undefined && test(part.text, wanted);
      });
    },
  ];
  const strips = (left: boolean, right: boolean): Method => [
    0,
    1,
    ([characters = null]) => {
      if (characters === null)
        return left && right ? strip(own) : left ? strip(`${own}|`).slice(0, -1) : strip(`|${own}`).slice(1);
      const set = new Set(textOf(characters));
      let start = 0;
      let end = all.length;
      while (left && start < end && set.has(all[start]!)) start++;
      while (right && end > start && set.has(all[end - 1]!)) end--;
      return all.slice(start, end).join('');
    },
  ];
  const place = (name: 'indexOf' | 'lastIndexOf', needed: boolean): Method => [
    1,
    3,
    ([text, ...bounds]) => {
      const wanted = textOf(text!);
      const part = within(all, bounds);
      const at = part?.text[name](wanted) ?? -1;
      if (at < 0 && needed) throw new PythonError('ValueError', 'substring not found');
      return BigInt(at < 0 ? -1 : part!.start + [...part!.text.slice(0, at)].length);
    },
  ];
  const parted = (name: 'indexOf' | 'lastIndexOf'): Method => [
    1,
    1,
    ([separator]) => {
      const text = textOf(separator!);
      if (text === '') throw new PythonError('ValueError', 'empty separator');
      const at = own[name](text);
      if (at >= 0) return tuple(own.slice(0, at), text, own.slice(at + text.length));
      return name === 'indexOf' ? tuple(own, '', '') : tuple('', '', own);
    },
  ];
  const is = (test: (text: string) => boolean): Method => [0, 0, () => test(own)];
  const ascii = (text: string): string => {
    if (/[^\0-\x7f]/.test(own)) throw new Undecidable('such a method of a text that is not ASCII');
    return text;
  };
  const padded = (left: boolean, right: boolean): Method => [
    1,
    2,
    ([width, fill = ' ']) => {
      const size = numeric(width!);
      if (typeof size !== 'bigint' || typeof fill !== 'string' || [...fill].length !== 1)
        throw new PythonError('TypeError', 'a width and a character are needed');
      const missing = Number(size) - all.length;
      if (missing <= 0) return own;
      if (missing > 1_000_000) throw new Undecidable('so long a value');
      // Of an odd rest the left gets more where the width is odd.
      const before = left && right ? Math.floor(missing / 2) + (missing & Number(size) & 1) : left ? missing : 0;
      return fill.repeat(before) + own + fill.repeat(missing - before);
    },
  ];
  return {
    startswith: affix((whole, part) => whole.startsWith(part)),
    endswith: affix((whole, part) => whole.endsWith(part)),
    lower: [0, 0, () => own.toLowerCase()],
    upper: [0, 0, () => own.toUpperCase()],
    casefold: [0, 0, () => ascii(own.toLowerCase())],
    capitalize: [0, 0, () => ascii(own.slice(0, 1).toUpperCase() + own.slice(1).toLowerCase())],
    swapcase: [
      0,
      0,
      () => ascii(all.map((each) => (/[a-z]/.test(each) ? each.toUpperCase() : each.toLowerCase())).join('')),
    ],
    title: [
      0,
      0,
      () => ascii(own.toLowerCase().replaceAll(/[a-z]+/g, (word) => word[0]!.toUpperCase() + word.slice(1))),
    ],
    strip: strips(true, true),
    lstrip: strips(true, false),
    rstrip: strips(false, true),
    split: [0, 2, ([separator = null, limit = -1n]) => split(own, separator, limit)],
    rsplit: [0, 2, ([separator = null, limit = -1n]) => split(own, separator, limit, true)],
    splitlines: [
      0,
      1,
      ([keep]) => {
        if (keep !== undefined) throw new Undecidable('splitlines(…) with an argument');
        return {kind: 'list', items: splitLines(own)};
      },
    ],
    join: [
      1,
      1,
      ([items]) => {
        const texts = iterate(items!).map((each) => textOfValue(each) ?? textOf(each));
        return fromText(text(...texts.flatMap((each, index) => (index === 0 ? [each] : [own, each]))));
      },
    ],
    replace: [
      2,
      3,
      ([from, to, limit = -1n]) => {
        const old = textOf(from!);
        const other = textOfValue(to!) ?? textOf(to!);
        const most = numeric(limit);
        if (typeof most !== 'bigint')
          throw new PythonError('TypeError', 'the count of a replacement is a whole number');
        // What is empty stands between all characters, and at both ends.
        const parts = old === '' ? ['', ...all, ''] : own.split(old);
        const count = most < 0n || most > parts.length ? parts.length : Number(most);
        const length = (literal(typeof other === 'string' ? text(other) : other) ?? '').length;
        if (count * length > sizeLimit) throw new Undecidable('so long a value');
        return fromText(text(...parts.flatMap((part, at) => (at === 0 ? [part] : [at <= count ? other : old, part]))));
      },
    ],
    find: place('indexOf', false),
    rfind: place('lastIndexOf', false),
    index: place('indexOf', true),
    rindex: place('lastIndexOf', true),
    count: [
      1,
      3,
      ([text, ...bounds]) => {
        const wanted = textOf(text!);
        const part = within(all, bounds);
        if (!part) return 0n;
        return BigInt(wanted === '' ? [...part.text].length + 1 : part.text.split(wanted).length - 1);
      },
    ],
    partition: parted('indexOf'),
    rpartition: parted('lastIndexOf'),
    removeprefix: [1, 1, ([text]) => (own.startsWith(textOf(text!)) ? own.slice(textOf(text!).length) : own)],
    removesuffix: [
      1,
      1,
      ([text]) => (own.endsWith(textOf(text!)) ? own.slice(0, own.length - textOf(text!).length) : own),
    ],
    ljust: padded(false, true),
    rjust: padded(true, false),
    center: padded(true, true),
    zfill: [1, 1, ([width]) => zeroFilled(own, width!, all.length)],
    encode: [0, 2, ([encoding, errors]) => encoded(own, encoding, errors)],
    isascii: is((text) => !/[^\0-\x7f]/.test(text)),
    isdigit: is((text) => /^[0-9]+$/.test(ascii(text))),
    isdecimal: is((text) => /^\p{Nd}+$/u.test(text)),
    isnumeric: is((text) => /^[0-9]+$/.test(ascii(text))),
    isalpha: is((text) => /^\p{L}+$/u.test(text)),
    isalnum: is((text) => /^[a-zA-Z0-9]+$/.test(ascii(text))),
    isidentifier: is((text) => /^[a-zA-Z_]\w*$/.test(ascii(text))),
    isupper: is((text) => /[A-Z]/.test(ascii(text)) && !/[a-z]/.test(text)),
    islower: is((text) => /[a-z]/.test(ascii(text)) && !/[A-Z]/.test(text)),
    isprintable: is((text) => /^[ -~]*$/.test(ascii(text))),
    isspace: is((text) => text !== '' && strip(text) === ''),
  };
}

/** The part of a text that bounds leave, and where it starts; undefined where they leave none, not even an empty one. */
function within(
  all: readonly string[],
  bounds: readonly Value[],
): {readonly text: string; readonly start: number} | undefined {
  const place = (bound: Value | undefined, other: number): number => {
    if (bound === undefined || bound === null) return other;
    const own = numeric(bound);
    if (typeof own !== 'bigint') throw new PythonError('TypeError', 'slice indices must be integers or None');
    const at = Number(own);
    return Math.max(0, at < 0 ? at + all.length : at);
  };
  const [start, end] = [place(bounds[0], 0), Math.min(place(bounds[1], all.length), all.length)];
  return start > end ? undefined : {text: all.slice(start, end).join(''), start};
}

function split(own: string, separator: Value, limit: Value, fromRight = false): Value {
  const most = numeric(limit);
  if (typeof most !== 'bigint') throw new PythonError('TypeError', 'the limit of a split is a whole number');
  if (separator === null) {
    if (most >= 0n) throw new Undecidable('a split at white space with a limit');
    return {kind: 'list', items: words(own)};
  }
  const mark = textOf(separator);
  if (mark === '') throw new PythonError('ValueError', 'empty separator');
  const all = own.split(mark);
  const extra = most < 0n || BigInt(all.length) <= most + 1n ? 0 : all.length - Number(most) - 1;
  if (extra === 0) return {kind: 'list', items: all};
  if (fromRight) return {kind: 'list', items: [all.slice(0, extra + 1).join(mark), ...all.slice(extra + 1)]};
  return {kind: 'list', items: [...all.slice(0, -extra - 1), all.slice(-extra - 1).join(mark)]};
}

/** A text that is known in full. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  throw new PythonError('TypeError', `a text is needed, not ${typeName(value)}`);
}
