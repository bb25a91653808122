import type {Report} from '../diagnostics/diagnostic.js';
import type {Part} from '../model/lowering.js';
import {readCronTime} from '../util/cron-time.js';
import {literal, show, text, trim} from '../util/text.js';
import {reportBad} from './values.js';

/** The option `times` with one blank between its fields; undefined, and CFG508, where cron takes it not. */
export function readTimes(part: Part, report: Report): string | undefined {
  const written = trim(part.option('times') ?? text());
  const times = literal(written)?.replace(/\s+/g, ' ');
  if (times !== undefined && readCronTime(times) !== undefined) return times;
  reportBad(
    part,
    'times',
    report,
    `\`${show(written)}\` of part \`${part.name}\` is no time that cron takes`,
    reason(times ?? ''),
  );
  return undefined;
}

function reason(times: string): string {
  if (/(^|[\s,])\w+\/\d/.test(times)) return 'a step stands behind a range or `*`, as 5-59/10';
  if (/\w-\w/.test(times)) return 'minute hour day month weekday; a range goes from low to high: 22-23,0-2';
  return 'minute hour day month weekday, or a name as @daily';
}
