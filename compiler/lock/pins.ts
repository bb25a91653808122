import type {Resolved, ResolvedOption} from '../model/config.js';
import {canonicalName} from '../util/distribution-name.js';
import {literal} from '../util/text.js';

/** A line under [versions]. */
export interface Pin {
  /** As written. */
  readonly name: string;
  /** The one version; undefined where the value is a range. */
  readonly version?: string;
  /** What a resolver is told: `==1.0`, or the range as written. */
  readonly specifier: string;
  readonly option: ResolvedOption;
}

/** Pins by canonical name. */
export type Pins = ReadonlyMap<string, Pin>;

/**
 * The pins in force: the section that `[buildout] versions` names. Of two spellings of one name the later one wins;
 * an empty value is no pin, and neither are buildout's own floors for its tools.
 * Values that buildout fails at (`~=1.0`) are left out: a rule of the check phase reports them.
 * Source: zc.buildout 6.0.1, easy_install.py, `_constrained_requirement`
 */
export function readPins(resolved: Resolved): Pins {
  const named = resolved.sections.get('buildout')?.options.get('versions')?.value;
  const section = named === undefined ? 'versions' : literal(named)?.trim();
  const pins = new Map<string, Pin>();
  for (const option of resolved.sections.get(section || '')?.options.values() ?? []) {
    const pin = readPin(option);
    if (pin) pins.set(canonicalName(option.name), pin);
  }
  return pins;
}

function readPin(option: ResolvedOption): Pin | undefined {
  if (option.name.startsWith('_') || option.history.every(({from}) => from !== 'file' && from !== 'command-line'))
    return undefined;
  const value = literal(option.value)?.trim();
  if (!value) return undefined;
  const exact = /^(?:==\s*)?([0-9A-Za-z][\w.!+-]*)$/.exec(value)?.[1];
  if (exact !== undefined) return {name: option.name, version: exact, specifier: `==${exact}`, option};
  if (/^[<>]/.test(value)) return {name: option.name, specifier: value.replace(/\s+/g, ''), option};
  return undefined;
}
