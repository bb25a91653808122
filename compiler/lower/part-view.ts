/** A part as its recipe sees it, made from a resolved section. */
import type {ResolvedSection} from '../model/config.js';
import type {Part} from '../model/lowering.js';
import type {Origin} from '../model/release-plan.js';
import type {Span} from '../model/source.js';
import type {Text} from '../model/text.js';
import {lastSpan, spanOf} from '../util/option-span.js';
import {position} from '../util/position.js';
import {readersOf, show} from '../util/text.js';

/**
 * @param appended  text that other parts' recipes add at the end of options of this one
 */
export function partView(section: ResolvedSection, appended: ReadonlyMap<string, Text> = new Map()): Part {
  const {recipe, entryPoint} = recipeOf(section);
  const option = (name: string): Text | undefined => appended.get(name) ?? section.options.get(name)?.value;
  const span = (name?: string, needle?: string): Span | undefined => {
    const history = name === undefined ? [] : (section.options.get(name)?.history ?? []);
    return (needle === undefined ? lastSpan({history}) : spanOf({history}, needle)) ?? section.span;
  };
  return {
    name: section.name,
    recipe,
    entryPoint,
    section,
    option,
    ...readersOf(option),
    span,
    origin: (name, needle) => ({part: section.name, recipe, ...fileLine(span(name, needle))}),
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

/** File and line of a span, for the comment over a block. What no file wrote came with the command line. */
export function fileLine(span: Span | undefined): Pick<Origin, 'file' | 'line'> {
  return span === undefined ? {file: 'the command line', line: 0} : {file: span.source.name, line: position(span).line};
}
