/** Reading and reporting option values, as several recipes need it. */
import type {Report} from '../diagnostics/diagnostic.js';
import type {Part} from '../model/lowering.js';
import {badValue, missingOption, noEffect} from './kinds.js';

/** Whether a value says yes in this recipe's own list of words; `fallback` where the option is absent. */
export function saysYes(part: Part, name: string, words: readonly string[], fallback: boolean): boolean {
  const value = part.literal(name);
  return value === undefined ? fallback : words.includes(value.trim().toLowerCase());
}

/** Silent where the option is written and its value could not be had: one mistake is told once. */
export function reportMissing(part: Part, name: string, report: Report, example: string): void {
  if (part.section.failed?.has(name)) return;
  const span = part.span('recipe');
  report({
    kind: missingOption,
    message: `part \`${part.name}\` has no \`${name}\``,
    ...(span && {primary: {span, text: `${part.recipe} needs it`}}),
    hint: `write \`${example}\` under [${part.name}]`,
  });
}

/** @param text  what stands at the caret: why it is wrong */
export function reportBad(
  part: Part,
  name: string,
  report: Report,
  message: string,
  text: string,
  hint?: string,
  needle?: string,
): void {
  const span = part.span(name, needle);
  report({
    kind: badValue,
    message,
    ...(span && {primary: {span, text}}),
    hint: hint ?? `where the value comes from: cfgc explain ${part.name}:${name} FILE`,
  });
}

export function reportNoEffect(part: Part, name: string, report: Report, why: string, hint: string): void {
  const span = part.span(name);
  report({
    kind: noEffect,
    message: `\`${name}\` of part \`${part.name}\` has no effect: ${why}`,
    ...(span && {primary: {span, text: why}}),
    hint,
  });
}
