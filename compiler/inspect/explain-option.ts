import type {ConfigOption, HistoryItem, ResolvedOption} from '../model/config.js';
import {position} from '../util/position.js';
import {show} from '../util/text.js';

/**
 * The whole story of an option: its value, its raw form, and every step that led there, oldest first.
 * @param macros  the `<=` of its section: options of others come by it
 */
export function explainOption(
  section: string,
  option: ConfigOption,
  resolved: ResolvedOption | undefined,
  macros: ConfigOption | undefined,
): string {
  const out = [`[${section}] ${option.name}`, ''];
  const value = resolved && show(resolved.value);
  out.push(...block('value', value ?? option.raw));
  if (value !== undefined && value !== option.raw) out.push(...block('written as', option.raw));
  out.push('', 'how it came to be:');
  const taken = macros?.raw.split('\n').map((name) => name.trim());
  if (macros && macros !== option && taken)
    out.push(
      `  ${placeOf(macros.history.at(-1))}  [${section}] takes the options of ${taken.map((name) => `[${name}]`).join(', ')}`,
    );
  for (const item of option.history) out.push(...step(item));
  return `${out.join('\n')}\n`;
}

function step(item: HistoryItem): string[] {
  const verb = {set: '=', add: '+=', take: '-='}[item.operation];
  const place = item.madeAbsolute ? 'made absolute by buildout' : placeOf(item);
  const by = item.span && item.from !== 'file' ? ` (${sources[item.from]})` : '';
  const lines = item.value.split('\n');
  if (lines.length === 1) return [`  ${place}${by}  ${verb} ${lines[0]}`.trimEnd()];
  return [`  ${place}${by}  ${verb}`, ...lines.filter((line) => line !== '').map((line) => `      ${line}`)];
}

function placeOf(item: HistoryItem | undefined): string {
  if (!item) return '';
  return item.span ? `${item.span.source.name}:${position(item.span).line}` : sources[item.from];
}

const sources: Readonly<Record<HistoryItem['from'], string>> = {
  file: 'a file',
  default: "buildout's default",
  computed: 'computed',
  'command-line': 'the command line',
  implicit: 'buildout adds it',
  recipe: 'given by the recipe',
  macro: 'by a macro',
};

function block(title: string, value: string): string[] {
  const lines = value.split('\n');
  return lines.length === 1
    ? [`${title}: ${lines[0]}`]
    : [`${title}:`, ...lines.map((line) => `    ${line}`.trimEnd())];
}
