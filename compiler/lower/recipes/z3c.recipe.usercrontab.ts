import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {RecipeLowering} from '../../model/lowering.js';
import {place, show, text, trim} from '../../util/text.js';
import {readTimes} from '../cron-times.js';
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
 * Lowers `z3c.recipe.usercrontab`: a job of the service user: a line of a crontab, or a timer.
 * Reads    `times`, `command`, `enabled`.
 * Plans    one `schedule` entry, its paths through \`current\`; none where `enabled = false`.
 * Reports  CFG507, CFG508 for times that cron doesn't take, CFG515.
 */
export const z3cRecipeUsercrontab: RecipeLowering = {
  recipe: 'z3c.recipe.usercrontab',
  options: ['times', 'command', 'comment', 'enabled', 'readcrontab', 'writecrontab', 'identifier', 'entry'],
  page: {
    summary: 'A job of the service user: a line of cron, or with `schedules = systemd` a timer.',
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
      'With `[release] schedules = systemd` (the default of `services = systemd`) each job is a timer, with the same times; what it prints goes to the journal, and one that still runs is not started again.',
      'A range that runs backwards (`22-2`) and a step without a range (`5/10`) are refused: crons differ on them.',
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
    const when = readTimes(part, report);
    if (when === undefined) return [];
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
        times: when,
        command: trim(command),
        environment: [],
      },
    ];
  },
};
