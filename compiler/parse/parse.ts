import type {CstNode, IToken} from 'chevrotain';
import type {FileCstChildren, SectionCstNode} from '../../grammar/cfg-cst.js';
import {CfgParser} from '../../grammar/cfg-parser.js';
import {cfgLexer, type HeaderParts, type OptionParts} from '../../grammar/tokens.js';
import type {Report} from '../diagnostics/diagnostic.js';
import type {CfgFile, CfgOption, CfgSection} from '../model/cfg-file.js';
import type {Target} from '../model/settings.js';
import type {Source, Span} from '../model/source.js';
import {dedent, isSpace, rstrip, strip} from '../util/python-string.js';
import {decideCondition} from './condition.js';
import {byteOrderMark, noSectionHeader, notAnOption} from './kinds.js';

/**
 * Reads the text of a `.cfg` file: what `zc.buildout.configparser.parse` returns for it, with places.
 *
 * @param target  what section conditions are decided for
 * @param assume  conditions that the user answered: the text between colon and bracket, stripped, to the answer
 * @returns what could be read, also where errors were reported
 * Source: zc.buildout 6.0.1, configparser.parse.
 */
export function parseCfg(
  source: Source,
  target: Target,
  report: Report,
  assume: ReadonlyMap<string, boolean> = new Map(),
): CfgFile {
  const reader = new Reader(source, target, report, assume);
  for (const {text, start} of pieces(source.text)) reader.read(parseTree(text), text, start);
  return reader.file();
}

/** Characters of a piece, at least: a tree takes a hundred times the memory of its text, and lives as long as its piece. */
const pieceLength = 1 << 14;

/** A text cut before plain headers. Lines are read the same in pieces: what goes on from one to the next is the reader's to know. */
function* pieces(text: string): Iterable<{readonly text: string; readonly start: number}> {
  const header = /(?<=[\n\r])\[[\w.-]+\](?=[\n\r])/g;
  let start = 0;
  while (text.length - start > 2 * pieceLength) {
    header.lastIndex = start + pieceLength;
    const found = header.exec(text);
    if (!found) break;
    yield {text: text.slice(start, found.index), start};
    start = found.index;
  }
  yield {text: text.slice(start), start};
}

let parser: CfgParser | undefined;

function parseTree(text: string): FileCstChildren {
  parser ??= new CfgParser();
  parser.input = cfgLexer.tokenize(text).tokens;
  const tree: CstNode = parser.file();
  if (parser.errors.length > 0) throw new Error(`the grammar refused a line: ${parser.errors[0]!.message}`);
  // The root of the tree is a `file`: the generated types name its children.
  return tree.children as unknown as FileCstChildren;
}

const none: readonly IToken[] = [];

/** An option while its lines are read. */
interface Draft {
  /** Of the value, joined when all are read: of an option that is added to very often, each would be a copy of all. */
  lines: string[] | undefined;
  /** While it has one line alone: most have, and need no list. */
  value: string;
  key: string;
  keySpan: Span;
  start: number;
  end: number;
}

interface SectionDraft {
  readonly name: string;
  span: Span;
  readonly options: Map<string, Draft>;
  /** Names that `NAME +` or `NAME -` stands for: few, and each option asks for them. */
  readonly signed: Set<string>;
}

/** Walks the lines in order and keeps what buildout keeps: the section, the option, whether it began with an empty line. */
class Reader {
  private readonly sections = new Map<string, SectionDraft>();
  private readonly conditions: Span[] = [];
  private section: SectionDraft | undefined;
  private option: Draft | undefined;
  private block = false;
  private active = true;
  private stopped = false;
  /** The piece that is being read, and where it starts in the source. */
  private text = '';
  private base = 0;

  constructor(
    private readonly source: Source,
    private readonly target: Target,
    private readonly report: Report,
    private readonly assume: ReadonlyMap<string, boolean>,
  ) {}

  /** @param text  what the tree was made of: a piece of the source, from `base` on */
  read(file: FileCstChildren, text: string, base: number): void {
    this.text = text;
    this.base = base;
    for (const {children} of file.preamble) {
      this.strays(children.Indented, children.Junk, children.Option);
    }
    for (const node of file.section ?? []) {
      if (this.stopped) return;
      this.readSection(node);
    }
  }

  file(): CfgFile {
    const {source} = this;
    const sections: CfgSection[] = [];
    this.sections.forEach(({name, span, options}) => {
      const read: CfgOption[] = [];
      options.forEach(({key, value, lines, keySpan, start, end}) => {
        read.push({key, value: finish(lines ? lines.join('\n') : value), keySpan, valueSpan: {source, start, end}});
      });
      sections.push({name, span, options: read});
    });
    return {source, sections, conditions: this.conditions};
  }

  private readSection({children}: SectionCstNode): void {
    const header = payload<HeaderParts>(children.Header[0]!);
    this.active =
      header.condition === undefined || header.condition.start === header.condition.end || this.decide(header);
    // A section whose condition is false leaves the section before it open: buildout goes on where it was.
    if (this.active) {
      const span = this.span(header.nameStart, header.nameEnd);
      this.section = this.sections.get(header.name);
      if (this.section) this.section.span = span;
      else {
        this.section = {name: header.name, span, options: new Map(), signed: new Set()};
        this.sections.set(header.name, this.section);
      }
      this.option = undefined;
    }
    const {Option: options = none, Indented: indented = none, Junk: junk = none} = children;
    let [lines, mistakes] = [0, 0];
    // Before the first option, then behind each of them: the lines up to the next one.
    for (let at = -1; at < options.length && !this.stopped; at++) {
      const end = options[at + 1]?.startOffset ?? Number.POSITIVE_INFINITY;
      const [firstLine, firstMistake] = [lines, mistakes];
      while (lines < indented.length && indented[lines]!.startOffset < end) lines++;
      while (mistakes < junk.length && junk[mistakes]!.startOffset < end) mistakes++;
      const option = options[at];
      if (option && !this.section) this.noHeader(option);
      else if (option && this.active) {
        this.start(option);
        for (let line = firstLine; line < lines; line++) this.continue(indented[line]!);
        // A junk line does not end an option.
        for (let mistake = firstMistake; mistake < mistakes; mistake++) this.junk(junk[mistake]!);
      } else if (lines > firstLine || mistakes > firstMistake)
        this.strays(indented.slice(firstLine, lines), junk.slice(firstMistake, mistakes));
    }
  }

  private start(token: IToken): void {
    const {options, signed} = this.section!;
    const {key, keyStart, keyEnd, valueStart, lineEnd} = payload<OptionParts>(token);
    const written = rstrip(this.text.slice(valueStart, lineEnd));
    const value = strip(written);
    const operator = key.at(-1);
    const known = options.get(key);
    const last = valueStart + written.length + this.base;
    if (known && (operator === '+' || operator === '-')) {
      // Conditional sections can add to one option several times in a file.
      known.lines ??= [known.value];
      stripEnd(known.lines);
      if (value !== '') known.lines.push(value);
      known.end = last;
      this.option = known;
    } else {
      if (operator === '+' || operator === '-') signed.add(key.slice(0, -2));
      else if (signed.delete(key)) {
        options.delete(`${key} +`);
        options.delete(`${key} -`);
      }
      const draft = {
        key,
        value,
        lines: undefined,
        keySpan: this.span(keyStart, keyEnd),
        start: valueStart + this.base,
        end: last,
      };
      // In place, so that an option that is set again keeps its position.
      if (known) Object.assign(known, draft);
      else options.set(key, draft);
      this.option = known ?? draft;
    }
    this.block = value === '';
  }

  private continue(token: IToken): void {
    const option = this.option!;
    const start = token.startOffset + this.base;
    const written = rstrip(token.image);
    if (written === '' && !this.block) return;
    option.lines ??= [option.value];
    option.lines.push(this.block ? written : strip(written));
    if (written !== '') option.end = start + written.length;
  }

  /** Lines that continue nothing. */
  private strays(
    indented: readonly IToken[] = [],
    junk: readonly IToken[] = [],
    options: readonly IToken[] = [],
  ): void {
    // Where an option of an earlier section is still open (this one is off), indented lines are skipped with it.
    const loose = this.section && this.option ? [] : indented.filter((token) => strip(token.image) !== '');
    if (loose.length + junk.length + options.length === 0) return;
    const lines = [...loose, ...junk, ...options].sort((a, b) => a.startOffset - b.startOffset);
    if (!this.section) {
      if (lines.length > 0) this.noHeader(lines[0]!);
      return;
    }
    for (const line of lines) this.junk(line);
  }

  private decide(header: HeaderParts): boolean {
    const condition = header.condition!;
    const span = this.span(condition.start, condition.end);
    this.conditions.push(span);
    return decideCondition(
      {
        source: this.source,
        start: condition.start + this.base,
        close: header.tailStart + this.base,
        lineEnd: header.lineEnd + this.base,
      },
      this.target,
      this.report,
      this.assume,
    );
  }

  private noHeader(token: IToken): void {
    if (this.stopped) return;
    this.stopped = true;
    if (token.image.startsWith('\ufeff')) {
      this.report({
        kind: byteOrderMark,
        message: `${this.source.name} starts with a byte-order mark`,
        primary: {span: this.span(token.startOffset, token.startOffset + 1), text: 'an invisible character'},
        hint: 'save the file as UTF-8 without a BOM',
      });
      return;
    }
    const switchedOff = this.conditions.length > 0;
    const looksLike = /^\s*\[/.test(token.image);
    this.report({
      kind: noSectionHeader,
      message: looksLike ? 'this is no section header to buildout' : 'text before the first section header',
      primary: {
        span: this.lineSpan(token),
        text: looksLike ? headerFault(token.image) : 'belongs to no section',
      },
      notes: switchedOff ? ['the section above is off for the target, and buildout has no other to put this in'] : [],
      hint: looksLike
        ? 'write `[name]` at the start of the line, the name without blanks or any of # [ ] : ; { }'
        : switchedOff
          ? 'put an unconditional section first'
          : 'write a header such as `[buildout]` above it',
    });
  }

  private junk(token: IToken): void {
    const assigned = /^([^\s:=[\]{}]+)\s*:\s*(.*)/.exec(token.image);
    const macro = /^=\s*<\s*(\S.*)$/.exec(rstrip(token.image));
    const apart = /^(\S+)\s+([-+])\s+=\s*(.*)$/.exec(rstrip(token.image));
    const indented = /^\s/.test(token.image);
    const header = token.image.startsWith('[');
    this.report({
      kind: notAnOption,
      message: header ? 'this is no section header to buildout' : 'this line is no option',
      primary: {
        span: this.lineSpan(token),
        text: indented ? 'continues no option' : header ? headerFault(token.image) : optionFault(token.image),
      },
      hint: /^\s*\[?\s*\{[{%#]/.test(token.image)
        ? 'this looks like a Jinja template: render it, and compile the result'
        : header
          ? 'write `[name]`, the name without blanks or any of # [ ] : ; { }; behind it only a comment'
          : assigned
            ? `write \`${assigned[1] === '<' ? '<=' : `${assigned[1]} =`} ${strip(assigned[2]!)}\``
            : indented
              ? 'begin the option in the first column, or put its name above'
              : apart
                ? `write \`${apart[1]} ${apart[2]}= ${apart[3]}\``
                : macro
                  ? `write \`<= ${macro[1]}\``
                  : 'write `name = value`; to continue the option above, begin the line with blanks',
    });
  }

  private lineSpan(token: IToken): Span {
    const text = rstrip(token.image);
    const indent = text.length - strip(text).length;
    return this.span(token.startOffset + indent, token.startOffset + Math.max(text.length, indent + 1));
  }

  private span(start: number, end: number): Span {
    return {source: this.source, start: start + this.base, end: end + this.base};
  }
}

/** `rstrip` of the lines, joined. One is left. */
function stripEnd(lines: string[]): void {
  while (lines.length > 1 && strip(lines.at(-1)!) === '') lines.pop();
  lines.push(rstrip(lines.pop()!));
}

/** What is left of a value when all its lines are read. Source: the end of configparser.parse. */
function finish(value: string): string {
  if (value === '' || !isSpace(value.charCodeAt(0))) return value;
  const text = dedent(rstrip(value));
  let start = 0;
  while (start < text.length && isSpace(text.charCodeAt(start))) start++;
  const cut = text.lastIndexOf('\n', start - 1);
  return cut < 0 || start === 0 ? text : text.slice(cut + 1);
}

function headerFault(image: string): string {
  const name = /^\s*\[\s*([^\]:]*)/.exec(image)?.[1] ?? '';
  if (/^\s/.test(image)) return 'indented';
  if (strip(name) === '') return 'no name';
  if (!image.includes(']')) return 'the closing bracket is missing';
  if (/\s/.test(strip(name))) return 'the name holds a blank';
  if (/[#;{}[\]]/.test(name)) return 'the name holds a character that it may not';
  return 'something else than a comment stands behind the bracket';
}

function optionFault(image: string): string {
  const equals = image.indexOf('=');
  if (equals < 0) return 'has no `=`';
  const name = strip(image.slice(0, equals));
  if (name === '') return 'has no name before `=`';
  return /[[\]{}:]/.test(name) ? 'the name holds one of [ ] { } :' : 'the name holds a blank';
}

function payload<T extends object>(token: IToken): T {
  return token.payload as T;
}
