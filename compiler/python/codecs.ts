/** `bytes.decode` and `str.encode`, of the encodings that every Python has built in. A byte is a character of bytes' text. */
import {type BytesValue, isLate, isPrefix, PythonError, typeName, Undecidable, type Value} from './value.js';

type Encoding = 'utf-8' | 'ascii' | 'latin-1';

/** `text.encode(encoding, errors)`. */
export function encoded(text: string, encoding: Value = 'utf-8', errors: Value = 'strict'): BytesValue {
  const known = encodingOf(encoding);
  const how = nameOf(errors, 'errors');
  if (known === 'utf-8') {
    if (/\p{Cs}/u.test(text)) {
      if (how === 'strict') throw new PythonError('UnicodeEncodeError', 'surrogates not allowed');
      throw new Undecidable('such an encoding');
    }
    return {kind: 'bytes', text: Buffer.from(text, 'utf8').toString('latin1')};
  }
  const most = known === 'ascii' ? 0x7f : 0xff;
  const made = Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    if (code <= most) return character;
    switch (how) {
      case 'strict':
        throw new PythonError('UnicodeEncodeError', `'${known}' codec can't encode a character`);
      case 'ignore':
        return '';
      case 'replace':
        return '?';
      case 'xmlcharrefreplace':
        return `&#${code};`;
      case 'backslashreplace':
        return escaped(code);
      default:
        throw new Undecidable('such a treatment of errors');
    }
  });
  return {kind: 'bytes', text: made.join('')};
}

/** `bytes.decode(encoding, errors)`. */
export function decoded(bytes: string, encoding: Value = 'utf-8', errors: Value = 'strict'): string {
  const known = encodingOf(encoding);
  const how = nameOf(errors, 'errors');
  if (known === 'latin-1' || /^[\0-\x7f]*$/.test(bytes)) return bytes;
  if (known === 'utf-8') {
    const data = Buffer.from(bytes, 'latin1');
    try {
      return new TextDecoder('utf-8', {fatal: how !== 'replace', ignoreBOM: true}).decode(data);
    } catch {
      if (how === 'strict') throw new PythonError('UnicodeDecodeError', "'utf-8' codec can't decode bytes");
      throw new Undecidable('such a treatment of errors');
    }
  }
  return bytes.replaceAll(/[^\0-\x7f]/g, (byte) => {
    switch (how) {
      case 'strict':
        throw new PythonError('UnicodeDecodeError', "'ascii' codec can't decode a byte");
      case 'ignore':
        return '';
      case 'replace':
        return '\ufffd';
      case 'backslashreplace':
        return escaped(byte.charCodeAt(0));
      default:
        throw new Undecidable('such a treatment of errors');
    }
  });
}

/** As a literal of Python's would hold it. */
export function escaped(code: number): string {
  const [letter, digits] =
    code > 0xffff ? (['U', 8] as const) : code > 0xff ? (['u', 4] as const) : (['x', 2] as const);
  return `\\${letter}${code.toString(16).padStart(digits, '0')}`;
}

function encodingOf(value: Value): Encoding {
  const name = nameOf(value, 'encoding')
    .toLowerCase()
    .replaceAll(/[-_ ]+/g, '-');
  if (/^(?:utf-?8|u8|utf|cp65001)$/.test(name)) return 'utf-8';
  if (/^(?:us-)?ascii$|^646$/.test(name)) return 'ascii';
  if (/^(?:latin-?1|l1|latin|iso-8859-1|iso8859-1|8859)$/.test(name)) return 'latin-1';
  throw new Undecidable('such an encoding');
}

function nameOf(value: Value, what: string): string {
  if (typeof value === 'string') return value;
  if (isPrefix(value) || isLate(value)) throw new Undecidable('such an encoding');
  throw new PythonError('TypeError', `argument '${what}' must be str, not ${typeName(value)}`);
}
