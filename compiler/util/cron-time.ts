/** When a job of cron runs. Source: crontab(5) and entry.c of Vixie cron 3.0, which Debian and, as cronie, Red Hat have. */
export type CronTime =
  /** Once, when the host has started. */
  | {readonly boot: true}
  | {
      readonly boot: false;
      readonly minutes: CronField;
      readonly hours: CronField;
      readonly days: CronField;
      readonly months: CronField;
      /** 1 to 7, Monday first. */
      readonly weekdays: CronField;
    };

/** The values that match, in rising order. */
export interface CronField {
  readonly values: readonly number[];
  /** Whether it was written with a `*` first: a day then has to match both this field and the other one of days. */
  readonly star: boolean;
}

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const monthNames = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const dayNames = 'sun mon tue wed thu fri sat'.split(' ');

/**
 * Reads five fields of numbers, names, ranges, steps and lists, or `@daily` and its like.
 * A range that runs backwards is refused: one cron takes `22-2` and never runs the job, another one reads it as 22 to 2. So is
 * a step without a range (`5/10`), for which cron leaves out the whole file.
 * @returns undefined where cron takes it not, or not everywhere for the same
 */
export function readCronTime(times: string): CronTime | undefined {
  if (times === '@reboot') return {boot: true};
  const fields = (nicknames[times] ?? times).split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minutes, hours, days, months, weekdays] = [
    readField(fields[0]!, 0, 59),
    readField(fields[1]!, 0, 23),
    readField(fields[2]!, 1, 31),
    readField(fields[3]!, 1, 12, monthNames, 1),
    readField(fields[4]!, 0, 7, dayNames, 0),
  ];
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  // 0 and 7 are both Sunday.
  const week = [...new Set(weekdays.values.map((day) => day || 7))].sort((a, b) => a - b);
  return {boot: false, minutes, hours, days, months, weekdays: {...weekdays, values: week}};
}

function readField(
  field: string,
  least: number,
  most: number,
  names: readonly string[] = [],
  first = 0,
): CronField | undefined {
  const values = new Set<number>();
  const read = (word: string): number => {
    const named = names.indexOf(word.toLowerCase());
    if (named !== -1) return named + first;
    return /^\d+$/.test(word) && Number(word) >= least && Number(word) <= most ? Number(word) : Number.NaN;
  };
  for (const item of field.split(',')) {
    const found = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(item);
    if (!found) return undefined;
    const [, star, from, to, step] = found;
    if (step !== undefined && (Number(step) < 1 || (star === undefined && to === undefined))) return undefined;
    const low = star === undefined ? read(from!) : least;
    const high = star !== undefined ? most : to === undefined ? low : read(to);
    // Of a value that is none, and of a range that runs backwards.
    if (!(low <= high)) return undefined;
    for (let value = low; value <= high; value += Number(step ?? 1)) values.add(value);
  }
  return {values: [...values].sort((a, b) => a - b), star: field.startsWith('*')};
}
