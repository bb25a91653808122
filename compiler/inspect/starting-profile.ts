/**
 * The first `prod.cfg` of an existing buildout, for `cfgc init`: what its parts say already becomes release settings.
 * Reads    the values as `bin/buildout` sees them.
 * Gives    text with a comment over every line that says why it is there; nothing is executed and nothing is asked.
 * What only a person knows is not guessed silently: it stands in `decisions`.
 */
import type {Resolved, ResolvedSection} from '../model/config.js';
import {show} from '../util/text.js';

export interface StartingProfile {
  readonly text: string;
  /** What has to be decided by hand: a sentence each. */
  readonly decisions: readonly string[];
}

export interface Start {
  readonly resolved: Resolved;
  /** As `extends` of the new file names the old one. */
  readonly extended: string;
  /** Where nothing else names the release: the folder's name. */
  readonly folderName: string;
  /** The profile's folder, absolute. */
  readonly directory: string;
}

/** A line of the new profile, and why it is there. */
interface Line {
  readonly option: string;
  readonly value: string;
  readonly why: readonly string[];
}

export function startingProfile(start: Start): StartingProfile {
  const facts = factsOf(start.resolved);
  const sections: (readonly [string, readonly Line[]])[] = [
    ['buildout', buildoutLines(start)],
    ['release', releaseLines(start, facts)],
    ['healthcheck', healthLines(facts)],
    ['backup', backupLines(facts)],
    ...secretSections(start, facts),
  ];
  const decisions = decide(start, facts);
  const shown = sections.filter(([, lines]) => lines.length > 0).map(([name, lines]) => block(name, lines));
  const data = dataComment(facts, start);
  return {text: `${[opening(start), ...shown, ...(data === '' ? [] : [data])].join('\n')}`, decisions};
}

/** The list of what is to be decided, as the comment at the end of the profile. */
export function decisionsComment(decisions: readonly string[]): string {
  const lines = decisions.flatMap((decision) => wrap(`- ${decision}`, '  '));
  return ['', '# To be decided by hand; take a line away when it is done.', ...lines.map(comment), ''].join('\n');
}

interface Listener {
  readonly part: string;
  readonly option: string;
  readonly address: string;
  readonly kind: 'http' | 'tcp';
}

interface Facts {
  readonly parts: readonly ResolvedSection[];
  readonly users: readonly {readonly part: string; readonly option: string; readonly user: string}[];
  readonly listeners: readonly Listener[];
  readonly data: readonly {readonly part: string; readonly option: string; readonly path: string}[];
  readonly backup: ResolvedSection | undefined;
  readonly supervisor: ResolvedSection | undefined;
  readonly passwords: readonly {readonly part: string; readonly user: string}[];
}

const ofRecipe = {
  supervisor: /^collective\.recipe\.supervisor\b/,
  backup: /^collective\.recipe\.backup\b/,
  instance: /^plone\.recipe\.zope2instance\b/,
  zeo: /^plone\.recipe\.(zeoserver|zope2zeoserver)\b/,
} as const;

function factsOf(resolved: Resolved): Facts {
  const parts = resolved.parts
    .map((name) => resolved.sections.get(name))
    .filter((section): section is ResolvedSection => section?.options.has('recipe') === true);
  const running = parts.filter((part) => is(part, 'instance') || is(part, 'zeo'));
  return {
    parts,
    users: running.flatMap((part) => {
      const user = value(part, 'effective-user');
      return user && /^[A-Za-z_][\w.-]*$/.test(user) ? [{part: part.name, option: 'effective-user', user}] : [];
    }),
    listeners: running.flatMap((part) => listenersOf(part)),
    data: parts.flatMap((part) => dataOf(part)),
    backup: parts.find((part) => is(part, 'backup')),
    supervisor: parts.find((part) => is(part, 'supervisor')),
    passwords: parts
      .filter((part) => is(part, 'instance'))
      .flatMap((part) => {
        const [, user] = /^([^:$\s]+):(?!\$\{secrets:)\S/.exec(part.options.get('user')?.raw.trim() ?? '') ?? [];
        return user === undefined ? [] : [{part: part.name, user}];
      }),
  };
}

function is(part: ResolvedSection, what: keyof typeof ofRecipe): boolean {
  return ofRecipe[what].test(value(part, 'recipe') ?? '');
}

/** The value of an option on one line; undefined where it is absent, empty, or left to the host. */
function value(part: ResolvedSection, name: string): string | undefined {
  const option = part.options.get(name);
  const shown = option && show(option.value).trim();
  return shown === undefined || shown === '' || shown.includes('\n') ? undefined : shown;
}

function listenersOf(part: ResolvedSection): readonly Listener[] {
  const zeo = is(part, 'zeo');
  const option = zeo ? 'zeo-address' : 'http-address';
  const written = value(part, option) ?? (zeo ? '8100' : '8080');
  const [, host, port] = /^(?:(.*):)?(\d+)$/.exec(written) ?? [];
  if (port === undefined) return [];
  // What listens everywhere answers here too, and a check asks from the host itself.
  const near = host === undefined || ['', '0.0.0.0', '*', '::', '[::]', 'localhost'].includes(host);
  return [{part: part.name, option, address: `${near ? '127.0.0.1' : host}:${port}`, kind: zeo ? 'tcp' : 'http'}];
}

const dataOptions = ['file-storage', 'blob-storage', 'location', 'blobbackuplocation', 'snapshotlocation'] as const;

function dataOf(part: ResolvedSection): readonly {part: string; option: string; path: string}[] {
  const options = is(part, 'backup')
    ? dataOptions.slice(2)
    : is(part, 'zeo') || is(part, 'instance')
      ? dataOptions.slice(0, 2)
      : [];
  return options.flatMap((option) => {
    const path = value(part, option);
    return path === undefined ? [] : [{part: part.name, option, path}];
  });
}

function buildoutLines({extended, resolved}: Start): readonly Line[] {
  const buildout = resolved.sections.get('buildout');
  const lines: Line[] = [{option: 'extends', value: extended, why: ['The buildout as it is; nothing in it changes.']}];
  if (buildout && value(buildout, 'newest') !== 'false')
    lines.push({option: 'newest', value: 'false', why: ['A release takes what is pinned, not what is newest.']});
  if (buildout && value(buildout, 'allow-picked-versions') !== 'false')
    lines.push({
      option: 'allow-picked-versions',
      value: 'false',
      why: ['Every distribution has a pin under [versions]; cfgc names the missing ones all at once.'],
    });
  return lines;
}

function releaseLines(start: Start, facts: Facts): readonly Line[] {
  const name = nameOf(start);
  const {python, why} = pythonOf(start.resolved);
  const [user] = facts.users;
  return [
    {option: 'name', value: name, why: ["The folder's name; it is in paths, services and logs on the host."]},
    {option: 'version', value: '1.0.0', why: ['SemVer; a new one for each change that is deployed.']},
    {option: 'profile', value: 'prod', why: ['Only what is pinned and hashed; dev is for development.']},
    {option: 'python', value: python, why: [why]},
    {option: 'prefix', value: `/srv/${name}`, why: ['All of it lies below this folder on the host.']},
    {
      option: 'user',
      value: user?.user ?? accountOf(name),
      why: [
        user
          ? `From ${user.option} of [${user.part}]: the services run as this user.`
          : 'No part has effective-user: a system user of its own is safest.',
      ],
    },
    {
      option: 'services',
      value: 'supervisor',
      why: [
        facts.supervisor
          ? `From part [${facts.supervisor.name}]; its programs run under a supervisor in a box of its own.`
          : 'No part is a supervisor: the release brings one. systemd and none are the other ways.',
      ],
    },
  ];
}

function nameOf({folderName}: Start): string {
  const name = folderName
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return name === '' ? 'site' : name;
}

function accountOf(name: string): string {
  const account = name.replace(/[^a-z0-9_-]/g, '-').slice(0, 31);
  return /^[a-z_]/.test(account) ? account : 'service';
}

/** Which Python the pinned Zope runs on. Source: Requires-Python of Zope 4.8 (to 3.8 at most), 5.8 (3.7 to 3.11) and later. */
function pythonOf(resolved: Resolved): {python: string; why: string} {
  const zope = pinOf(resolved, 'Zope') ?? pinOf(resolved, 'Zope2');
  if (zope === undefined) return {python: '3.11', why: 'No pin of Zope says which: the Python that the host has.'};
  if (Number.parseInt(zope, 10) < 4)
    return {
      python: '3.11',
      why: `Zope ${zope} is pinned, which runs on Python 2 alone: for the Zope after the upgrade.`,
    };
  if (Number.parseInt(zope, 10) < 5)
    return {python: '3.8', why: `Zope ${zope} is pinned, which runs on no Python 3 later than 3.8.`};
  return {python: '3.11', why: `Zope ${zope} is pinned, which runs on it; the host must have it.`};
}

function pinOf(resolved: Resolved, name: string): string | undefined {
  const versions = resolved.sections.get('versions');
  const found = versions && [...versions.options.keys()].find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : value(versions!, found);
}

function healthLines({listeners}: Facts): readonly Line[] {
  if (listeners.length === 0) return [];
  const urls = listeners.map(({kind, address}) => (kind === 'http' ? `http://${address}/` : `tcp://${address}`));
  return [
    {
      option: 'url',
      value: `\n    ${urls.join('\n    ')}`,
      why: [
        `From ${listeners.map(({part, option}) => `${option} of [${part}]`).join(', ')}:`,
        'these must answer after a restart, else the release before comes back.',
      ],
    },
  ];
}

function backupLines({backup, data}: Facts): readonly Line[] {
  if (!backup && data.length === 0) return [];
  const keep = backup && value(backup, 'keep');
  const lines: Line[] = [
    keep !== undefined && /^[1-9]\d*$/.test(keep)
      ? {option: 'keep', value: keep, why: [`From keep of [${backup!.name}]: good backups that stay.`]}
      : {
          option: 'keep',
          value: '5',
          why: [
            backup
              ? `[${backup.name}] says nothing usable of keep.`
              : 'No part makes backups; a release does, before each switch.',
          ],
        },
  ];
  if (backup && value(backup, 'full') === 'true')
    lines.push({option: 'full', value: 'yes', why: [`From full of [${backup.name}].`]});
  return lines;
}

/** A password in clear becomes a secret that the host makes: an error in prod is cured before it is met. */
function secretSections(start: Start, {passwords}: Facts): readonly (readonly [string, readonly Line[]])[] {
  if (passwords.length === 0) return [];
  const admin: Line = {
    option: 'admin',
    value: `generate:/etc/${nameOf(start)}/admin`,
    why: ['Made at random on the host the first time. A database that exists keeps its own users.'],
  };
  return [
    ['secrets', [admin]],
    ...passwords.map(({part, user}): readonly [string, readonly Line[]] => [
      part,
      [{option: 'user', value: `${user}:\${secrets:admin}`, why: ['The buildout has this password in clear.']}],
    ]),
  ];
}

function dataComment({data}: Facts, {directory}: Start): string {
  if (data.length === 0) return '';
  const lines = data.map(({part, option, path}) => `  ${option} of [${part}]: ${below(path, directory)}`);
  return [
    '# Data. Paths of the buildout move into PREFIX/var, absolute ones stay where they are:',
    ...lines.map(comment),
    '',
  ].join('\n');
}

function below(path: string, directory: string): string {
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path;
}

function decide(start: Start, facts: Facts): readonly string[] {
  const decisions = [
    '[release] name, version and prefix: are they as the host should have them? All three can be changed until the first deploy.',
  ];
  const [first] = facts.users;
  const others = facts.users.filter(({user}) => user !== first?.user);
  if (!first) decisions.push('[release] user: create it on the host, or name one that is there.');
  for (const {part, option, user} of others)
    decisions.push(`[release] user is ${first!.user}, but ${option} of [${part}] says ${user}: a release has one.`);
  const zope = pinOf(start.resolved, 'Zope') ?? pinOf(start.resolved, 'Zope2');
  if (zope === undefined) decisions.push('[release] python: which Python does the site run on?');
  if (!facts.supervisor)
    decisions.push('[release] services: supervisor, systemd, or none (then start-command and stop-command too).');
  for (const {part, option, path} of facts.data)
    if (path.startsWith('/') && !path.startsWith(`${start.directory}/`))
      decisions.push(`${option} of [${part}] is ${path}, outside of the release: the service user must own it.`);
  const inside = facts.data.some(({path}) => !path.startsWith('/') || path.startsWith(`${start.directory}/`));
  if (inside)
    decisions.push('Data of a running site: take it over with `sh release.sh adopt --from FOLDER` on the host.');
  if (facts.listeners.length === 0)
    decisions.push('[healthcheck]: nothing says what must answer after a restart; name a url.');
  if (facts.passwords.length > 0)
    decisions.push('Passwords in clear stay in the old files and their history: change them.');
  return decisions;
}

function opening({extended}: Start): string {
  return `# The production release of ${extended}. Started by cfgc init, and yours from now on: it is never overwritten.
# bin/buildout reads over the sections of the release, so it still runs.
`;
}

function block(name: string, lines: readonly Line[]): string {
  const body = lines.flatMap(({option, value: written, why}) => [
    ...why.map(comment),
    written.startsWith('\n') ? `${option} =${written}` : `${option} = ${written}`,
  ]);
  return `[${name}]\n${body.join('\n')}\n`;
}

function comment(line: string): string {
  return `# ${line}`;
}

/** Lines of at most about 110 characters; further ones are indented. */
function wrap(sentence: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of sentence.split(/\s+/)) {
    if (line !== '' && line.length + word.length + 1 > 110) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
