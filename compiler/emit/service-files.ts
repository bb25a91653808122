import type {Report} from '../diagnostics/diagnostic.js';
import type {ReleasePlan, ScheduleEntry, ServiceEntry} from '../model/release-plan.js';
import {show, text} from '../util/text.js';
import {hostPlaces} from './host-folders.js';
import {type ServiceFile, supervisorFiles, unspeakableService} from './supervisor-conf.js';
import {timerFiles} from './systemd-timer.js';
import {reportSecretArgument, systemdFiles, type UnitOptions, writableFolders} from './systemd-unit.js';

/** The files below etc/ that whoever runs services and jobs reads; none where services are the profile's own commands, or for cron. */
export function serviceFiles(plan: ReleasePlan, report: Report): readonly ServiceFile[] {
  if (plan.release.schedules === 'cron') reportSecretsOfJobs(plan, report);
  return [...filesOfServices(plan, report), ...(plan.release.schedules === 'systemd' ? jobUnits(plan, report) : [])];
}

function filesOfServices(plan: ReleasePlan, report: Report): readonly ServiceFile[] {
  const services = servicesOf(plan);
  if (plan.release.services !== 'none') reportNames(services, report);
  switch (plan.release.services) {
    case 'supervisor':
      return supervisorFiles(services, {syslog: plan.logging.enabled}, report);
    case 'systemd':
      return systemdFiles(services, unitOptions(plan), report);
    case 'none':
      return [];
  }
}

/** A name is that of a file, and of a section or unit. */
function reportNames(services: readonly ServiceEntry[], report: Report): void {
  for (const {name, origin} of services) {
    if (/^[^\s/:[\]]+$/.test(name)) continue;
    report({
      kind: unspeakableService,
      message: `service \`${name}\` can't have this name`,
      notes: [`it comes from ${origin.file}:${origin.line}`],
      hint: 'rename it: a name has no blank, slash, colon or bracket',
    });
  }
}

function jobUnits(plan: ReleasePlan, report: Report): readonly ServiceFile[] {
  const services = servicesOf(plan).map(({name}) => name);
  return timerFiles(schedulesOf(plan), services, unitOptions(plan), report);
}

function unitOptions(plan: ReleasePlan): UnitOptions {
  return {
    name: plan.release.name,
    user: text({ref: 'user'}),
    group: text({ref: 'group'}),
    syslog: plan.logging,
    writable: writableFolders(plan.entries),
  };
}

/**
 * The units for people to read, as `systemctl cat` shows them, with the places of the plan's own prefix. What only the host
 * knows stands in brackets: the script fills it in where `services = systemd`, or for jobs `schedules = systemd`.
 */
export function emitUnits(plan: ReleasePlan, report: Report): string {
  const places = hostPlaces(plan);
  const shown = (piece: ServiceFile['content']['pieces'][number]): string => {
    if (typeof piece === 'string') return piece;
    const ref = 'quoted' in piece ? piece.quoted : piece;
    if (ref.ref === 'user' || ref.ref === 'group') return plan.release[ref.ref];
    if (ref.ref === 'python') return `${places.get('venv')}/bin/python`;
    return (ref.ref === 'place' ? places.get(ref.place) : undefined) ?? show({pieces: [ref]});
  };
  return [...systemdFiles(servicesOf(plan), unitOptions(plan), report), ...jobUnits(plan, report)]
    .map(
      ({path, content}) =>
        `# /etc/${path.replace('systemd/', 'systemd/system/')}\n${content.pieces.map(shown).join('')}`,
    )
    .join('\n');
}

export function servicesOf(plan: ReleasePlan): readonly ServiceEntry[] {
  return plan.entries.filter((entry): entry is ServiceEntry => entry.kind === 'service');
}

/** In a crontab the variables of a job stand in its command line. */
function reportSecretsOfJobs(plan: ReleasePlan, report: Report): void {
  for (const {name, command, environment, origin} of schedulesOf(plan))
    for (const value of [command, ...environment.map((variable) => variable.value)])
      reportSecretArgument(`job \`${name}\``, value, origin, report);
}

function schedulesOf(plan: ReleasePlan): readonly ScheduleEntry[] {
  return plan.entries.filter((entry): entry is ScheduleEntry => entry.kind === 'schedule');
}
