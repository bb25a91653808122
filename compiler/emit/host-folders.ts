import type {ReleasePlan} from '../model/release-plan.js';
import type {PathClass, Permission} from '../model/settings.js';
import type {Place, Text} from '../model/text.js';

/** A folder that outlives releases, as tools of the host manage it: all symbols of the plan filled in. */
export interface HostFolder {
  readonly path: string;
  readonly owner: string;
  readonly group: string;
  /** Octal, four digits. */
  readonly mode: string;
}

/**
 * The folders outside the releases, parents first, for a host where root deploys to the plan's own prefix.
 * The files of a release are not here: they never change once it is complete, and `release.sh verify` compares them.
 * A folder whose path only the host knows (an environment variable in it) is left to the script.
 */
export function hostFolders(plan: ReleasePlan): readonly HostFolder[] {
  const places = hostPlaces(plan);
  const found = new Map<string, HostFolder>();
  const add = (path: string | undefined, folder: Omit<HostFolder, 'path'>): void => {
    if (path !== undefined && !found.has(path)) found.set(path, {path, ...folder});
  };
  const root = {owner: 'root', group: 'root', mode: '0755'};
  const {prefix} = plan.release;
  for (const path of [prefix, `${prefix}/releases`, `${prefix}/.cfgc`]) add(path, root);
  for (const name of ['data', 'log', 'run', 'backups'] as const) add(places.get(name), ofClass(name, plan));
  for (const entry of plan.entries) {
    if (entry.kind !== 'directory' || !outside.has(entry.class)) continue;
    const {owner, group, mode} = ofClass(entry.class, plan);
    add(hostPath(entry.path, places), {owner: entry.owner ?? owner, group, mode: entry.mode?.padStart(4, '0') ?? mode});
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The user and the group that must exist, where they are not root's. */
export function serviceAccount(plan: ReleasePlan): {readonly user?: string; readonly group?: string} {
  const {user, group} = plan.release;
  return {...(user !== 'root' && {user}), ...(group !== 'root' && {group})};
}

const outside: ReadonlySet<PathClass> = new Set(['data', 'blobs', 'run', 'log', 'backups']);

function ofClass(name: PathClass, plan: ReleasePlan): Omit<HostFolder, 'path'> {
  const {owner, group, directory} = plan.permissions[name];
  return {owner: account(owner, plan, 'user'), group: account(group, plan, 'group'), mode: directory.padStart(4, '0')};
}

function account(name: Permission['owner'], {release}: ReleasePlan, as: 'user' | 'group'): string {
  if (name === '@service') return release[as];
  if (name === '@operators') return release.operators ?? 'root';
  return name === '@deployer' ? 'root' : name;
}

/** As `layout_init` of the shell library has them. */
export function hostPlaces({release, layout}: ReleasePlan): ReadonlyMap<Place, string> {
  const {prefix, name} = release;
  const fhs = layout.style === 'fhs';
  const root = prefix.endsWith(`/opt/${name}`) ? prefix.slice(0, -`/opt/${name}`.length) : '';
  const shared = `${root}/var/opt/${name}`;
  const places = new Map<Place, string>([
    ['prefix', prefix],
    ['current', `${prefix}/current`],
    ['supervisor', `${prefix}/supervisor`],
    ['release', `${prefix}/releases/${release.version}`],
    ...(['bin', 'etc', 'lib', 'share'] as const).map(
      (place) => [place, `${prefix}/releases/${release.version}/${place}`] as const,
    ),
    ['venv', `${prefix}/releases/${release.version}/lib/venv`],
    ['data', fhs ? `${shared}/data` : `${prefix}/var`],
    ['backups', fhs ? `${shared}/backups` : `${prefix}/backups`],
    ['run', fhs ? `${root}/run/${name}` : `${prefix}/run`],
  ]);
  for (const place of ['data', 'backups', 'run', 'log'] as const) {
    const moved = layout.folders[place];
    const path = moved && hostPath(moved, places);
    if (path !== undefined) places.set(place, path);
  }
  if (!places.has('log')) places.set('log', fhs ? `${shared}/log` : `${places.get('data')}/log`);
  return places;
}

function hostPath(path: Text, places: ReadonlyMap<Place, string>): string | undefined {
  let whole = '';
  for (const piece of path.pieces) {
    const known = typeof piece === 'string' ? piece : piece.ref === 'place' ? places.get(piece.place) : undefined;
    if (known === undefined) return undefined;
    whole += known;
  }
  return whole;
}
