import type {Report} from '../diagnostics/diagnostic.js';
import type {ReleasePlan, ServiceEntry} from '../model/release-plan.js';
import {text} from '../util/text.js';
import {type ServiceFile, supervisorFiles} from './supervisor-conf.js';
import {systemdFiles, writableFolders} from './systemd-unit.js';

/** The files below etc/ that the plan's manager of services reads; none where services are the profile's own commands. */
export function serviceFiles(plan: ReleasePlan, report: Report): readonly ServiceFile[] {
  const services = plan.entries.filter((entry): entry is ServiceEntry => entry.kind === 'service');
  switch (plan.release.services) {
    case 'supervisor':
      return supervisorFiles(services, {syslog: plan.logging.enabled}, report);
    case 'systemd':
      return systemdFiles(
        services,
        {
          name: plan.release.name,
          user: text({ref: 'user'}),
          group: text({ref: 'group'}),
          syslog: plan.logging,
          writable: writableFolders(plan.entries),
        },
        report,
      );
    case 'none':
      return [];
  }
}
