/**
 * What a file, with all that it extends, does to a configuration, as one value.
 *
 * buildout flattens `extends` into one long list and applies it from the left, so a base that many files share is
 * applied once for every way that leads to it: exponentially often in the depth of diamonds. What one file does is a
 * function from configuration to configuration, and functions compose: composed once a file, they give the same answer.
 * Source: zc.buildout 6.0.1, buildout.py, `_update`, `_update_section`, `SectionKey`.
 */
import type {HistoryItem} from '../model/config.js';
import type {Span} from '../model/source.js';
import {adding, applyChange, type Change, noChange, taking, thenChange} from './line-change.js';
import {compareStrings} from './python-string.js';
import {items, join, last, leaf, type Rope} from './rope.js';

/** An option as merge holds it. */
export interface KeyState {
  readonly value: string;
  readonly history: Rope<HistoryItem>;
}

/** Options by key. `span` is where the section's header last stood. */
export interface SectionState {
  readonly keys: Map<string, KeyState>;
  span: Span | undefined;
}

export type State = Map<string, SectionState>;

/** What happens to one option of a section that is there. */
interface KeyEffect {
  /** What it becomes where the option is not there. */
  readonly absent: KeyState;
  /** What its value becomes where it is. */
  readonly value: string | Change;
  /** Whether its history goes on; else it starts anew. */
  readonly keeps: boolean;
  readonly history: Rope<HistoryItem>;
}

/** Both sides are made when they are asked for: most sections of most files are only ever one of the two. */
class SectionEffect {
  private ofMissing: Map<string, KeyState> | EmptyName | undefined;
  private ofPresent: Map<string, KeyEffect> | EmptyName | undefined;

  /** @param own  the options of the one file, while nothing else was composed with them */
  constructor(
    private readonly own: ReadonlyMap<string, KeyState>,
    public span: Span | undefined,
  ) {}

  static of(
    missing: Map<string, KeyState> | EmptyName,
    present: Map<string, KeyEffect> | EmptyName,
    span: Span | undefined,
  ): SectionEffect {
    const effect = new SectionEffect(nothing, span);
    effect.ofMissing = missing;
    effect.ofPresent = present;
    return effect;
  }

  /** What the section becomes where it is not there yet. Its map may be changed by who composes. */
  get missing(): Map<string, KeyState> | EmptyName {
    this.ofMissing ??= whereMissing(this.own);
    return this.ofMissing;
  }

  set missing(outcome: Map<string, KeyState> | EmptyName) {
    this.ofMissing = outcome;
  }

  /** What happens to its options where it is. */
  get present(): Map<string, KeyEffect> | EmptyName {
    this.ofPresent ??= wherePresent(this.own);
    return this.ofPresent;
  }

  /** One that can be composed further while this one stays as it is. */
  copy(): SectionEffect {
    const copy = new SectionEffect(this.own, this.span);
    copy.ofMissing = this.ofMissing instanceof Map ? new Map(this.ofMissing) : this.ofMissing;
    copy.ofPresent = this.ofPresent instanceof Map ? new Map(this.ofPresent) : this.ofPresent;
    return copy;
  }
}

const nothing: ReadonlyMap<string, KeyState> = new Map();

export type Effect = Map<string, SectionEffect>;

/**
 * `x+= 1` (no blank) in a section not seen before: buildout cuts two characters off the key, is left with an empty
 * name and ends in an IndexError. It matters only where that way is taken.
 */
export class EmptyName {
  private constructor(readonly item: HistoryItem | undefined) {}

  /** By what was written last: the newest item alone may be what buildout adds of its own. */
  static of({history}: KeyState): EmptyName {
    return new EmptyName(items(history, 2).findLast(({span}) => span) ?? last(history));
  }
}

/** What the sections of one file do. */
export function effectOf(sections: State): Effect {
  const effect: Effect = new Map();
  sections.forEach(({keys, span}, name) => {
    effect.set(name, new SectionEffect(keys, span));
  });
  return effect;
}

/** First `first`, then `second`. `first` is used up: the answer is made in its place. */
export function thenEffect(first: Effect, second: Effect): Effect {
  for (const [name, then] of second) {
    const before = first.get(name);
    first.set(name, before ? thenSection(before, then) : then.copy());
  }
  return first;
}

export function copyEffect(effect: Effect): Effect {
  return new Map(Array.from(effect, ([name, section]) => [name, section.copy()]));
}

/** The configuration after the effect; both are used up. */
export function applyEffect(effect: Effect, state: State, fail: (section: string, error: EmptyName) => void): State {
  for (const [name, section] of effect) {
    const known = state.get(name);
    const outcome = known ? applyKeys(section.present, known.keys) : section.missing;
    if (outcome instanceof EmptyName) fail(name, outcome);
    else state.set(name, {keys: outcome, span: section.span ?? known?.span});
  }
  return state;
}

function thenSection(first: SectionEffect, second: SectionEffect): SectionEffect {
  // Both are made from the file's own options before either is changed.
  const {missing, present} = first;
  first.span = second.span ?? first.span;
  if (!(missing instanceof EmptyName)) first.missing = applyKeys(second.present, missing);
  if (present instanceof EmptyName) return first;
  if (second.present instanceof EmptyName) return SectionEffect.of(first.missing, second.present, first.span);
  for (const [key, then] of second.present) {
    const before = present.get(key);
    present.set(key, before ? thenKey(before, then) : then);
  }
  return first;
}

function thenKey(first: KeyEffect, second: KeyEffect): KeyEffect {
  return {
    absent: applyKey(second, first.absent),
    value: thenValue(first.value, second.value),
    keeps: first.keeps && second.keeps,
    history: second.keeps ? join(first.history, second.history) : second.history,
  };
}

function thenValue(first: string | Change, second: string | Change): string | Change {
  if (typeof second === 'string') return second;
  return typeof first === 'string' ? applyChange(second, first) : thenChange(first, second);
}

function applyKeys(
  effects: Map<string, KeyEffect> | EmptyName,
  keys: Map<string, KeyState>,
): Map<string, KeyState> | EmptyName {
  if (effects instanceof EmptyName) return effects;
  for (const [key, effect] of effects) keys.set(key, applyKey(effect, keys.get(key)));
  return keys;
}

function applyKey(effect: KeyEffect, state: KeyState | undefined): KeyState {
  if (!state) return effect.absent;
  return {
    value: typeof effect.value === 'string' ? effect.value : applyChange(effect.value, state.value),
    history: effect.keeps ? join(state.history, effect.history) : effect.history,
  };
}

/** A change of what was there before the file: its operators found no value of its own. */
class Unbased {
  constructor(
    readonly change: Change,
    readonly history: Rope<HistoryItem>,
  ) {}

  /** What it makes of an option that is not there. */
  get absent(): KeyState {
    return changed(notThere, this.change, this.history);
  }
}

/** Source: `_update_section` and `_update_verbose`. */
function wherePresent(keys: ReadonlyMap<string, KeyState>): Map<string, KeyEffect> | EmptyName {
  if (keys.has('')) return EmptyName.of(keys.get('')!);
  const effects = new Map<string, KeyEffect>();
  for (const [key, entry] of withoutOperators(keys))
    effects.set(
      key,
      entry instanceof Unbased
        ? {absent: entry.absent, value: entry.change, keeps: true, history: entry.history}
        : ownEffect(entry),
    );
  return effects;
}

/** The options of a file with its operators worked off. */
function withoutOperators(keys: ReadonlyMap<string, KeyState>): ReadonlyMap<string, KeyState | Unbased> {
  const changes = withOperators(keys);
  if (changes.length === 0) return keys;
  const own = new Map<string, KeyState | Unbased>(keys);
  for (const operator of changes) {
    const {name, change, item} = changeOf(operator);
    const before = own.get(name);
    own.set(
      name,
      before && !(before instanceof Unbased)
        ? changed(before, change, item)
        : new Unbased(thenChange(before?.change ?? noChange, change), join(before?.history, item)),
    );
    own.delete(operator[0]);
  }
  return own;
}

/** What an option with an operator does to the one without. */
function changeOf([key, {value, history}]: readonly [string, KeyState]): {
  readonly name: string;
  readonly change: Change;
  readonly item: Rope<HistoryItem>;
} {
  const add = key.endsWith('+');
  return {
    name: stripEnd(key, add ? '+' : '-'),
    change: add ? adding(value) : taking(value),
    item: leaf({...last(history)!, operation: add ? 'add' : 'take', value}),
  };
}

function changed({value, history}: KeyState, change: Change, item: Rope<HistoryItem>): KeyState {
  return {value: applyChange(change, value), history: join(history, item)};
}

function ownEffect(own: KeyState): KeyEffect {
  const {value, history} = own;
  const newest = last(history)!;
  if (newest.operation !== 'set') return {absent: own, value, keeps: false, history};
  const alone = history?.length === 1 && newest.value === value;
  return {absent: own, value, keeps: true, history: alone ? history : leaf({...newest, value})};
}

/**
 * A section that was not there: `x +=` sets, `x -=` sets to nothing. Two characters are cut off the key, whatever they are.
 * A section with a macro (`<`) is kept as it stands, operators and all, until the macro is read.
 * Source: `_update`.
 */
function whereMissing(keys: ReadonlyMap<string, KeyState>): Map<string, KeyState> | EmptyName {
  const own = new Map<string, KeyState>();
  keys.forEach((state, key) => {
    own.set(key, state);
  });
  if (own.has('<')) return own;
  const changes = withOperators(own);
  for (const [key] of changes.sort(([a], [b]) => compareStrings(a, b))) {
    const name = key.slice(0, cutLength(key));
    if (own.has(name)) continue;
    const state = own.get(key)!;
    own.delete(key);
    if (key.endsWith('+')) own.set(name, state);
    else {
      const item: HistoryItem = {operation: 'take', value: state.value, from: 'implicit'};
      own.set(name, {value: '', history: join(state.history, leaf(item))});
    }
  }
  if (own.has('')) return EmptyName.of(own.get('')!);
  if (changes.length === 0) return own;
  for (const operator of withOperators(own)) {
    const {name, change, item} = changeOf(operator);
    own.set(name, changed(own.get(name) ?? notThere, change, item));
    own.delete(operator[0]);
  }
  return own;
}

/** An option that no file sets, as what it is added to. */
const notThere: KeyState = {value: '', history: leaf({operation: 'set', value: '', from: 'implicit'})};

function hasOperator(key: string): boolean {
  const unit = key.charCodeAt(key.length - 1);
  return unit === 43 || unit === 45;
}

/** Keys with an operator, in the order in which buildout works them off: `+` before `-`. */
function withOperators(keys: ReadonlyMap<string, KeyState>): (readonly [key: string, state: KeyState])[] {
  const found: (readonly [string, KeyState])[] = [];
  // Not by for … of: it makes an array of each option, and most have no operator.
  keys.forEach((state, key) => {
    if (hasOperator(key)) found.push([key, state]);
  });
  if (found.length < 2) return found;
  const stems = new Map(found.map(([key]) => [key, stripEnd(key, '+')]));
  return found.sort(
    ([a], [b]) =>
      compareStrings(stems.get(a)!, stems.get(b)!) || a.charCodeAt(a.length - 1) - b.charCodeAt(b.length - 1),
  );
}

/** Python's `key.rstrip(' ' + operator)`. */
function stripEnd(key: string, operator: string): string {
  let end = key.length;
  while (end > 0 && (key[end - 1] === ' ' || key[end - 1] === operator)) end--;
  return key.slice(0, end);
}

/** The length without the last two characters, where a character outside the basic plane is one. */
function cutLength(key: string): number {
  const unit = key.charCodeAt(key.length - 2);
  return Math.max(0, key.length - (unit >= 0xdc00 && unit <= 0xdfff ? 3 : 2));
}
