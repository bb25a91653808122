import type {DiagnosticKind} from '../diagnostics/diagnostic.js';
import type {LintContext, LintRule} from './rule.js';
import {partNeverBuilt} from './rules/part-never-built.js';
import {pinDiffers} from './rules/pin-differs.js';
import {plainHttp} from './rules/plain-http.js';
import {shadowedValue} from './rules/shadowed-value.js';
import {unusedPin} from './rules/unused-pin.js';
import {unusedSection} from './rules/unused-section.js';

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
