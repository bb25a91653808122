import type {DiagnosticKind, Report} from '../diagnostics/diagnostic.js';
import type {ResolvedOption, ResolvedSection} from '../model/config.js';
import type {Span} from '../model/source.js';
import type {Text} from '../model/text.js';
import {nearest} from '../util/nearest.js';
import {lastSpan, spanOf} from '../util/option-span.js';
import {lines, literal, show, trim} from '../util/text.js';
import {badSetting, lateSetting} from './kinds.js';

/** One release section, with readers that report what they can't read and give the fallback then. */
export interface SectionReader {
  readonly name: string;
  readonly section: ResolvedSection | undefined;
  /** The option's literal text; undefined where it is absent, empty, or left to the host (reported). */
  word(option: string): string | undefined;
  choice<T extends string>(option: string, known: readonly T[], fallback: T): T;
  yes(option: string, fallback: boolean): boolean;
  whole(option: string, fallback: number, least: number): number;
  /** Literal lines, empty ones left out. */
  list(option: string): readonly string[];
  /** Lines that may hold references to the host. */
  texts(option: string): readonly Text[];
  option(option: string): ResolvedOption | undefined;
  /** Reports a bad value of an option; `needle` is the piece of it to point at. */
  bad(
    option: string,
    message: string,
    label: string,
    more?: {hint?: string; needle?: string; kind?: DiagnosticKind; conceal?: boolean},
  ): void;
  span(option?: string, needle?: string): Span | undefined;
}

export function sectionReader(name: string, section: ResolvedSection | undefined, report: Report): SectionReader {
  const option = (key: string): ResolvedOption | undefined => section?.options.get(key);
  const span = (key?: string, needle?: string): Span | undefined => {
    const found = key === undefined ? undefined : option(key);
    return (needle === undefined ? lastSpan(found) : spanOf(found, needle)) ?? section?.span;
  };
  const bad: SectionReader['bad'] = (key, message, label, more = {}) => {
    const where = span(key, more.needle);
    report({
      kind: more.kind ?? badSetting,
      message,
      ...(where && {primary: {span: where, text: label, ...(more.conceal && {conceal: true})}}),
      hint: more.hint ?? `what it can be: cfgc explain ${name}:${key}`,
    });
  };
  const word = (key: string): string | undefined => {
    const value = option(key)?.value;
    if (!value) return undefined;
    const text = literal(value);
    if (text === undefined) {
      bad(key, `\`${key}\` of [${name}] depends on the host: ${show(value)}`, 'must be known while compiling', {
        kind: lateSetting,
        hint: `write the value, or give it to the compile: ${name}:${key}=…`,
      });
    }
    return text?.trim() || undefined;
  };
  return {
    name,
    section,
    word,
    option,
    span,
    bad,
    choice(key, known, fallback) {
      const value = word(key);
      const match = known.find((candidate) => candidate === value);
      if (value !== undefined && match === undefined) {
        const near = nearest(value, known) ?? known.find((each) => value.startsWith(each));
        bad(key, `\`${key}\` of [${name}] can't be \`${value}\``, `one of ${known.join(', ')}`, {
          ...(near !== undefined && {hint: `write \`${key} = ${near}\``}),
        });
      }
      return match ?? fallback;
    },
    yes(key, fallback) {
      const value = word(key)?.toLowerCase();
      if (value === undefined) return fallback;
      if (['yes', 'true', 'on', '1'].includes(value)) return true;
      if (['no', 'false', 'off', '0'].includes(value)) return false;
      bad(key, `\`${key}\` of [${name}] can't be \`${value}\``, 'yes or no');
      return fallback;
    },
    whole(key, fallback, least) {
      const value = word(key);
      if (value === undefined) return fallback;
      const number = /^\d{1,9}$/.test(value) ? Number(value) : undefined;
      if (number !== undefined && number >= least) return number;
      bad(key, `\`${key}\` of [${name}] can't be \`${value}\``, `a whole number, ${least} or more`);
      return fallback;
    },
    list(key) {
      return (word(key) ?? '')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
    },
    texts(key) {
      const found = option(key);
      return found ? lines(trim(found.value)) : [];
    },
  };
}
