import test from 'ava';
import {onCalendar} from '../../compiler/emit/on-calendar.js';
import {readCronTime} from '../../compiler/util/cron-time.js';
import {testWith} from '../harness/test-with.js';
import {execute, needsProgram} from '../harness/tools.js';

const translated: readonly (readonly [string, readonly string[]])[] = [
  ['0 3 * * *', ['*-*-* 03:00:00']],
  ['*/5 * * * *', ['*-*-* *:00..55/5:00']],
  ['*/7 * * * *', ['*-*-* *:00..56/7:00']],
  ['*/40 * * * *', ['*-*-* *:00,40:00']],
  ['0 0 * * 0', ['Sun *-*-* 00:00:00']],
  ['0 0 * * 7', ['Sun *-*-* 00:00:00']],
  ['0 0 * * mon-FRI', ['Mon..Fri *-*-* 00:00:00']],
  ['0 0 * * 5-7', ['Fri..Sun *-*-* 00:00:00']],
  ['0 0 * * sun-tue', ['Mon,Tue,Sun *-*-* 00:00:00']],
  ['0 0 * * 0-7', ['*-*-* 00:00:00']],
  ['0 0 1 jan,7-9 *', ['*-01,07..09-01 00:00:00']],
  ['10-20/5,30 8-18/2 * * *', ['*-*-* 08..18/2:10,15,20,30:00']],
  ['1-59/2 * * * *', ['*-*-* *:01..59/2:00']],
  // Both fields of days: either is enough, but where one begins with a star.
  ['0 0 13 * 5', ['*-*-13 00:00:00', 'Fri *-*-* 00:00:00']],
  ['0 0 */2 * 1', ['Mon *-*-01..31/2 00:00:00']],
  ['0 0 1-7 * */6', ['Sat,Sun *-*-01..07 00:00:00']],
  ['0 0 1-31 * 1', ['*-*-* 00:00:00', 'Mon *-*-* 00:00:00']],
  ['@hourly', ['*-*-* *:00:00']],
  ['@daily', ['*-*-* 00:00:00']],
  ['@midnight', ['*-*-* 00:00:00']],
  // systemd's own `weekly` is Monday.
  ['@weekly', ['Sun *-*-* 00:00:00']],
  ['@monthly', ['*-*-01 00:00:00']],
  ['@yearly', ['*-01-01 00:00:00']],
  ['@annually', ['*-01-01 00:00:00']],
  ['@reboot', []],
];

for (const [times, values] of translated) {
  test(`on-calendar: ${times}`, (t) => t.deepEqual(onCalendar(times), values));
}

// What `crontab -n` of Debian refuses, and ranges that it takes and never runs.
for (const times of [
  '',
  '* * * *',
  '* * * * * *',
  '60 * * * *',
  '5/10 * * * *',
  '* * * * 7/2',
  '1-5/0 * * * *',
  '0 0 jan * *',
  '0 0 1 january *',
  '0 0 0 * *',
  '0 0 1 13 *',
  '0 0 * * 8',
  '@Daily',
  '@every_minute',
  '0 22-2 * * *',
  '0 0 * * fri-sun',
  '0 0 1 11-feb *',
  ', * * * *',
  '1, * * * *',
]) {
  test(`cron-time: \`${times}\` is refused`, (t) => t.is(readCronTime(times), undefined));
}

const further = [
  ...['0 0 29 2 *', '59 23 31 12 *', '*/13 */5 * * *', '0 12 1-7 2,4 1-5', '0 6 */10 * *', '15 4 10-20/3 */5 6'],
  ...['0 0 31 * 0', '7,8,9,11 0-2,4 * * *', '0 0 */3 */2 */3', '30 2 * 3,10 *', '0 9 15 * mon-fri/2'],
];

testWith(needsProgram('systemd-analyze'))(
  'on-calendar: systemd elapses when cron runs, and at no other minute',
  async (t) => {
    const base = Date.UTC(2027, 0, 27, 23, 58);
    for (const times of [...translated.map(([written]) => written), ...further]) {
      const values = onCalendar(times);
      if (values.length === 0) continue;
      const ran = await execute(
        ['systemd-analyze', 'calendar', '--iterations=12', '--base-time=2027-01-27 23:58:00 UTC', ...values],
        {env: {...process.env, TZ: 'UTC', LC_ALL: 'C', SYSTEMD_COLORS: '0'}},
      );
      t.is(ran.status, 0, ran.stderr);
      const elapses = [
        ...ran.stdout.matchAll(/(?:elapse|Iter\. #\d+|Iteration #\d+): \w+ (\d{4}-\d\d-\d\d \d\d:\d\d):00 UTC/g),
      ];
      const found = [...new Set(elapses.map(([, minute]) => minute!))].sort().slice(0, 12);
      t.is(found.length, 12, `${times}: ${ran.stdout}`);
      t.deepEqual(found, minutesOfCron(times, base, 12), times);
    }
  },
);

/** The next minutes at which cron runs a job, by looking at each minute as cron does: the bits of each field, and the two stars. */
function minutesOfCron(times: string, base: number, count: number): string[] {
  const named: Readonly<Record<string, string>> = {
    ...{'@hourly': '0 * * * *', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@weekly': '0 0 * * 0'},
    ...{'@monthly': '0 0 1 * *', '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *'},
  };
  const fields = (named[times] ?? times)
    .replace(/[a-z]{3}/gi, (word) => String(numbers[word.toLowerCase()]))
    .split(' ');
  const matches = (index: number, value: number): boolean =>
    fields[index]!.split(',').some((item) => {
      const [range, step] = item.split('/');
      const [low, high] = range === '*' ? bounds[index]! : range!.split('-').map(Number);
      return value >= low! && value <= (high ?? low!) && (value - low!) % Number(step ?? 1) === 0;
    });
  const out: string[] = [];
  for (let day = Math.floor(base / 86_400_000); out.length < count; day++) {
    const date = new Date(day * 86_400_000);
    const weekday = date.getUTCDay();
    const byDay = matches(2, date.getUTCDate());
    const byWeekday = matches(4, weekday) || (weekday === 0 && matches(4, 7));
    const both = fields[2]!.startsWith('*') || fields[4]!.startsWith('*');
    if (!matches(3, date.getUTCMonth() + 1) || !(both ? byDay && byWeekday : byDay || byWeekday)) continue;
    for (let minute = 0; minute < 1440 && out.length < count; minute++) {
      const at = date.getTime() + minute * 60_000;
      if (at <= base || !matches(1, Math.floor(minute / 60)) || !matches(0, minute % 60)) continue;
      out.push(new Date(at).toISOString().slice(0, 16).replace('T', ' '));
    }
  }
  return out;
}

const bounds = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];
const numbers: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ').map((name, index) => [name, index + 1]),
  ),
  ...Object.fromEntries('sun mon tue wed thu fri sat'.split(' ').map((name, index) => [name, index])),
};
