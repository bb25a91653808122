import type {Lock} from '../model/lock.js';
import type {Entry, Origin, ReleasePlan} from '../model/release-plan.js';
import {pathClasses} from '../model/settings.js';
import {show, text} from '../util/text.js';
import {html} from './quote.js';

/**
 * A release on one page of HTML, for whoever has to agree to it: what runs, what is installed, who may read what, what is done on
 * the host, each with its place in the configuration. It needs nothing else: no script, no style and no picture from elsewhere.
 */
export function emitReport(plan: ReleasePlan, lock: Lock): string {
  const {release, target} = plan;
  const title = `${release.name} ${release.version}`;
  return `<!DOCTYPE html>
<!-- Made by cfgc: edit the configuration, not this file. -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${html(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #ccc; padding: .2em 1em .2em 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
td { font-family: ui-monospace, monospace; font-size: 13px; white-space: pre-wrap; }
</style>
</head>
<body>
<h1>${html(title)}</h1>
${section(
  'Release',
  ['', ''],
  [
    ['profile', release.profile],
    ['prefix', release.prefix],
    ['Python', `${target.implementation} ${target.python}, ${target.platform}`],
    ['services', `${release.services}, as ${release.user}:${release.group}`],
    ['jobs', release.schedules],
    ['releases kept', String(release.keep)],
    ['syslog', plan.logging.enabled ? [plan.logging.facility, ...plan.logging.remotes].join(' ') : 'off'],
    ['migrates data', release.dataMigration ? 'yes: it is not taken back by itself' : 'no'],
  ],
)}
${section(
  'Made from',
  ['file', 'SHA-256'],
  plan.sources.map(({name, sha256}) => [name, sha256]),
)}
${entries(plan, 'service', 'Services', ['name', 'command', 'starts', 'ready when it answers at'], (entry) => [
  entry.name,
  entry.command.map(show).join(' '),
  `${entry.priority}${entry.autostart ? '' : ', by hand'}`,
  entry.ready.map(show).join('\n'),
])}
${section(
  'Checked after the switch',
  ['what', 'until'],
  plan.hooks.healthChecks.map((check) => [show(check.url ?? check.command ?? text()), `${check.deadlineSeconds} s`]),
)}
${entries(plan, 'schedule', 'Jobs', ['name', 'when', 'command'], (entry) => [entry.name, entry.times, show(entry.command)])}
${entries(plan, 'backup', 'Backups', ['name', 'data', 'kept'], (entry) => [
  entry.name,
  [
    ...entry.storages.flatMap(({file, blobs}) => [file, blobs].flatMap((path) => (path ? [show(path)] : []))),
    ...entry.commands.map(({name}) => `command ${name}`),
  ].join('\n'),
  String(entry.keep),
])}
${entries(plan, 'command', 'Commands', ['name', 'when', 'source'], (entry) => [entry.name, entry.when, show(entry.source)])}
${entries(plan, 'download', 'Downloads', ['URL', 'SHA-256', 'to'], (entry) => [
  entry.url,
  entry.sha256 ?? lock.downloads[entry.url] ?? '',
  show(entry.path),
])}
${entries(plan, 'build', 'Compiled', ['name', 'URL', 'SHA-256'], (entry) => [
  entry.name,
  entry.url,
  entry.sha256 ?? lock.downloads[entry.url] ?? '',
])}
${entries(plan, 'bridge', 'Recipes run by the build', ['part', 'recipe'], (entry) => [entry.part, entry.recipe])}
${entries(plan, 'file', 'Files', ['path', 'class'], (entry) => [show(entry.path), entry.class])}
${entries(plan, 'directory', 'Folders', ['path', 'class'], (entry) => [show(entry.path), entry.class])}
${section(
  'Permissions',
  ['class', 'owner', 'group', 'files', 'programs', 'folders'],
  pathClasses.map((name) => {
    const {owner, group, file, executable, directory} = plan.permissions[name];
    return [name, owner, group, file, executable, directory];
  }),
)}
${section(
  'Secrets, of the host alone',
  ['name', 'from'],
  plan.secrets.map(({name, from, generate}) => [
    name,
    `${secretSource(from)}${generate ? ', made the first time' : ''}`,
  ]),
)}
${section(
  'Told by webhook',
  ['URL', 'events', 'signed'],
  plan.hooks.webhooks.map(({url, events, secret}) => [
    show(url),
    events.join(' '),
    secret === undefined ? 'no' : 'yes',
  ]),
)}
${section(
  'Variables of the host',
  ['name', 'else'],
  plan.inputs.map(({name, fallback}) => [name, fallback ?? 'needed']),
)}
${section(
  'Distributions',
  ['name', 'version'],
  lock.packages.map(({name, version}) => [name, version]),
)}
</body>
</html>
`.replace(/\n{2,}/g, '\n');
}

function secretSource(from: ReleasePlan['secrets'][number]['from']): string {
  if ('env' in from) return `the variable ${from.env}`;
  return 'file' in from ? show(from.file) : `the command ${show(from.command)}`;
}

function entries<K extends Entry['kind']>(
  plan: ReleasePlan,
  kind: K,
  title: string,
  heads: readonly string[],
  row: (entry: Extract<Entry, {kind: K}>) => readonly string[],
): string {
  const found = plan.entries.filter((entry): entry is Extract<Entry, {kind: K}> => entry.kind === kind);
  return section(
    title,
    [...heads, 'from'],
    found.map((entry) => [...row(entry), place(entry.origin)]),
  );
}

function place({part, file, line}: Origin): string {
  const place = line === 0 ? file : `${file}:${line}`;
  return part === undefined ? place : `${part}, ${place}`;
}

/** A table under a heading; nothing where it has no rows. */
function section(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const cells = (tag: 'td' | 'th', row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${html(cell)}</${tag}>`).join('')}</tr>`;
  const head = heads.every((name) => name === '') ? '' : `${cells('th', heads)}\n`;
  return `<h2>${html(title)}</h2>\n<table>\n${head}${rows.map((row) => cells('td', row)).join('\n')}\n</table>`;
}
