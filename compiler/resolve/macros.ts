import type {ConfigOption} from '../model/config.js';
import {nearest} from '../util/nearest.js';
import {lastSpan} from '../util/option-span.js';
import {fileLine} from '../util/position.js';
import {strip} from '../util/python-string.js';
import {fromItems, items} from '../util/rope.js';
import {applyEffect, EmptyName, effectOf, type SectionState} from '../util/section-effect.js';
import {type Task, wait} from '../util/trampoline.js';
import {Failure} from './failure.js';
import {macroLoop, missingMacro} from './kinds.js';

/** An option before substitution, with where it came from. */
export type RawOption = ConfigOption;
export type RawSection = Map<string, RawOption>;

/**
 * Sections with `<`: the options of others, raw, with the own ones over them.
 * Source: zc.buildout 6.0.1, `Options._do_extend_raw`.
 */
export class Macros {
  private readonly known = new Map<string, RawSection>();
  private readonly failed = new Map<string, Failure>();
  private readonly doing: string[] = [];
  private readonly open = new Set<string>();

  constructor(private readonly raw: ReadonlyMap<string, RawSection>) {}

  *extended(name: string): Task<RawSection> {
    const own = this.raw.get(name)!;
    if (name === 'buildout') return own;
    const failed = this.failed.get(name);
    if (failed) throw failed;
    const at = this.open.has(name) ? this.doing.indexOf(name) : -1;
    if (at >= 0) {
      const circle = [...this.doing.slice(at), name];
      const shown = circle.length <= 10 ? circle : [...circle.slice(0, 5), undefined, ...circle.slice(-4)];
      throw new Failure(macroLoop, `[${name}] is its own macro`, {
        notes: [
          `the circle: ${shown.map((each, index) => (each === undefined ? '…' : this.placed(each, index === shown.length - 1))).join(' → ')}`,
        ],
        once: circle.slice(1).sort().join('\n'),
        hint: 'move what both need into a third section',
      });
    }
    const wanted = own.get('<')?.raw;
    if (wanted === undefined) return own;
    const known = this.known.get(name);
    if (known) return known;
    this.doing.push(name);
    this.open.add(name);
    try {
      const merged: RawSection = new Map();
      for (const macro of wanted.split('\n').map(strip)) {
        if (macro === '') continue;
        if (!this.raw.has(macro)) throw this.missing(macro);
        for (const [key, option] of yield* wait(this.extended(macro))) merged.set(key, option);
      }
      const result = this.over(name, merged, own);
      this.known.set(name, result);
      return result;
    } catch (error) {
      // What leads into a circle does so whoever asks.
      if (error instanceof Failure && error.kind === macroLoop) this.failed.set(name, error);
      throw error;
    } finally {
      this.doing.pop();
      this.open.delete(name);
    }
  }

  private placed(section: string, closing: boolean): string {
    const span = closing ? undefined : lastSpan({history: this.raw.get(section)?.get('<')?.history ?? []});
    return span ? `[${section}] (${fileLine(span)})` : `[${section}]`;
  }

  private over(name: string, base: RawSection, own: RawSection): RawSection {
    const effect = effectOf(new Map([[name, {keys: keysOf(own), span: undefined}]]));
    const state = new Map([[name, {keys: keysOf(base), span: undefined}]]);
    const merged: SectionState = applyEffect(effect, state, (_, error) => {
      throw new Failure(missingMacro, `an option of [${name}] has an empty name`, {
        ...(error instanceof EmptyName && {hint: 'write a blank before the operator: `name += value`'}),
      });
    }).get(name)!;
    const result: RawSection = new Map();
    for (const [key, {value, history}] of merged.keys)
      if (key !== '<') result.set(key, {name: key, raw: value, history: items(history, 1000)});
    return result;
  }

  private missing(macro: string): Failure {
    const several = macro.split(/\s+/);
    const near = nearest(macro, this.raw.keys());
    return new Failure(missingMacro, `there is no section [${macro}] to take options from`, {
      needle: macro,
      hint:
        several.length > 1 && several.every((name) => this.raw.has(name))
          ? 'several macros stand on lines of their own'
          : near
            ? `did you mean \`${near}\`?`
            : `write a section [${macro}]`,
    });
  }
}

function keysOf(section: RawSection): SectionState['keys'] {
  return new Map(Array.from(section, ([key, {raw, history}]) => [key, {value: raw, history: fromItems(history)}]));
}
