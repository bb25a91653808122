import type {ReleasePlan} from '../model/release-plan.js';
import {comment, makeWord} from './quote.js';
import {render} from './templates.js';

/**
 * The Makefile: the steps of a deploy as targets with their dependencies, and the script's other commands.
 * For GNU make and bmake. Nothing runs while it is parsed, and `make -n deploy` lists every command.
 * @param options.script  the script's file name, relative to the Makefile
 * @param options.prefix  before every target's name: `release-` in a `release.mk` that another Makefile includes
 */
export function emitMakefile(plan: ReleasePlan, options: {readonly script: string; readonly prefix?: string}): string {
  const prefix = options.prefix ?? '';
  return render('Makefile.hbs', {
    name: comment(plan.release.name),
    version: comment(plan.release.version),
    // A `#` begins a comment in a variable's value.
    scriptName: comment(options.script),
    script: makeWord(options.script).replaceAll('#', '\\#'),
    prefix,
    steps: steps.map((step, index) => ({...step, before: index === 0 ? '' : ` ${prefix}${steps[index - 1]!.name}`})),
    lastStep: steps.at(-1)!.name,
    commands,
    targets: ['deploy', ...steps, ...commands]
      .map((item) => prefix + (typeof item === 'string' ? item : item.name))
      .join(' '),
  });
}

/** Whether a file's text is one that cfgc wrote, and may be written again. */
export function isOurs(existing: string): boolean {
  return existing.split('\n', 3).some((line) => /^# .*Made by cfgc\b/.test(line));
}

/** What comes before the switch: each needs the one before it. `restart`, `verify` and `prune` follow it in `deploy` itself. */
const steps = [
  {name: 'preflight', about: 'can this host carry the release? Changes nothing'},
  {name: 'backup', about: 'data, verified'},
  {name: 'build', about: 'virtualenv, launchers, downloads: beside what runs'},
  {name: 'configure', about: 'configuration files, secrets, commands'},
  {name: 'permissions', about: 'owners and modes of the release'},
  {name: 'complete', about: 'the checks; then the release never changes again'},
  {name: 'switch', about: 'one rename of the link `current`'},
] as const;

const commands = [
  {name: 'plan', about: 'what a deploy would change; changes nothing'},
  {name: 'check', about: 'status 2 where a deploy would do something'},
  {name: 'status', about: 'what runs, since when, by whom'},
  {name: 'verify', about: 'has anything drifted from what was released?'},
  {name: 'restart', about: 'those services that changed'},
  {name: 'rollback', about: 'to the release that was active before'},
  {name: 'setup', about: 'folders and the supervisor, once'},
  {name: 'list', about: 'releases on this host'},
  {name: 'history', about: 'what happened, and when'},
  {name: 'prune', about: 'delete old releases'},
] as const;
