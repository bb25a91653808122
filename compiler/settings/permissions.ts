import type {PathClass, Permission} from '../model/settings.js';

const code: Permission = {
  owner: '@deployer',
  group: '@service',
  file: '0640',
  executable: '0750',
  directory: '0750',
};
const data: Permission = {owner: '@service', group: '@service', file: '0600', executable: '0700', directory: '0700'};

/** What each class of path gets where `[permissions]` says nothing. Reasons: the table in ARCHITECTURE.md. */
export const defaultPermissions: Readonly<Record<PathClass, Permission>> = {
  bin: {owner: '@deployer', group: '@operators', file: '0770', executable: '0770', directory: '0770'},
  code,
  etc: code,
  secret: code,
  data,
  blobs: data,
  run: data,
  log: data,
  backups: {owner: '@deployer', group: '@deployer', file: '0600', executable: '0700', directory: '0700'},
};

const symbolic = new Set(['deployer', 'operators', 'service']);
const account = /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/;

/**
 * Reads `owner:group mode [folder-mode]`; modes are octal, three or four digits.
 * Files that are run get the file mode with an x for each r; folders too, where no mode is given for them.
 * `deployer`, `operators` and `service` stay symbolic, with or without the `@`.
 * @returns the permission, or what is wrong with the line
 */
export function parsePermission(line: string): Permission | {readonly wrong: string} {
  const [names, file, directory, ...more] = line.trim().split(/\s+/);
  const [owner, group, ...others] = (names ?? '').split(':').map(name);
  if (!owner || !group || others.length > 0) return {wrong: 'it starts with `owner:group`'};
  if (file === undefined || more.length > 0) return {wrong: 'one mode for files follows, and one for folders may'};
  const fileMode = mode(file);
  const directoryMode = directory === undefined ? fileMode && run(fileMode) : mode(directory);
  if (!fileMode || !directoryMode) return {wrong: 'a mode is three or four octal digits'};
  return {owner, group, file: fileMode, executable: run(fileMode), directory: directoryMode};
}

/** Why a release must not have this permission; undefined where it is fine. */
export function unsafe(pathClass: PathClass, permission: Permission): string | undefined {
  const modes = [permission.file, permission.executable, permission.directory].map((text) => Number.parseInt(text, 8));
  if (modes.some((bits) => bits & 0o002)) return 'everyone on the host could write there';
  if (modes.some((bits) => bits & 0o6000)) return 'a set-user or set-group bit gives away rights';
  if (pathClass === 'bin' || pathClass === 'code' || pathClass === 'etc' || pathClass === 'secret') {
    if (permission.owner === '@service')
      return 'the service would own its own code: who breaks into it could change it';
    if (permission.group === '@service' && modes.some((bits) => bits & 0o020)) {
      return 'the service could write its own code: who breaks into it could change it';
    }
  }
  if ((pathClass === 'secret' || pathClass === 'backups') && modes.some((bits) => bits & 0o007)) {
    return 'everyone on the host could read it';
  }
  return undefined;
}

function name(text: string): string | undefined {
  const plain = text.startsWith('@') ? text.slice(1) : text;
  if (symbolic.has(plain)) return `@${plain}`;
  return account.test(text) ? text : undefined;
}

function mode(text: string): string | undefined {
  return /^[0-7]{3,4}$/.test(text) ? text.padStart(4, '0') : undefined;
}

function run(text: string): string {
  const bits = Number.parseInt(text, 8);
  return (bits | ((bits & 0o444) >> 2)).toString(8).padStart(4, '0');
}
