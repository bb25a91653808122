/** Methods of bytes: as those of texts, of ASCII alone, and with bytes for arguments. */
import {decoded} from './codecs.js';
import type {Method, Methods} from './methods.js';
import {zeroFilled} from './text-methods.js';
import {
  type BytesValue,
  isBytes,
  isSequence,
  iterate,
  numeric,
  PythonError,
  sizeLimit,
  tuple,
  typeName,
  Undecidable,
  type Value,
} from './value.js';

export function bytesMethods({text: own}: BytesValue): Methods {
  const affix = (test: (text: string) => boolean): Method => [
    1,
    1,
    ([arg]) =>
      isSequence(arg!) && arg.kind === 'tuple' ? arg.items.some((each) => test(bytesOf(each))) : test(bytesOf(arg!)),
  ];
  const strips = (left: boolean, right: boolean): Method => [
    0,
    1,
    ([characters = null]) => {
      const set = characters === null ? blanks : bytesOf(characters);
      let start = 0;
      let end = own.length;
      while (left && start < end && set.includes(own[start]!)) start++;
      while (right && end > start && set.includes(own[end - 1]!)) end--;
      return bytes(own.slice(start, end));
    },
  ];
  const place = (name: 'indexOf' | 'lastIndexOf', needed: boolean): Method => [
    1,
    1,
    ([part]) => {
      const at = own[name](partOf(part!));
      if (at < 0 && needed) throw new PythonError('ValueError', 'subsection not found');
      return BigInt(at);
    },
  ];
  const parted = (name: 'indexOf' | 'lastIndexOf'): Method => [
    1,
    1,
    ([separator]) => {
      const mark = bytesOf(separator!);
      if (mark === '') throw new PythonError('ValueError', 'empty separator');
      const at = own[name](mark);
      const found =
        at >= 0
          ? [own.slice(0, at), mark, own.slice(at + mark.length)]
          : name === 'indexOf'
            ? [own, '', '']
            : ['', '', own];
      return tuple(...found.map(bytes));
    },
  ];
  const split: Method = [
    0,
    1,
    ([separator = null]) => {
      if (separator === null) return listOf(own.split(/[\t-\r ]+/).filter((word) => word !== ''));
      const mark = bytesOf(separator);
      if (mark === '') throw new PythonError('ValueError', 'empty separator');
      return listOf(own.split(mark));
    },
  ];
  const is = (pattern: RegExp): Method => [0, 0, () => pattern.test(own)];
  const made = (text: () => string): Method => [0, 0, () => bytes(text())];
  return {
    startswith: affix((text) => own.startsWith(text)),
    endswith: affix((text) => own.endsWith(text)),
    decode: [0, 2, ([encoding, errors]) => decoded(own, encoding, errors)],
    hex: [0, 0, () => Buffer.from(own, 'latin1').toString('hex')],
    lower: made(() => lower(own)),
    upper: made(() => upper(own)),
    swapcase: made(() => own.replace(/[a-zA-Z]/g, (each) => (each < 'a' ? lower(each) : upper(each)))),
    capitalize: made(() => upper(own.slice(0, 1)) + lower(own.slice(1))),
    title: made(() => lower(own).replace(/[a-z]+/g, (word) => upper(word[0]!) + word.slice(1))),
    strip: strips(true, true),
    lstrip: strips(true, false),
    rstrip: strips(false, true),
    split,
    rsplit: split,
    splitlines: [
      0,
      0,
      () => {
        const lines = own.split(/\r\n|\n|\r/);
        if (lines.at(-1) === '') lines.pop();
        return listOf(lines);
      },
    ],
    join: [
      1,
      1,
      ([items]) => {
        const parts = iterate(items!).map((item) => {
          if (isBytes(item)) return item.text;
          throw new PythonError('TypeError', `a bytes-like object is expected, not ${typeName(item)}`);
        });
        return bytes(parts.join(own));
      },
    ],
    replace: [
      2,
      2,
      ([from, to]) => {
        const [old, other] = [bytesOf(from!), bytesOf(to!)];
        const parts = own === '' && old === '' ? [] : own.split(old);
        if (parts.length * other.length > sizeLimit) throw new Undecidable('so long a value');
        // What is empty stands between all of them, and at both ends.
        return bytes(old === '' ? other + parts.map((part) => part + other).join('') : parts.join(other));
      },
    ],
    find: place('indexOf', false),
    rfind: place('lastIndexOf', false),
    index: place('indexOf', true),
    rindex: place('lastIndexOf', true),
    count: [
      1,
      1,
      ([part]) => {
        const wanted = partOf(part!);
        return BigInt(wanted === '' ? own.length + 1 : own.split(wanted).length - 1);
      },
    ],
    partition: parted('indexOf'),
    rpartition: parted('lastIndexOf'),
    removeprefix: [1, 1, ([part]) => bytes(own.startsWith(bytesOf(part!)) ? own.slice(bytesOf(part!).length) : own)],
    removesuffix: [
      1,
      1,
      ([part]) => bytes(own.endsWith(bytesOf(part!)) ? own.slice(0, own.length - bytesOf(part!).length) : own),
    ],
    zfill: [1, 1, ([width]) => bytes(zeroFilled(own, width!, own.length))],
    isalpha: is(/^[a-zA-Z]+$/),
    isalnum: is(/^[a-zA-Z0-9]+$/),
    isdigit: is(/^[0-9]+$/),
    isascii: is(/^[\0-\x7f]*$/),
    isspace: is(/^[\t-\r ]+$/),
    isupper: [0, 0, () => /[A-Z]/.test(own) && !/[a-z]/.test(own)],
    islower: [0, 0, () => /[a-z]/.test(own) && !/[A-Z]/.test(own)],
  };
}

const blanks = '\t\n\v\f\r ';

function bytes(text: string): BytesValue {
  return {kind: 'bytes', text};
}

function listOf(texts: readonly string[]): Value {
  return {kind: 'list', items: texts.map(bytes)};
}

function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function upper(text: string): string {
  return text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

function bytesOf(value: Value): string {
  if (isBytes(value)) return value.text;
  throw new PythonError('TypeError', `a bytes-like object is required, not '${typeName(value)}'`);
}

/** What is looked for: bytes, or the number of one. */
function partOf(value: Value): string {
  const code = numeric(value);
  if (typeof code !== 'bigint') {
    if (isBytes(value)) return value.text;
    throw new PythonError('TypeError', `argument should be integer or bytes-like object, not '${typeName(value)}'`);
  }
  if (code < 0n || code > 255n) throw new PythonError('ValueError', 'byte must be in range(0, 256)');
  return String.fromCharCode(Number(code));
}
