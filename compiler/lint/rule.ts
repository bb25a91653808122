import type {DiagnosticKind} from '../diagnostics/diagnostic.js';
import type {RuleContext} from '../model/lowering.js';

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
