import type {DiagnosticKind} from '../diagnostics/diagnostic.js';
import type {RuleContext} from '../model/lowering.js';
import {partNeverBuilt} from './rules/part-never-built.js';
import {pinDiffers} from './rules/pin-differs.js';
import {plainHttp} from './rules/plain-http.js';
import {shadowedValue} from './rules/shadowed-value.js';
import {unusedPin} from './rules/unused-pin.js';
import {unusedSection} from './rules/unused-section.js';

/** What a rule of `cfgc lint` reads: all that check reads, and the distributions of the lock. */
export interface LintContext extends RuleContext {
  /** Canonical names; undefined where there is no lock, and nobody knows what is installed. */
  readonly locked: ReadonlySet<string> | undefined;
}

/** Finds what is legal and most likely wrong. No rule here stops a compile. */
export interface LintRule {
  readonly kind: DiagnosticKind;
  check(context: LintContext): void;
}

/** Every rule, by id. */
export const lintRules: readonly LintRule[] = [
  unusedPin,
  unusedSection,
  partNeverBuilt,
  shadowedValue,
  pinDiffers,
  plainHttp,
];

export const lintKinds: readonly DiagnosticKind[] = lintRules.map(({kind}) => kind);

export function lint(context: LintContext): void {
  for (const rule of lintRules) rule.check(context);
}
