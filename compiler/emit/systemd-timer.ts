import type {DiagnosticKind, Report} from '../diagnostics/diagnostic.js';
import type {ScheduleEntry} from '../model/release-plan.js';
import type {Piece, Text} from '../model/text.js';
import {readCronTime} from '../util/cron-time.js';
import {literal, place, text} from '../util/text.js';
import type {QuotedText} from './file-text.js';
import {onCalendar} from './on-calendar.js';
import type {ServiceFile} from './supervisor-conf.js';
import {escaped, quotedPieces, word} from './systemd-syntax.js';
import {hardening, output, reportSecretArgument, type UnitLine, type UnitOptions, unitText} from './systemd-unit.js';

export const jobWithoutUnit: DiagnosticKind = {
  id: 'CFG723',
  name: 'job-without-unit',
  severity: 'error',
  explain: `
What it does: refuses a job whose name can't be that of a unit of systemd, or is that of a service's unit already, and times of a
plugin that are no five fields of cron.
Why: a job becomes NAME-job-PART.timer and NAME-job-PART.service. Other characters than letters, digits and . _ - mean something
else to systemd there.
Example: [pack@night] of z3c.recipe.usercrontab under "[release] schedules = systemd". Call the part pack-night.
Source: systemd.unit(5).`,
};

/**
 * The files of etc/systemd/ for jobs: a timer with the times of cron, and the service that it starts, under the same user and with
 * the same restrictions as other services. A job of `@reboot` has no timer: its service is wanted by multi-user.target.
 *
 * The command runs as cron runs it: by /bin/sh, in the user's home; a `%` without a backslash ends it, and what follows is its
 * standard input. Unlike with cron a job that still runs is not started a second time, and what it prints is not mailed.
 * Source: systemd.timer(5), of systemd 252; crontab(5), and do_command.c of Vixie cron 3.0.
 */
export function timerFiles(
  schedules: readonly ScheduleEntry[],
  services: readonly string[],
  options: UnitOptions,
  report: Report,
): readonly ServiceFile[] {
  return schedules.flatMap((schedule) => {
    const unit = `job-${schedule.name}`;
    const wrong = whyNoUnit(schedule, services.includes(unit));
    if (wrong !== undefined) {
      report({
        kind: jobWithoutUnit,
        message: `job \`${schedule.name}\` can't be a unit: ${wrong}`,
        notes: [`it comes from ${schedule.origin.file}:${schedule.origin.line}`],
        hint: 'write another one, or use `[release] schedules = cron`',
      });
      return [];
    }
    const path = `systemd/${options.name}-${unit}`;
    const times = onCalendar(schedule.times);
    return [
      ...(times.length === 0 ? [] : [file(`${path}.timer`, timer(schedule, times, options), schedule)]),
      file(`${path}.service`, job(schedule, times.length === 0, options, report), schedule),
    ];
  });
}

function whyNoUnit({name, times}: ScheduleEntry, taken: boolean): string | undefined {
  if (!/^[\w.-]+$/.test(name)) return 'its name can hold letters, digits and . _ - alone';
  if (taken) return `its name is that of service \`job-${name}\` already`;
  // Of a plugin: cfgc's own recipes refuse them.
  return readCronTime(times) === undefined ? `its times \`${times}\` are no times of cron` : undefined;
}

function file(path: string, content: QuotedText, {origin}: ScheduleEntry): ServiceFile {
  return {path, content, origin};
}

/** The first line of each file: by it the script knows its own jobs again, and tells them from services. */
function firstLine(name: string): Text {
  return text(`# A job of ${name} in `, place('prefix'), ', written by its release script.\n');
}

function timer(schedule: ScheduleEntry, times: readonly string[], {name}: UnitOptions): QuotedText {
  return unitText(firstLine(name), [
    '[Unit]',
    `Description=${escaped(name)}: times of job ${escaped(schedule.name)}`,
    '',
    '[Timer]',
    `# In cron's words: ${schedule.times}`,
    ...times.map((value) => `OnCalendar=${value}`),
    'AccuracySec=1s',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ]);
}

function job(schedule: ScheduleEntry, atBoot: boolean, options: UnitOptions, report: Report): QuotedText {
  const {name} = options;
  const {command, input} = asCronReads(schedule.command);
  reportSecretArgument(`job \`${schedule.name}\``, command, schedule.origin, report);
  const lines: UnitLine[] = [
    '[Unit]',
    `Description=${escaped(name)}: job ${escaped(schedule.name)}`,
    'After=network-online.target',
    '',
    '[Service]',
    'Type=oneshot',
    ['ExecStart=/bin/sh -c ', word(command, true)],
    'WorkingDirectory=-~',
    'Environment=SHELL=/bin/sh',
    ...schedule.environment.map(({name: key, value}) => ['Environment=', word(text(`${key}=`, value), false)]),
    ['User=', options.user],
    ['Group=', options.group],
    'UMask=0077',
    ...standardInput(input),
    ...output(`job-${schedule.name}`, true, options),
    ...hardening(false, options),
    ...(atBoot ? ['', '[Install]', 'WantedBy=multi-user.target'] : []),
  ];
  return unitText(firstLine(name), lines);
}

/** A backslash before `%` or a backslash goes from the command; in the input, before `%` alone. */
function asCronReads(source: Text): {readonly command: Text; readonly input: Text} {
  const command: Piece[] = [];
  const input: Piece[] = [];
  let inInput = false;
  let backslash = false;
  for (const piece of source.pieces) {
    if (typeof piece !== 'string') {
      (inInput ? input : command).push(...(backslash ? ['\\'] : []), piece);
      backslash = false;
      continue;
    }
    let out = '';
    for (const char of piece) {
      if (backslash) {
        out += char === '%' || (char === '\\' && !inInput) ? char : `\\${char}`;
        backslash = false;
      } else if (char === '\\') backslash = true;
      else if (char !== '%') out += char;
      else if (inInput) out += '\n';
      else {
        command.push(out);
        out = '';
        inInput = true;
      }
    }
    (inInput ? input : command).push(out);
  }
  if (backslash) (inInput ? input : command).push('\\');
  return {command: text(...command), input: text(...input)};
}

/** systemd ends the text with a newline, as cron does where there is none. */
function standardInput(input: Text): readonly UnitLine[] {
  if (input.pieces.length === 0) return [];
  if (literal(input) === '\n') return ['StandardInput=data', 'StandardInputData=Cg=='];
  const last = input.pieces.at(-1)!;
  const body =
    typeof last === 'string' && last.endsWith('\n') ? text(...input.pieces.slice(0, -1), last.slice(0, -1)) : input;
  // Blanks at the ends of a value are cut off.
  const pieces = quotedPieces(body, false).pieces.map((piece, index, all) => {
    if (typeof piece !== 'string') return piece;
    const kept = index === 0 ? piece.replace(/^ /, '\\x20') : piece;
    return index === all.length - 1 ? kept.replace(/ $/, '\\x20') : kept;
  });
  return ['StandardInput=data', ['StandardInputText=', {pieces}]];
}
