/**
 * The text that a Python string literal stands for.
 * @param literal  with quotes and prefix, in one line or triple-quoted
 * @returns undefined for a bad escape, for bytes and for f-strings
 */
export function readPythonString(literal: string): string | undefined {
  const [, prefix = '', quote = ''] = /^([a-zA-Z]*)('''|"""|'|")/.exec(literal) ?? [];
  if (quote === '' || /[bft]/i.test(prefix)) return undefined;
  const body = literal.slice(prefix.length + quote.length, -quote.length);
  if (literal.length < prefix.length + 2 * quote.length) return undefined;
  if (/r/i.test(prefix)) return body;
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(body)) return undefined;
  let valid = true;
  const text = body.replaceAll(
    /\\(?:x([0-9a-fA-F]{0,2})|u([0-9a-fA-F]{0,4})|U([0-9a-fA-F]{0,8})|N(\{[^}]*\})?|([0-7]{1,3})|(\r\n|[\s\S]))/g,
    (whole, x?: string, u?: string, U?: string, _name?: string, octal?: string, other?: string) => {
      const hex = x ?? u ?? U;
      if (hex !== undefined) {
        const length = x !== undefined ? 2 : u !== undefined ? 4 : 8;
        const code = Number.parseInt(hex, 16);
        if (hex.length === length && code <= 0x10ffff) return String.fromCodePoint(code);
        valid = false;
        return '';
      }
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (other === undefined) {
        // A name of Unicode's: no table of names is kept here.
        valid = false;
        return '';
      }
      const simple: Readonly<Record<string, string>> = {
        '\n': '',
        '\r\n': '',
        '\\': '\\',
        "'": "'",
        '"': '"',
        a: '\x07',
        b: '\b',
        f: '\f',
        n: '\n',
        r: '\r',
        t: '\t',
        v: '\v',
      };
      return Object.hasOwn(simple, other) ? simple[other]! : whole;
    },
  );
  return valid ? text : undefined;
}

/** The bytes that `b'…'` stands for, a character each; undefined for what is no literal of bytes. */
export function readPythonBytes(literal: string): string | undefined {
  const [, prefix = '', quote = ''] = /^([a-zA-Z]*)('''|"""|'|")/.exec(literal) ?? [];
  if (!/^(?:b|rb|br)$/i.test(prefix)) return undefined;
  const body = literal.slice(prefix.length + quote.length, -quote.length);
  if (/r/i.test(prefix)) return body;
  // Here \u and \N are no escapes.
  const plain = body.replaceAll(/\\(?:([uUN])|[\s\S])/g, (whole, letter?: string) =>
    letter ? `\\\\${letter}` : whole,
  );
  const found = readPythonString(quote + plain + quote);
  return found?.replaceAll(/[^\0-\xff]/g, (character) => String.fromCharCode(character.charCodeAt(0) & 0xff));
}

/** Whether a literal is one to Python: its escapes are whole, and bytes are ASCII. What stands in an f-string is not looked at. */
export function isPythonString(literal: string): boolean {
  const [, prefix = '', quote = ''] = /^([a-zA-Z]*)('''|"""|'|")/.exec(literal) ?? [];
  const body = literal.slice(prefix.length + quote.length, -quote.length);
  if (/b/i.test(prefix) && /[^\0-\x7f]/.test(body)) return false;
  if (/r/i.test(prefix)) return true;
  const escapes =
    body.match(/\\(?:[^xuUN]|x[0-9a-fA-F]{0,2}|u[0-9a-fA-F]{0,4}|U[0-9a-fA-F]{0,8}|N(?:\{[^}]+\})?)/gs) ?? [];
  return escapes.every((found) => {
    switch (found[1]) {
      case 'x':
        return found.length === 4;
      case 'u':
        return /b/i.test(prefix) || found.length === 6;
      case 'U':
        return /b/i.test(prefix) || (found.length === 10 && Number.parseInt(found.slice(2), 16) <= 0x10ffff);
      case 'N':
        return /b/i.test(prefix) || /^\\N\{[a-z][a-z0-9 -]+\}$/i.test(found);
      default:
        return true;
    }
  });
}
