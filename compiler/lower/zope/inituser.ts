/** The first administrator of a new database. */
import {createHash} from 'node:crypto';
import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {LowerContext, Part} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {literal, place, show, text, words} from '../../util/text.js';
import {reportBad} from '../values.js';
import {pythonString} from './conf-text.js';
import {instanceStorage} from './storage-sections.js';
import {httpAddresses} from './wsgi-ini.js';
import {canonicalAddress, fileStorage, isZeoServer, isZopeInstance} from './zodb-paths.js';

export const initialUserLeftOut: DiagnosticKind = {
  id: 'CFG519',
  name: 'initial-user-left-out',
  severity: 'note',
  explain: `
What it does: says that the \`user\` of a Zope instance is not written, as its database is not on this host.
Why: Zope replaces its only administrator by what it finds in inituser. So the file is written only where there is no database
yet, and that can be seen only where the database is a file of this release.
Example: an instance with RelStorage. Make the first user by hand: bin/instance adduser admin.
Source: Zope, what it does with the file inituser.
`,
};

/**
 * Writes `inituser` where there is no database yet, and removes it once Zope has read it.
 * It lies in the run folder, and etc/PART of the release holds a link to it: Zope looks there, and could not remove a
 * file of the release, so it would set the password again at every start. The password is hashed while the file is written:
 * Zope splits the line at colons, and nothing in clear should lie about.
 * Of several instances of one database the first that a deploy starts writes it; the first of all where it starts none.
 * @param planned the entries of all parts: whose service starts by itself
 */
export function initialUser(part: Part, context: LowerContext, planned: readonly Entry[]): readonly Entry[] {
  const user = part.option('user');
  if (!user?.pieces.length) return [];
  const database = databaseFile(part, context);
  if (database === undefined) {
    const span = part.span('user');
    context.report({
      kind: initialUserLeftOut,
      message: `the \`user\` of part \`${part.name}\` is not written: its database is not on this host`,
      ...(span && {primary: {span, text: 'nothing tells whether there is a database yet', conceal: true}}),
      hint: `make the first user by hand: bin/${part.literal('control-script') ?? part.name} adduser`,
    });
    return [];
  }
  const same = context.parts.filter((other) => {
    if (!isZopeInstance(other) || !other.option('user')?.pieces.length) return false;
    const file = databaseFile(other, context);
    return file !== undefined && show(file) === show(database);
  });
  const started = same.filter((other) => isStarted(other, context, planned));
  const [first = part] = [...started, ...same];
  if (first.name !== part.name) return [];
  const account = accountOf(part, user, context);
  if (account === undefined) return [];
  const path = place('run', `${part.name}.inituser`);
  const origin = part.origin('user');
  return [
    {
      kind: 'command',
      origin,
      name: `${part.name}-inituser`,
      when: 'build',
      interpreter: 'python',
      source: writeWhereNew(account.name, path, database),
      stopOnError: true,
      environment: [{name: 'INITUSER_PASSWORD', value: account.password}],
    },
    {kind: 'link', origin, path: place('etc', `${part.name}/inituser`), to: path},
    {
      kind: 'command',
      origin,
      name: `${part.name}-inituser-read`,
      when: 'after-switch',
      interpreter: 'python',
      source: removeOnceRead(part, path, started.length > 0),
      stopOnError: false,
      environment: [],
    },
  ];
}

/** Whether a deploy starts the instance: a manager does, where its service starts by itself, or a command of the profile's own. */
function isStarted(part: Part, {settings}: LowerContext, planned: readonly Entry[]): boolean {
  if (settings.services === 'none') {
    return ['start', 'restart'].some((action) => action in (settings.serviceCommands ?? {}));
  }
  return planned.some((entry) => entry.kind === 'service' && entry.autostart && entry.uses.includes(part.name));
}

/**
 * Zope has read the file when it answers; its socket may be open earlier (fast-listen).
 * @param waits  false where nothing starts Zope: it is asked once, for somebody may have, and else it is said what to run later
 */
function removeOnceRead(part: Part, path: Text, waits: boolean): Text {
  const [host, port] = /^(.*):(\d+)$/.exec(httpAddresses(part)[0]!)?.slice(1) ?? ['127.0.0.1', '8080'];
  return text(
    'import http.client\nimport os\nimport sys\nimport time\n\npath, unread = ',
    pythonString(path),
    ', ',
    pythonString(
      text(
        waits
          ? 'Zope does not answer'
          : `a deploy does not start it; once it runs: release.sh run ${part.name}-inituser-read`,
      ),
    ),
    `
deadline = time.monotonic() + ${waits ? 300 : 0}
while os.path.lexists(path):
    try:
        asked = http.client.HTTPConnection('${host === '0.0.0.0' ? '127.0.0.1' : host}', ${port}, timeout=60)
        asked.request('HEAD', '/')
        asked.getresponse()
        os.remove(path)
    except OSError as error:
        if time.monotonic() > deadline:
            sys.exit('%s is left behind: %s (%s)' % (path, unread, error))
        time.sleep(1)
`,
  );
}

/** Python that writes `name:hash`, readable by the owner of the run folder alone. */
function writeWhereNew(name: string, path: Text, database: Text): Text {
  return text(
    'import os\nfrom AuthEncoding import AuthEncoding\n\nname, path, database = ',
    pythonString(name),
    ', ',
    pythonString(path),
    ', ',
    pythonString(database),
    `
if not os.path.exists(database):
    password = os.environ['INITUSER_PASSWORD']
    if not AuthEncoding.is_encrypted(password):
        password = AuthEncoding.pw_encrypt(password, 'SSHA')
    if isinstance(password, bytes):
        password = password.decode('ascii')
    folder = os.stat(os.path.dirname(path))
    with open(os.open(path + '.part', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as out:
        out.write('%s:%s\\n' % (name, password))
    if os.geteuid() == 0:
        os.chown(path + '.part', folder.st_uid, folder.st_gid)
    os.replace(path + '.part', path)
`,
  );
}

/** Name and password of `user`; a literal password as its hash alone, so that the release does not hold it. */
function accountOf(part: Part, user: Text, context: LowerContext): {name: string; password: Text} | undefined {
  const [first, ...rest] = user.pieces;
  const at = typeof first === 'string' ? first.indexOf(':') : -1;
  if (typeof first !== 'string' || at < 1) {
    const message = `the \`user\` of part \`${part.name}\` is not \`name:password\``;
    const hint = 'write `user = admin:${secrets:admin}`';
    reportBad(part, 'user', context.report, message, 'a colon between name and password', hint);
    return undefined;
  }
  const name = first.slice(0, at).trim();
  const password = text(first.slice(at + 1), {pieces: rest});
  const clear = literal(password);
  if (clear === undefined) return {name, password};
  return {name, password: text(`{SHA}${createHash('sha1').update(clear).digest('base64')}`)};
}

/** The Data.fs that the instance's data ends up in: its own, or that of the ZEO server of this release. */
function databaseFile(part: Part, context: LowerContext): Text | undefined {
  const storage = instanceStorage(part, context);
  if (storage.file || !storage.zeoClient) return storage.file;
  const addresses = words(part.option('zeo-address') ?? text('8100')).map(canonicalAddress);
  const server = context.parts.find(
    (other) => isZeoServer(other) && addresses.includes(canonicalAddress(other.option('zeo-address') ?? text('8100'))),
  );
  return server && fileStorage(server, context);
}
