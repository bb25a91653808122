import type {Lock} from '../model/lock.js';
import type {ReleasePlan} from '../model/release-plan.js';
import {completePlan} from './sh.js';

/**
 * The plan as JSON, by docs/schemas/cfgc-plan-1.schema.json: two blanks a level, one last newline.
 * References stay references: a reader that is no shell can fill them in its own way.
 */
export function emitPlan(plan: ReleasePlan, lock: Lock): string {
  return `${JSON.stringify(completePlan(plan, lock), undefined, 2)}\n`;
}
