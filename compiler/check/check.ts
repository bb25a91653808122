import type {RuleContext} from '../model/lowering.js';
import {rules} from './rules.js';

/** The check phase: every rule reads the resolved configuration and reports. Prod and dev differ in severities alone. */
export function check(context: RuleContext): void {
  for (const rule of rules) rule.check(context);
}
