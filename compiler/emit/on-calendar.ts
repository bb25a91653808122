import {type CronField, readCronTime} from '../util/cron-time.js';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/**
 * The `OnCalendar=` values that together elapse exactly when cron would run a job; none for `@reboot`, which no clock tells.
 *
 * Where both fields of days are restricted cron runs on a day that matches either, and systemd wants both: so there are two
 * values then. Where one of them begins with `*` both have to match in cron too, and one value says it.
 * @param times what `readCronTime` takes
 * Source: crontab(5); systemd.time(7), "Calendar Events", of systemd 252.
 */
export function onCalendar(times: string): readonly string[] {
  const time = readCronTime(times);
  if (time === undefined || time.boot) return [];
  const clock = `${written(time.hours, 0, 23)}:${written(time.minutes, 0, 59)}:00`;
  const months = written(time.months, 1, 12);
  const onDays = `*-${months}-${written(time.days, 1, 31)} ${clock}`;
  const week = written(time.weekdays, 1, 7, (value) => weekdays[value - 1]!);
  if (time.days.star || time.weekdays.star) return [week === '*' ? onDays : `${week} ${onDays}`];
  return [onDays, week === '*' ? `*-${months}-* ${clock}` : `${week} *-${months}-* ${clock}`];
}

/**
 * A field as systemd writes it: `*`, steps within a range, or a list of values and ranges.
 * Steps have an end: of `00/7` without one systemd 252 leaves out minute 0 where the hour before ended between two steps.
 */
function written({values}: CronField, least: number, most: number, name?: (value: number) => string): string {
  if (values.length === most - least + 1) return '*';
  const shown = name ?? ((value: number) => String(value).padStart(2, '0'));
  const [first, second] = values as [number, number];
  const step = second - first;
  const even = values.every((value, index) => value === first + index * step);
  if (!name && values.length > 2 && step > 1 && even) return `${shown(first)}..${shown(values.at(-1)!)}/${step}`;
  const out: string[] = [];
  for (let index = 0; index < values.length; index++) {
    const from = values[index]!;
    while (values[index + 1] === values[index]! + 1) index++;
    const to = values[index]!;
    if (to - from > 1) out.push(`${shown(from)}..${shown(to)}`);
    else out.push(...(to === from ? [shown(from)] : [shown(from), shown(to)]));
  }
  return out.join(',');
}
