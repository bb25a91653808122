import {lineText, position} from '../util/position.js';
import {concealed} from './conceal.js';
import type {Diagnostic, Label, Profile, Severity} from './diagnostic.js';
import {limited} from './limit.js';
import {bySamePlace} from './same-place.js';
import {count, ordered, placeOf, severityOf} from './severity.js';

export interface RenderOptions {
  readonly profile: Profile;
  readonly colour: boolean;
  /** Diagnostics of a kind that are shown in a file; all where it is not given, or 0. */
  readonly most?: number;
}

/**
 * Diagnostics as text for a terminal, ordered, with a last line that counts all of them; what is left out has a line above it.
 * Empty where there are none.
 */
export function renderText(diagnostics: readonly Diagnostic[], options: RenderOptions): string {
  const all = ordered(diagnostics, options.profile);
  if (all.length === 0) return '';
  const {shown, leftOut} = limited(bySamePlace(all), options.most ?? 0);
  const blocks = shown.map((diagnostic) => renderOne(diagnostic, options));
  const more = leftOut.map(
    ({id, file, count}) =>
      `… and ${count} more of ${id}${file === undefined ? '' : ` in ${printable(file)}`}: --max-diagnostics 0 shows them\n`,
  );
  return `${blocks.join('\n')}\n${more.join('')}${summary(all, options.profile)}\n`;
}

/** One diagnostic: what is wrong, where with a caret, how it came there, what to write instead. Ends with a line end. */
export function renderOne(diagnostic: Diagnostic, {profile, colour}: RenderOptions): string {
  const paint = colour ? paintWith : plainly;
  const severity = severityOf(diagnostic.kind, profile);
  if (severity === 'off') return '';
  const out = [
    `${paint(severity, `${severity}[${diagnostic.kind.id}]`)}${paint('strong', `: ${printable(diagnostic.message)}`)}`,
  ];
  const labels = [...(diagnostic.primary ? [diagnostic.primary] : []), ...(diagnostic.secondary ?? [])];
  const gutter = Math.max(1, ...labels.map((label) => String(position(label.span).line).length));
  const bar = `${' '.repeat(gutter + 1)}${paint('place', '|')}`;
  labels.forEach((label, index) => {
    const arrow = index === 0 && diagnostic.primary ? '-->' : ':::';
    out.push(`${' '.repeat(gutter)}${paint('place', arrow)} ${printable(placeOf({...diagnostic, primary: label})!)}`);
    const snippet = excerpt(label);
    if (snippet === undefined) return;
    const number = String(position(label.span).line).padStart(gutter);
    const tone = index === 0 ? severity : 'place';
    out.push(bar, `${paint('place', `${number} |`)} ${snippet.line}`.trimEnd());
    out.push(
      `${bar} ${' '.repeat(snippet.indent)}${paint(tone, `${snippet.carets} ${printable(label.text)}`.trimEnd())}`,
    );
  });
  const equals = `${' '.repeat(gutter + 1)}${paint('place', '=')}`;
  if (labels.length > 0 && (diagnostic.notes?.length || diagnostic.hint)) out.push(bar);
  for (const note of diagnostic.notes ?? [])
    out.push(...hanging(`${equals} ${paint('strong', 'note')}: `, gutter + 9, note));
  if (diagnostic.hint) out.push(...hanging(`${equals} ${paint('strong', 'hint')}: `, gutter + 9, diagnostic.hint));
  return `${out.join('\n')}\n`;
}

/** `2 errors, 1 warning`. */
function summary(diagnostics: readonly Diagnostic[], profile: Profile): string {
  const counts = count(diagnostics, profile);
  return (['error', 'warning', 'note'] as const)
    .filter((severity) => counts[severity] > 0)
    .map((severity) => `${counts[severity]} ${severity}${counts[severity] === 1 ? '' : 's'}`)
    .join(', ');
}

const widest = 120;

/** The source line, cut to what fits where it is long, and the carets below it. */
function excerpt(label: Label): {line: string; indent: number; carets: string} | undefined {
  const {source} = label.span;
  const {line, column, endLine, endColumn} = position(label.span);
  const whole = label.conceal ? concealed(label) : lineText(source, line);
  if (source.text === '' && whole === '') return undefined;
  const last = endLine === line && !label.conceal ? Math.max(endColumn - 1, column - 1) : whole.length;
  let from = 0;
  if (whole.length > widest) from = Math.max(0, Math.min(column - 1 - 40, whole.length - widest));
  const to = Math.min(whole.length, from + widest);
  const before = from > 0 ? '…' : '';
  const after = to < whole.length ? '…' : '';
  const shown = printable(whole.slice(from, to));
  const indent = width(before + printable(whole.slice(from, column - 1)));
  const marked = printable(whole.slice(column - 1, Math.min(last, to)));
  return {line: `${before}${shown}${after}`, indent, carets: '^'.repeat(Math.max(1, width(marked)))};
}

/** Tabs as blanks, and control characters as pictures: a file must not be able to write to the terminal. */
function printable(line: string): string {
  return line.replaceAll('\t', '    ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\n') return character;
    const code = character.codePointAt(0)!;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : `\\u{${code.toString(16)}}`;
  });
}

/** Columns that a terminal gives to a text: marks take none, East Asian wide characters and emoji two. */
function width(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (/\p{M}/u.test(character)) continue;
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}

/** A text of several lines, the later ones set in. */
function hanging(prefix: string, indent: number, body: string): string[] {
  return body
    .split('\n')
    .map((line, index) => (index === 0 ? prefix : ' '.repeat(indent)) + printable(line))
    .map((line) => line.trimEnd());
}

type Tone = Severity | 'place' | 'strong';
const codes: Readonly<Record<Tone, string>> = {
  error: '1;31',
  warning: '1;33',
  note: '1;36',
  place: '1;34',
  strong: '1',
};

function paintWith(tone: Tone, words: string): string {
  return `\u001b[${codes[tone]}m${words}\u001b[0m`;
}

function plainly(_tone: Tone, words: string): string {
  return words;
}
