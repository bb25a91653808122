import type {ReleasePlan} from '../model/release-plan.js';
import {hostFolders, serviceAccount} from './host-folders.js';
import {comment, mtreePath, systemdField} from './quote.js';

// The permission table of the folders that outlive releases, for tools that make or check such tables.

/** tmpfiles.d: makes what is missing, at boot above all, where /run is empty. Source: tmpfiles.d(5), systemd 252. */
export function emitTmpfiles(plan: ReleasePlan): string {
  return [
    ...heading(plan, '/etc/tmpfiles.d/', 'systemd-tmpfiles --create'),
    ...hostFolders(plan).map(({path, mode, owner, group}) =>
      ['d', systemdField(path), mode, systemdField(owner), systemdField(group), '-'].join(' '),
    ),
    '',
  ].join('\n');
}

/** sysusers.d: the service's user and group. Source: sysusers.d(5), systemd 252. */
export function emitSysusers(plan: ReleasePlan): string {
  const {user, group} = serviceAccount(plan);
  const id = group === user ? '-' : `-:${systemdField(plan.release.group)}`;
  return [
    ...heading(plan, '/etc/sysusers.d/', 'systemd-sysusers'),
    ...(group === undefined || group === user ? [] : [`g ${systemdField(group)} -`]),
    ...(user === undefined
      ? []
      : [
          `u ${systemdField(user)} ${id} ${systemdField(plan.release.name)} ${systemdField(plan.release.prefix)} /usr/sbin/nologin`,
        ]),
    '',
  ].join('\n');
}

/** An mtree specification below `/`. A path is only known to mtree below folders that are. Source: mtree(5) of NetBSD. */
export function emitMtree(plan: ReleasePlan): string {
  const folders = new Map(hostFolders(plan).map((folder) => [folder.path, folder]));
  const paths = new Set([...folders.keys()].flatMap(withAbove));
  return [
    '#mtree',
    ...heading(plan, '', 'mtree -e -p / -f'),
    ...[...paths].sort().map((path) => {
      const folder = folders.get(path);
      const wanted = folder && ` uname=${folder.owner} gname=${folder.group} mode=${folder.mode}`;
      return `.${mtreePath(path)} type=dir${wanted ?? ''}`;
    }),
    '',
  ].join('\n');
}

/** `/a/b`: '' (the root), `/a`, `/a/b`. */
function withAbove(path: string): readonly string[] {
  const names = path.split('/');
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

function heading({release}: ReleasePlan, folder: string, command: string): readonly string[] {
  const name = comment(release.name);
  return [
    `# ${name}: made by cfgc, for a host where root deploys to ${comment(release.prefix)}.`,
    folder === '' ? `# ${command} FILE` : `# Put it into ${folder}${name}.conf, then: ${command}`,
  ];
}
