/** A part as its recipe sees it, made from a resolved section. */
import type {HistoryItem, ResolvedSection} from '../model/config.js';
import type {Part} from '../model/lowering.js';
import type {Origin} from '../model/release-plan.js';
import type {Span} from '../model/source.js';
import type {Text} from '../model/text.js';
import {lines, literal, show} from '../util/text.js';

/**
 * @param appended  text that other parts' recipes add at the end of options of this one
 */
export function partView(section: ResolvedSection, appended: ReadonlyMap<string, Text> = new Map()): Part {
  const {recipe, entryPoint} = recipeOf(section);
  const option = (name: string): Text | undefined => appended.get(name) ?? section.options.get(name)?.value;
  const span = (name?: string, needle?: string): Span | undefined => {
    const history = name === undefined ? [] : (section.options.get(name)?.history ?? []);
    return spanIn(history, needle) ?? section.span;
  };
  return {
    name: section.name,
    recipe,
    entryPoint,
    section,
    option,
    literal: (name) => {
      const value = option(name);
      return value && literal(value);
    },
    lines: (name) => {
      const value = option(name);
      return value === undefined ? [] : lines(value);
    },
    span,
    origin: (name) => ({part: section.name, recipe, ...fileLine(span(name))}),
  };
}

/** `plone.recipe.zeoserver[zrs]:default` taken apart. The extra is not part of the name. */
export function recipeOf(section: ResolvedSection): {recipe: string; entryPoint: string} {
  const value = section.options.get('recipe')?.value;
  const whole = value === undefined ? '' : show(value).trim();
  const at = whole.indexOf(':');
  const requirement = at === -1 ? whole : whole.slice(0, at);
  const name = /^[\w.-]*/.exec(requirement)?.[0] ?? requirement;
  return {recipe: name, entryPoint: at === -1 ? 'default' : whole.slice(at + 1).trim() || 'default'};
}

/** File and line of a span, for the comment over a block. */
export function fileLine(span: Span | undefined): Pick<Origin, 'file' | 'line'> {
  if (span === undefined) return {file: '', line: 0};
  let line = 1;
  for (let i = span.source.text.indexOf('\n'); i !== -1 && i < span.start; i = span.source.text.indexOf('\n', i + 1))
    line++;
  return {file: span.source.name, line};
}

/** The newest place that set an option; with `needle`, the newest that holds it, narrowed to its line. */
function spanIn(history: readonly HistoryItem[], needle?: string): Span | undefined {
  const placed = history.filter((item) => item.span !== undefined).reverse();
  if (needle !== undefined && needle !== '') {
    for (const {span} of placed) {
      const {source, start, end} = span!;
      const at = source.text.slice(start, end).indexOf(needle);
      if (at !== -1) return {source, start: start + at, end: start + at + needle.length};
    }
  }
  return placed[0]?.span;
}
