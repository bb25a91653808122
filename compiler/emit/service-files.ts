import type {Report} from '../diagnostics/diagnostic.js';
import type {ReleasePlan, ServiceEntry} from '../model/release-plan.js';
import {show, text} from '../util/text.js';
import {hostPlaces} from './host-folders.js';
import {type ServiceFile, supervisorFiles} from './supervisor-conf.js';
import {systemdFiles, writableFolders} from './systemd-unit.js';

/** The files below etc/ that the plan's manager of services reads; none where services are the profile's own commands. */
export function serviceFiles(plan: ReleasePlan, report: Report): readonly ServiceFile[] {
  const services = servicesOf(plan);
  switch (plan.release.services) {
    case 'supervisor':
      return supervisorFiles(services, {syslog: plan.logging.enabled}, report);
    case 'systemd':
      return unitFiles(plan, report);
    case 'none':
      return [];
  }
}

/** The units of the plan's services, whoever manages them. */
function unitFiles(plan: ReleasePlan, report: Report): readonly ServiceFile[] {
  return systemdFiles(
    plan.entries.filter((entry): entry is ServiceEntry => entry.kind === 'service'),
    {
      name: plan.release.name,
      user: text({ref: 'user'}),
      group: text({ref: 'group'}),
      syslog: plan.logging,
      writable: writableFolders(plan.entries),
    },
    report,
  );
}

/**
 * The units for people to read, as `systemctl cat` shows them, with the places of the plan's own prefix. What only the host
 * knows stands in brackets: the script fills it in where `services = systemd`.
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
  return unitFiles(plan, report)
    .map(
      ({path, content}) =>
        `# /etc/${path.replace('systemd/', 'systemd/system/')}\n${content.pieces.map(shown).join('')}`,
    )
    .join('\n');
}

export function servicesOf(plan: ReleasePlan): readonly ServiceEntry[] {
  return plan.entries.filter((entry): entry is ServiceEntry => entry.kind === 'service');
}
