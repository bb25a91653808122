import type {Ref, Syntax, Text} from '../model/text.js';
import {type Quote, quoteAfter} from '../util/shell-text.js';

/**
 * The one road from a Text into the syntax of a shell, a Makefile or a config file.
 *
 * Nothing else in emit may put a value between quotes. Every function here takes any string without NUL and gives text that
 * its reader turns back into the same bytes; test/emit/quote.test.ts asks real shells.
 */

/** A reference that is quoted once more when the host fills it in, for the syntax of the file that it stands in. */
export interface QuotedRef {
  readonly quoted: Ref;
  /** The library function that prints its argument quoted; `entry_quote`, one word of a shell file, where absent. */
  readonly as?: string;
}

/** A Text of which some references are to become one quoted shell word of the file that they stand in. */
export interface FileText {
  readonly pieces: readonly (string | Ref | QuotedRef)[];
}

/** The functions of the library that quote a value on the host. */
const hostQuoting: Readonly<Record<Syntax, string>> = {sh: 'entry_quote', python: 'entry_quote_python'};

/** The shell variable that holds a reference's value on the host: see ARCHITECTURE.md, "Data reaches the library". */
export function variableOf(ref: Exclude<Ref, {ref: 'python'}>): string {
  switch (ref.ref) {
    case 'place':
      return ref.place.toUpperCase();
    case 'hostname':
      return 'HOST_NAME';
    case 'fqdn':
      return 'HOST_FQDN';
    case 'user':
      return 'SERVICE_USER';
    case 'group':
      return 'SERVICE_GROUP';
    case 'release-id':
      return 'RELEASE_ID';
    case 'env':
      return `INPUT_${identifier(ref.name)}`;
    case 'secret':
      return `SECRET_${identifier(ref.name)}`;
  }
}

/** A name as part of a shell variable's or function's name. */
export function identifier(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, '_');
}

/**
 * One word of a shell command.
 * Single quotes, where nothing means anything, or double ones with the four characters escaped that mean something there.
 */
export function shWord(value: string | FileText): string {
  if (typeof value === 'string') return literalWord(value);
  const only = value.pieces.length === 1 ? value.pieces[0] : value.pieces.length === 0 ? '' : undefined;
  return typeof only === 'string' ? literalWord(only) : doubleQuoted(value);
}

/**
 * A command that reads `content` on its standard input, indented by four blanks.
 *
 * A here-document wherever it can carry the bytes, for it reads like the file: quoted where nothing is left to the host, else
 * open with `$`, backtick and backslash escaped. It can't carry a missing last newline, or lines with the beginnings of all
 * delimiters: then printf writes a quoted word.
 * In that form the command runs in a subshell in most shells, so it must keep nothing in variables.
 * @param after what follows the command in its line, ` || return` above all
 */
export function shFeed(content: FileText, command: string, after = ''): string {
  if (content.pieces.length === 0) return `    ${command} </dev/null${after}`;
  const last = content.pieces.at(-1);
  const open = content.pieces.some((piece) => typeof piece !== 'string');
  // Typographic quotes in an open here-document look like a mistake to shellcheck, and there they can't be quoted.
  const typographic = open && content.pieces.some((piece) => typeof piece === 'string' && /[\u201c\u201d]/.test(piece));
  const lines = typeof last === 'string' && last.endsWith('\n') && !typographic;
  const body = open ? expanding(content, /[\\$`]/g) : content.pieces.join('');
  const end = lines ? delimiter(body) : undefined;
  if (end === undefined) {
    return `    printf '%s' ${shWord(content)} |\n        ${command}${after}`;
  }
  return `    ${command} <<${open ? end : `'${end}'`}${after}\n${body}${end}`;
}

/** Shell source of the user's, with references. Where the text of one could become code, it becomes a variable instead. */
export function shSource(source: Text): Text {
  // What the host alone decides (places, users) is checked by the script to be free of quotes and blanks; a declared input or
  // a secret may hold anything, so it stays a variable of the command, quoted for the place where it stands.
  const out: (string | Ref)[] = [];
  let quote: Quote = '';
  for (const piece of source.pieces) {
    if (typeof piece === 'string') {
      quote = quoteAfter(piece, quote);
      out.push(piece);
    } else if (piece.ref === 'env' || piece.ref === 'secret') {
      const expansion = `\${${variableOf(piece)}}`;
      out.push(quote === '"' ? expansion : quote === "'" ? `'"${expansion}"'` : `"${expansion}"`);
    } else {
      out.push(piece);
    }
  }
  return {pieces: joinStrings(out)};
}

/** One word of a shell file that the script writes on the host. */
export function shFileWord(value: Text): FileText {
  const pieces: (string | Ref | QuotedRef)[] = [];
  for (const piece of value.pieces) {
    if (typeof piece === 'string') pieces.push(single(piece));
    else pieces.push({quoted: piece});
  }
  return {pieces: pieces.length === 0 ? ["''"] : pieces};
}

/** A comment of one line in sh, Make, Puppet, YAML, INI: control characters and line separators become blanks. */
export function comment(value: string): string {
  return [...value].map((char) => (isControl(char) ? ' ' : char)).join('');
}

/** A word of a Make recipe line, or of a `sh -c` inside it: quoted for sh, then `$` doubled for Make. No newline can pass. */
export function makeWord(value: string): string {
  return single(value).replaceAll('$', '$$$$');
}

/** A value in Puppet: single quotes know `\\` and `\'` alone. */
export function puppetString(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&')}'`;
}

/** A value of YAML: JSON's strings are YAML's double-quoted ones, where everything beyond ASCII is escaped as YAML has it. */
export function yamlString(value: string): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/gu, (char) => {
    const code = char.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** A value in an Ansible playbook: `!unsafe` where a brace could begin a template. */
export function ansibleString(value: string): string {
  return `${value.includes('{') ? '!unsafe ' : ''}${yamlString(value)}`;
}

/** A field of a tmpfiles.d or sysusers.d line. `%` begins a specifier there, blanks end a field, C escapes are read. */
export function systemdField(value: string): string {
  const escaped = value.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return /\s|["'\\]/.test(escaped) || escaped === '' ? `"${escaped}"` : escaped;
}

/** A path in an mtree specification: vis(3) octal escapes for what is no plain printing character. */
export function mtreePath(value: string): string {
  return [...Buffer.from(value, 'utf8')]
    .map((byte) =>
      byte <= 0x20 || byte >= 0x7f || byte === 0x5c || byte === 0x23
        ? `\\${byte.toString(8).padStart(3, '0')}`
        : String.fromCharCode(byte),
    )
    .join('');
}

/** Text of an HTML page, attribute values too. */
export function html(value: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return value.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}

/**
 * A literal word. Single quotes where they are plain to read; double ones where `'`, `$` and the like would make a reader,
 * and shellcheck, wonder whether an expansion was meant.
 */
function literalWord(value: string): string {
  return /['$`\u2018\u2019]|\\$/.test(value) ? doubleQuoted({pieces: [value]}) : `'${value}'`;
}

function doubleQuoted(value: FileText): string {
  // Typographic double quotes inside double quotes look like a mistake (SC1111): they get quotes of the other kind.
  return `"${expanding(value, /[\\"$`]/g).replace(/[\u201c\u201d]+/g, '"\'$&\'"')}"`;
}

/** Always single quotes: for files and Make, where nobody asks shellcheck. */
function single(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** Text inside double quotes or an open here-document: literal pieces escaped, references as expansions. */
function expanding(value: FileText, special: RegExp): string {
  return value.pieces
    .map((piece, index) => {
      if (typeof piece === 'string') return piece.replace(special, '\\$&');
      if ('quoted' in piece) return `$(${piece.as ?? 'entry_quote'} "${expanding({pieces: [piece.quoted]}, special)}")`;
      if (piece.ref === 'python') return '$VENV/bin/python';
      if ('within' in piece && piece.within !== undefined)
        return `$(${hostQuoting[piece.within]} "$${variableOf(piece)}")`;
      const name = variableOf(piece);
      const next = value.pieces[index + 1];
      // Braces keep a following letter, `[` or `:` apart from the name; before `/` and at the end they are only noise.
      return next === undefined || (typeof next === 'string' && /^[/\n ]/.test(next)) ? `$${name}` : `\${${name}}`;
    })
    .join('');
}

/** A word that ends a here-document of `body` at its end, the same for the same body; undefined where there is none. */
function delimiter(body: string): string | undefined {
  const lines = body.split('\n');
  return ends.find((end) => !lines.some((line) => line.trim() === end || losesByte(line, end)));
}

const ends = ['END', ...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ', (letter) => `${letter}_END`)];

/** dash loses a byte beyond ASCII that follows what could have become the delimiter: `E` at the start of a line, then `é`. */
function losesByte(line: string, end: string): boolean {
  let same = 0;
  while (same < end.length && line[same] === end[same]) same++;
  return same > 0 && line.charCodeAt(same) > 0x7f;
}

function joinStrings(pieces: readonly (string | Ref)[]): (string | Ref)[] {
  const out: (string | Ref)[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') out[out.length - 1] = last + piece;
    else out.push(piece);
  }
  return out;
}

function isControl(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return code < 0x20 || code === 0x7f || code === 0x85 || code === 0x2028 || code === 0x2029;
}
