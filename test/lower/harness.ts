/** Lowers the small configurations of test/lower/cases, and prints plans so that people can read their diff. */
import {existsSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Diagnostic, Profile} from '../../compiler/diagnostics/diagnostic.js';
import {renderText} from '../../compiler/diagnostics/render.js';
import {memoryIo} from '../../compiler/io.js';
import {lower, wantedInputs} from '../../compiler/lower/lower.js';
import {partView} from '../../compiler/lower/part-view.js';
import {givenOptions, givenOther} from '../../compiler/lower/recipes.js';
import {withExtensionSections} from '../../compiler/merge/extension-sections.js';
import type {ResolvedSection} from '../../compiler/model/config.js';
import type {InputFile} from '../../compiler/model/lowering.js';
import type {Entry, ReleasePlan} from '../../compiler/model/release-plan.js';
import type {Settings} from '../../compiler/model/settings.js';
import type {Text} from '../../compiler/model/text.js';
import {type Request, readProfile} from '../../compiler/read-profile.js';
import {resolve} from '../../compiler/resolve/resolve.js';
import {readSettings} from '../../compiler/settings/settings.js';
import {show} from '../../compiler/util/text.js';

export interface Lowered {
  readonly plan: ReleasePlan;
  readonly diagnostics: readonly Diagnostic[];
  readonly profile: Profile;
}

const releaseSection = `
[release]
name = site
version = 1.0.0
python = 3.11
user = zope
`;

/** Lowers one text by the real phases before it. What else is beside it comes from `files`, by path. */
export async function lowerText(
  cfg: string,
  files: Readonly<Record<string, InputFile>> = {},
  change: Partial<Settings> = {},
): Promise<Lowered> {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const whole = cfg.includes('[release]') ? cfg : cfg + releaseSection;
  const texts = Object.entries({...files, 'buildout.cfg': {text: whole}}).map(([name, {text}]) => [
    `/profile/${name}`,
    text,
  ]);
  const read = await readProfile(request, memoryIo({files: Object.fromEntries(texts)}), report);
  if (!read) throw new Error(renderText(diagnostics, {profile: 'prod', colour: false}));
  const gives = (section: ResolvedSection) => givenOptions(partView(section));
  const resolved = resolve(withExtensionSections(read.config), report, {
    mode: 'late-bound',
    gives,
    givesOther: (section, option) => givenOther(partView(section), option),
  });
  const given = readSettings(resolved.sections, report, {cfgcVersion: '1.0.0', entryName: 'buildout.cfg'});
  const settings = {...given, ...change};
  const inputs = new Map<string, InputFile>();
  for (const path of wantedInputs(resolved, settings)) {
    const file = files[show(path).replace('{directory}/', '')];
    if (file) inputs.set(show(path), file);
  }
  return {plan: lower(resolved, settings, inputs, [], report), diagnostics, profile: settings.profile};
}

/** How the profiles of tests are read, from memory: nothing is fetched, and nothing of this machine counts. */
export const request: Request = {
  file: '/profile/buildout.cfg',
  assignments: [],
  assume: new Map(),
  map: new Map(),
  offline: true,
  userDefaults: false,
  locked: false,
  ignoredExtensions: [],
  allowDirty: true,
  workingDirectory: '/profile',
  home: '/nowhere',
  executable: '/usr/bin/python3',
};

/** Lowers the `buildout.cfg` of a folder; what lies beside it can be read. */
export async function lowerFolder(folder: string, change: Partial<Settings> = {}): Promise<Lowered> {
  const files: Record<string, InputFile> = {};
  for (const file of readdirSync(folder, {recursive: true, withFileTypes: true})) {
    const path = join(file.parentPath, file.name);
    if (!file.isFile() || file.name.startsWith('expected.')) continue;
    files[relative(folder, path)] = {
      text: readFileSync(path, 'utf8'),
      executable: (statSync(path).mode & 0o100) !== 0,
    };
  }
  return lowerText(readFileSync(join(folder, 'buildout.cfg'), 'utf8'), files, change);
}

/** The entries of a plan as text: one block each, references in braces, what is empty left out. The standard folders too. */
export function printPlan({plan}: Lowered): string {
  return plan.entries
    .filter((entry) => entry.origin.part !== undefined || entry.kind === 'backup' || entry.kind === 'environment')
    .map(printEntry)
    .join('\n');
}

export function printDiagnostics({diagnostics, profile}: Lowered): string {
  return renderText(diagnostics, {profile, colour: false});
}

/** The one entry of a kind at a path, or of a name. */
export function entryAt<K extends Entry['kind']>(plan: ReleasePlan, kind: K, key: string): Extract<Entry, {kind: K}> {
  const found = plan.entries.find(
    (entry): entry is Extract<Entry, {kind: K}> =>
      entry.kind === kind && (('path' in entry && show(entry.path) === key) || ('name' in entry && entry.name === key)),
  );
  if (!found)
    throw new Error(
      `the plan has no ${kind} ${key}: ${plan.entries.map((e) => `${e.kind} ${'path' in e ? show(e.path) : ''}`).join(', ')}`,
    );
  return found;
}

/** Compares with the expected file of a case; with CFGC_UPDATE=1 writes it. An absent file means nothing is expected. */
export function expectFile(t: ExecutionContext, folder: string, name: string, actual: string): void {
  const path = join(folder, name);
  if (process.env.CFGC_UPDATE === '1' && (actual !== '' || existsSync(path))) writeFileSync(path, actual);
  t.is(actual, existsSync(path) ? readFileSync(path, 'utf8') : '', path);
}

function printEntry(entry: Entry): string {
  const {kind, origin, ...fields} = entry;
  const out = [`${kind} (${origin.part ?? '-'}, ${origin.file}:${origin.line})`];
  for (const [name, value] of Object.entries(fields)) out.push(...printField(name, value, 1));
  return `${out.join('\n')}\n`;
}

function printField(name: string, value: unknown, depth: number): string[] {
  const pad = '  '.repeat(depth);
  if (value === undefined || value === '' || value === false) return [];
  if (isText(value)) value = show(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return [];
    return [`${pad}${name}:`, ...value.flatMap((item) => printField('-', item, depth + 1))];
  }
  if (typeof value === 'object' && value !== null) {
    if ('origin' in value && 'text' in value) return [`${pad}${name} ${String(value.text)}`];
    return [`${pad}${name}:`, ...Object.entries(value).flatMap(([key, item]) => printField(key, item, depth + 1))];
  }
  const whole = String(value);
  if (whole === '') return [];
  if (!whole.includes('\n')) return [`${pad}${name} ${whole}`];
  return [`${pad}${name}:`, ...whole.split('\n').map((line) => `${pad}  |${line}`)];
}

function isText(value: unknown): value is Text {
  return typeof value === 'object' && value !== null && 'pieces' in value;
}
