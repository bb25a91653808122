import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {BackupEntry, FileEntry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {canonicalName} from '../../util/distribution-name.js';
import {place, show, text, trim} from '../../util/text.js';
import {inDirectory} from '../placement.js';
import {reportBad, reportNoEffect, saysYes} from '../values.js';
import {instanceStorage} from '../zope/storage-sections.js';
import {fileStorage, isZeoServer, isZopeInstance, serverBlobs} from '../zope/zodb-paths.js';

const backupInCrontab: DiagnosticKind = {
  id: 'CFG523',
  name: 'backup-in-crontab',
  severity: {prod: 'warning', dev: 'off'},
  explain: `
What it does: names a crontab line that runs a backup script.
Why: the crontab is the service user's, and backups belong to who deploys: a service that is broken into must not reach them.
Where the deployer and the service are one user it works.
Example: [backupcron] of z3c.recipe.usercrontab runs bin/backup. Put "PREFIX/current/bin/backup" into the deployer's crontab instead.
Source: design of cfgc, "permissions": backups belong to the deployer.
`,
};

/**
 * Lowers `collective.recipe.backup`: a database and its blobs are saved before each switch, and whenever asked.
 * Reads    sources, locations, what to keep, how blobs are copied; see the page.
 * Plans    a `backup` entry, and bin/backup, restore and the others as scripts that call the release script.
 * Reports  CFG508, CFG509, CFG523.
 */
export const collectiveRecipeBackup: RecipeLowering = {
  recipe: 'collective.recipe.backup',
  options: [
    'location',
    'snapshotlocation',
    'ziplocation',
    'blobbackuplocation',
    'blobsnapshotlocation',
    'blobziplocation',
    'locationprefix',
    'datafs',
    'blob_storage',
    'blob-storage',
    'backup_blobs',
    'only_blobs',
    'keep',
    'keep_blob_days',
    'full',
    'use_rsync',
    'rsync_options',
    'rsync_hard_links_on_first_copy',
    'archive_blob',
    'compress_blob',
    'incremental_blobs',
    'blob_timestamps',
    'enable_snapshotrestore',
    'enable_zipbackup',
    'alternative_restore_source',
    'alternative_restore_sources',
    'pre_command',
    'post_command',
    'debug',
    'additional_filestorages',
    'gzip',
    'gzip_blob',
    'quick',
    'enable_fullbackup',
  ],
  page: {
    summary: 'A database and its blobs are saved before each switch, and whenever asked.',
    options: {
      location: 'a folder of backups/ with its last name',
      blobbackuplocation: 'a folder of backups/ with its last name',
      snapshotlocation: 'nothing: snapshots lie beside the other backups, and are told apart',
      blobsnapshotlocation: 'nothing, as snapshotlocation',
      ziplocation: 'nothing, as snapshotlocation',
      blobziplocation: 'nothing, as snapshotlocation',
      locationprefix: 'nothing: backups lie in backups/, outside of the data folder',
      datafs: 'the Data.fs; that of the first ZEO server or Zope instance where absent',
      blob_storage: 'the blobs; those of that part where absent',
      'blob-storage': 'as blob_storage',
      backup_blobs: 'true',
      only_blobs: 'true: no Data.fs, for RelStorage',
      keep: 'full backups that stay; 2; 0: all',
      keep_blob_days: 'with only_blobs: days that blobs stay; 14',
      full: 'true: each backup is full',
      use_rsync: 'true: hard links to the backup before',
      rsync_options: 'nothing: the script copies by itself',
      rsync_hard_links_on_first_copy: 'nothing: the script copies by itself',
      archive_blob: 'true: blobs as one tar',
      compress_blob: 'true, with archive_blob: blobs as one tar.gz',
      incremental_blobs: 'nothing: each tar is whole',
      blob_timestamps: 'nothing: always with time stamps',
      enable_snapshotrestore: 'true: bin/snapshotrestore',
      enable_zipbackup: 'true: bin/zipbackup and bin/ziprestore, which are a snapshot',
      alternative_restore_source: 'nothing: `release.sh restore` reads any backup by its date',
      alternative_restore_sources: 'nothing, as above',
      pre_command: 'run by sh before; a failure stops the backup',
      post_command: 'run by sh after',
      debug: 'nothing',
      additional_filestorages:
        'nothing, as in the recipe since version 5; storages of parts are backed up by themselves',
      gzip: 'nothing: always compressed',
      gzip_blob: 'as archive_blob with compress_blob',
      quick: 'nothing: an increment is verified',
      enable_fullbackup: 'nothing: `bin/backup --full`',
    },
    differences: [
      'A backup is taken before each switch, and verified; a deploy stops where it is not good.',
      'Backups lie in backups/ of the prefix, 0700, and belong to who deploys; the recipe puts them into var.',
      'A failed copy of blobs fails the backup; the recipe prints it and exits 0.',
      'bin/backup, restore, snapshotbackup and so on are kept: they call the release script, with -q, -n and a date.',
      'A relative file-storage of a part is where that part has it; the recipe looks for it elsewhere.',
      'A restore puts the backup beside the live data and swaps it in by renames.',
      'The recipe is not installed: it would bring zc.buildout into the release.',
    ],
  },
  kinds: [backupInCrontab],
  gives: (part) => ({
    blob_storage: part.option('blob_storage') ?? part.option('blob-storage') ?? text(),
    backup_blobs: text(saysYes(part, 'backup_blobs', yes, true) ? 'True' : 'False'),
  }),
  lower(part, context) {
    reportOld(part, context);
    reportCrontab(part, context);
    const backup = backupOf(part, context);
    return [...(backup ? [backup] : []), ...scripts(part)];
  },
};

const yes = ['true', 'yes', 'on', '1'];

function backupOf(part: Part, context: LowerContext): BackupEntry | undefined {
  const {report} = context;
  const source = sourceOf(part, context);
  const withBlobs = saysYes(part, 'backup_blobs', yes, true);
  const onlyBlobs = saysYes(part, 'only_blobs', yes, false);
  if (onlyBlobs && !withBlobs) {
    reportBad(
      part,
      'only_blobs',
      report,
      `part \`${part.name}\` backs up neither Data.fs nor blobs`,
      '`backup_blobs` is off',
    );
    return undefined;
  }
  if (!withBlobs && saysYes(part, 'enable_zipbackup', yes, false)) {
    const message = `part \`${part.name}\` has \`enable_zipbackup\` without blobs`;
    reportBad(part, 'enable_zipbackup', report, message, 'a zip backup is for blobs', 'take it out');
  }
  if (withBlobs && source.blobs === undefined) {
    const message = `part \`${part.name}\` has no blobs to back up`;
    const hint = `write \`blob_storage = …\`, or \`backup_blobs = false\`, under [${part.name}]`;
    reportBad(part, 'recipe', report, message, 'no Zope or ZEO part says where they are', hint);
    return undefined;
  }
  const location = locationOf(part, 'location', part.name);
  const blobLocation = locationOf(part, 'blobbackuplocation', `${part.name}-blobs`);
  if (show(location) === show(blobLocation)) {
    const message = `\`location\` and \`blobbackuplocation\` of part \`${part.name}\` are one folder`;
    reportBad(part, 'location', report, message, `both are ${show(location)}`, 'give one of them another last name');
    return undefined;
  }
  return {
    kind: 'backup',
    origin: part.origin('recipe'),
    name: part.name,
    storages: [
      {
        name: source.name,
        ...(!onlyBlobs && source.file && {file: source.file}),
        ...(withBlobs && source.blobs && {blobs: source.blobs}),
      },
    ],
    location,
    blobLocation,
    keep: count(part, 'keep', 2, context),
    keepBlobDays: count(part, 'keep_blob_days', 14, context),
    full: saysYes(part, 'full', yes, false),
    compress: true,
    blobs: withBlobs ? blobMode(part) : 'none',
    preCommand: trim(part.option('pre_command') ?? text()),
    postCommand: trim(part.option('post_command') ?? text()),
    commands: [],
  };
}

function blobMode(part: Part): BackupEntry['blobs'] {
  if (saysYes(part, 'gzip_blob', yes, false)) return 'tar.gz';
  if (saysYes(part, 'archive_blob', yes, false)) return saysYes(part, 'compress_blob', yes, false) ? 'tar.gz' : 'tar';
  return saysYes(part, 'use_rsync', yes, true) ? 'rsync' : 'copy';
}

function count(part: Part, name: string, fallback: number, {report}: LowerContext): number {
  const value = part.literal(name)?.trim();
  if (value === undefined || value === '') return fallback;
  if (/^\d+$/.test(value)) return Number(value);
  reportBad(part, name, report, `\`${name}\` of part \`${part.name}\` is no number`, 'a whole number');
  return fallback;
}

/** What is saved: as the part says, else what the first ZEO server or Zope instance keeps. */
function sourceOf(part: Part, context: LowerContext): {name: string; file?: Text; blobs?: Text} {
  const first = context.parts.find(
    (other) => isZeoServer(other) || (isZopeInstance(other) && !instanceStorage(other, context).zeoClient),
  );
  const keeps = first === undefined ? {} : storageOf(first, context);
  const written = part.option('datafs');
  const file = written?.pieces.length
    ? context.dataPath(inDirectory(trim(written)))
    : (keeps.file ?? place('data', 'filestorage/Data.fs'));
  const blobs = [part.option('blob_storage'), part.option('blob-storage')].find((value) => value?.pieces.length);
  if (part.option('blob_storage')?.pieces.length && part.option('blob-storage')?.pieces.length) {
    if (show(part.option('blob_storage')!) !== show(part.option('blob-storage')!)) {
      const message = `part \`${part.name}\` has \`blob_storage\` and \`blob-storage\``;
      reportBad(part, 'blob-storage', context.report, message, 'one of the two', 'take one of the two out');
    }
  }
  const folder = blobs ? context.dataPath(inDirectory(trim(blobs))) : keeps.blobs;
  return {name: first?.name ?? 'main', file, ...(folder && {blobs: folder})};
}

function storageOf(part: Part, context: LowerContext): {file?: Text; blobs?: Text} {
  const {file, blobs} = isZeoServer(part)
    ? {file: fileStorage(part, context), blobs: serverBlobs(part, context)}
    : instanceStorage(part, context);
  return {...(file && {file}), ...(blobs && {blobs})};
}

/** Below backups/ by its last name, unless it is absolute and outside of the profile's folder. */
function locationOf(part: Part, option: string, fallback: string): Text {
  const written = part.option(option);
  if (!written?.pieces.length) return place('backups', fallback);
  const whole = inDirectory(trim(written));
  const first = whole.pieces[0];
  if (typeof first === 'string' || first === undefined || first.ref !== 'place' || first.place !== 'directory')
    return whole;
  const last = whole.pieces.at(-1);
  return typeof last === 'string'
    ? place('backups', last.replace(/\/+$/, '').split('/').at(-1))
    : place('backups', fallback);
}

function scripts(part: Part): FileEntry[] {
  const own = part.name === 'backup';
  const named = (usual: string, suffix: string): string => (own ? usual : `${part.name}${suffix}`);
  const zip = saysYes(part, 'enable_zipbackup', yes, false);
  const all: [string, string][] = [
    [named('backup', ''), `backup "$@" ${part.name}`],
    [named('snapshotbackup', '-snapshot'), `backup --snapshot "$@" ${part.name}`],
    [named('restore', '-restore'), 'restore "$@"'],
    ...(saysYes(part, 'enable_snapshotrestore', yes, true)
      ? ([[named('snapshotrestore', '-snapshotrestore'), 'restore --snapshot "$@"']] as [string, string][])
      : []),
    ...(zip
      ? ([
          [named('zipbackup', '-zip'), `backup --snapshot "$@" ${part.name}`],
          [named('ziprestore', '-ziprestore'), 'restore --snapshot "$@"'],
        ] as [string, string][])
      : []),
  ];
  return all.map(([name, words]) => ({
    kind: 'file',
    origin: part.origin('recipe'),
    class: 'bin',
    path: place('bin', name),
    content: text(
      '#!/bin/sh\nPREFIX="',
      {ref: 'place', place: 'prefix'},
      '"\nexport PREFIX\nexec sh "',
      place('current', 'release.sh'),
      `" ${words}\n`,
    ),
    executable: true,
  }));
}

function reportOld(part: Part, {report}: LowerContext): void {
  if (part.option('additional_filestorages')?.pieces.length) {
    const hint =
      'nothing is lost where a part keeps them: every storage of a ZEO, Zope or filestorage part is backed up';
    reportNoEffect(part, 'additional_filestorages', report, 'the recipe reads it no more since version 5', hint);
  }
  for (const name of ['alternative_restore_source', 'alternative_restore_sources']) {
    if (!part.option(name)?.pieces.length) continue;
    reportNoEffect(
      part,
      name,
      report,
      'restore reads its own backups alone',
      'copy the backup below backups/, and restore by its date',
    );
  }
  if (part.option('rsync_options')?.pieces.length) {
    reportNoEffect(part, 'rsync_options', report, 'the release script copies by itself', 'take it out');
  }
  const archived = ['archive_blob', 'gzip_blob'].some((name) => saysYes(part, name, yes, false));
  if (saysYes(part, 'compress_blob', yes, false) && !archived) {
    reportNoEffect(part, 'compress_blob', report, 'blobs are no archive', 'write `archive_blob = true` as well');
  }
  if (saysYes(part, 'incremental_blobs', yes, false)) {
    reportNoEffect(
      part,
      'incremental_blobs',
      report,
      'each tar is whole',
      'leave `use_rsync` on: unchanged blobs are hard links then',
    );
  }
}

function reportCrontab(part: Part, context: LowerContext): void {
  const names = new Set(scripts(part).map(({path}) => show(path)));
  for (const other of context.parts) {
    if (canonicalName(other.recipe) !== 'z3c-recipe-usercrontab') continue;
    const command = show(context.placed(other.option('command') ?? text()));
    const found = [...names].find((name) => command.split(/\s+/).includes(name));
    if (found === undefined) continue;
    const span = other.span('command');
    context.report({
      kind: backupInCrontab,
      message: `the crontab line of part \`${other.name}\` runs \`${found.replace('{bin}', 'bin')}\` as the service user`,
      ...(span && {primary: {span, text: 'backups belong to who deploys'}}),
      hint: `put it into the deployer's crontab: ${context.settings.prefix}/current/${found.replace('{bin}', 'bin')}`,
    });
  }
}
