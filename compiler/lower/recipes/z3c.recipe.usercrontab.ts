import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {RecipeLowering} from '../../model/lowering.js';
import {literal, place, show, text, trim} from '../../util/text.js';
import {reportBad, reportMissing} from '../values.js';

const percentInCommand: DiagnosticKind = {
  id: 'CFG515',
  name: 'percent-in-crontab',
  severity: 'warning',
  explain: `
What it does: names a crontab command with a \`%\` that no backslash stands before.
Why: cron takes it for a line end; what follows becomes the command's standard input.
Example: "command = date +%F". Write "command = date +\\%F".
Source: crontab(5).
`,
};

/**
 * Lowers `z3c.recipe.usercrontab`: a line of the service user's crontab.
 * Reads    `times`, `command`, `enabled`.
 * Plans    one `schedule` entry, its paths through \`current\`; none where `enabled = false`.
 * Reports  CFG507, CFG508 for times that cron doesn't take, CFG515.
 */
export const z3cRecipeUsercrontab: RecipeLowering = {
  recipe: 'z3c.recipe.usercrontab',
  options: ['times', 'command', 'comment', 'enabled', 'readcrontab', 'writecrontab', 'identifier', 'entry'],
  page: {
    summary: "A line of the service user's crontab.",
    options: {
      times: 'five fields or a name as @daily; checked',
      command: 'its paths of the release go through `current`',
      comment: 'nothing: the block names part and file',
      enabled: 'false: no line',
      readcrontab: "nothing: for the recipe's own tests",
      writecrontab: "nothing: for the recipe's own tests",
      entry: 'given: the line itself, for other sections',
      identifier: 'nothing: the block is called after the application and the part',
    },
    differences: [
      "All lines of the application are one block, replaced after the switch; a rollback puts the older release's back.",
      'Commands go through `current`, so the crontab stays equal while releases change.',
      "The crontab is the service user's, not that of whoever deploys.",
      'Launchers of bin/ are run from lib/bin, which the service user may read.',
    ],
  },
  kinds: [percentInCommand],
  gives: (part) => {
    const entry = text(part.option('times') ?? text(), '\t', part.option('command') ?? text());
    const off = part.literal('enabled') === 'false';
    return {entry: off ? text('# ', entry) : entry, identifier: text(place('directory'), ` [${part.name}]`)};
  },
  lower(part, {report}) {
    const times = part.option('times');
    const command = part.option('command');
    if (times === undefined || command === undefined) {
      if (times === undefined) reportMissing(part, 'times', report, 'times = 0 3 * * *');
      if (command === undefined) reportMissing(part, 'command', report, 'command = /path/to/command');
      return [];
    }
    const when = literal(trim(times));
    if (when === undefined || !isCronTime(when)) {
      const message = `\`${show(times)}\` of part \`${part.name}\` is no time that cron takes`;
      reportBad(part, 'times', report, message, 'minute hour day month weekday, or a name as @daily');
      return [];
    }
    if (/(^|[^\\])%/.test(show(command))) {
      const span = part.span('command', '%');
      report({
        kind: percentInCommand,
        message: `the command of part \`${part.name}\` has a \`%\`, which cron takes for a line end`,
        ...(span && {primary: {span, text: 'no backslash before it'}}),
        hint: 'write `\\%`',
      });
    }
    const enabled = part.literal('enabled')?.trim() ?? 'true';
    if (enabled !== 'true' && enabled !== 'false') {
      reportBad(
        part,
        'enabled',
        report,
        `\`enabled\` of part \`${part.name}\` can't be \`${enabled}\``,
        'true or false',
      );
    }
    if (enabled === 'false') return [];
    return [
      {
        kind: 'schedule',
        origin: part.origin('command'),
        name: part.name,
        times: when.replace(/\s+/g, ' '),
        command: trim(command),
        environment: [],
      },
    ];
  },
};

const names = {
  month: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' '),
  day: 'sun mon tue wed thu fri sat'.split(' '),
};

/** Whether cron takes this: five fields of numbers, names, ranges, steps and lists, or `@daily` and its like. */
export function isCronTime(times: string): boolean {
  if (/^@(reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(times)) return true;
  const fields = times.split(/\s+/);
  const limits: readonly [number, number, readonly string[]][] = [
    [0, 59, []],
    [0, 23, []],
    [1, 31, []],
    [1, 12, names.month],
    [0, 7, names.day],
  ];
  return fields.length === 5 && fields.every((field, index) => isCronField(field, ...limits[index]!));
}

function isCronField(field: string, least: number, most: number, words: readonly string[]): boolean {
  return field.split(',').every((item) => {
    const found = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item);
    if (!found) return false;
    const [, from, to, step] = found;
    if (step !== undefined && Number(step) < 1) return false;
    if (from === '*') return to === undefined;
    return [from, to].every((value) => {
      if (value === undefined || words.includes(value.toLowerCase())) return true;
      return /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most;
    });
  });
}
