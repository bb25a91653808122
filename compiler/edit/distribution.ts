/** `cfgc add` and `cfgc remove`: one distribution in one file, with the pins that it brings. */
import type {Report} from '../diagnostics/diagnostic.js';
import type {Io} from '../io.js';
import {lockInputs} from '../lock/inputs.js';
import {resolveInputs} from '../lock/lock.js';
import {readPins} from '../lock/pins.js';
import type {Resolved} from '../model/config.js';
import type {ReleasePlan} from '../model/release-plan.js';
import type {Source} from '../model/source.js';
import {canonicalName, readRequirement} from '../util/distribution-name.js';
import {didYouMean} from '../util/nearest.js';
import {literal} from '../util/text.js';
import {addLine, dropLines, dropOptions, linesOf, optionNames, sectionsWith, setOption} from './cfg-text.js';
import {badDistribution, notThere, nowhereToAdd} from './kinds.js';

export interface EditRequest {
  /** As typed: `collective.easyform`, with extras or `==VERSION` where one wants to. */
  readonly distribution: string;
  /** The file that is edited, as it is now. */
  readonly file: Source;
  /** Whose eggs; found where it is not given. */
  readonly section?: string;
  /** The profile that the file belongs to. */
  readonly resolved: Resolved;
  readonly plan: ReleasePlan;
}

export interface Edited {
  readonly text: string;
  /** Whose eggs were edited; the first where there were several. */
  readonly section: string;
  /** Pins that came or went. */
  readonly pins: readonly {readonly name: string; readonly version: string}[];
}

/**
 * Adds a distribution to the eggs of a file, and a pin for each distribution that it needs and that has none yet.
 * uv finds the versions: the newest that fit the pins that are there, none of which changes.
 * @returns undefined where that can't be (reported)
 */
export async function addDistribution(request: EditRequest, io: Io, report: Report): Promise<Edited | undefined> {
  const wanted = readRequirement(request.distribution);
  if (!wanted) {
    report({
      kind: badDistribution,
      message: `\`${request.distribution}\` is no distribution`,
      hint: 'write a name, with extras or a version where you want: `Pillow`, `plone.app.ldap[extra]`, `Pillow==11.3.0`',
    });
    return undefined;
  }
  const section = request.section ?? findSection(request);
  if (section === undefined) {
    report({
      kind: nowhereToAdd,
      message: `\`${request.file.name}\` has no eggs, and no section's eggs are shared by the parts`,
      hint: 'name the section: --section NAME',
    });
    return undefined;
  }
  const name = canonicalName(wanted.name);
  const pins = readPins(request.resolved);
  const inputs = lockInputs(request.plan);
  const origin = {file: request.file.name, line: 1};
  const root = {name, text: request.distribution.trim(), origin};
  const packages = await resolveInputs(
    {...inputs, requirements: [...inputs.requirements, root]},
    {pins, sources: request.resolved.config.sources, name: request.file.name},
    io,
    report,
  );
  if (!packages) return undefined;
  const open = packages.filter((item) => pins.get(item.name)?.version === undefined);
  const egg = wanted.extras.length > 0 ? `${wanted.name}[${wanted.extras.join(',')}]` : wanted.name;
  let text = request.file.text;
  const there = dropLines(text, 'eggs', (line) => line === egg).dropped > 0;
  if (!there) text = addLine(text, section, 'eggs', egg);
  const added = open.map((item) => ({name: item.name === name ? wanted.name : item.name, version: item.version}));
  for (const pin of added) text = setOption(text, versionsSection(request.resolved), pin.name, pin.version);
  return {text, section, pins: added};
}

/**
 * Takes a distribution out of the eggs of a file, and out of the file's pins what nothing needs any more.
 * Where there is no uv to say what is still needed, only the distribution's own pin goes.
 */
export async function removeDistribution(request: EditRequest, io: Io, report: Report): Promise<Edited | undefined> {
  const name = canonicalName(readRequirement(request.distribution)?.name ?? request.distribution);
  const isWanted = (line: string): boolean => canonicalName(readRequirement(line)?.name ?? '') === name;
  const sections = sectionsWith(request.file.text, 'eggs');
  const {text, dropped} = dropLines(request.file.text, 'eggs', isWanted);
  if (dropped === 0) {
    const other = namedElsewhere(name, request);
    const near = didYouMean(request.distribution, linesOf(request.file.text, 'eggs'));
    report({
      kind: notThere,
      message: `no eggs of \`${request.file.name}\` name \`${request.distribution}\``,
      ...(other && {notes: [`\`${other}\` has it`]}),
      ...(!other && near !== undefined && {hint: near}),
    });
    return undefined;
  }
  const versions = versionsSection(request.resolved);
  const pinned = optionNames(text, versions);
  const pins = readPins(request.resolved);
  const inputs = lockInputs(request.plan);
  // Another file may ask for it as well: then it stays a root, and its pins stay.
  const stays = namedElsewhere(name, request);
  const left = inputs.requirements.filter((item) => item.name !== name || stays);
  const needed =
    pinned.length === 0
      ? []
      : await resolveInputs(
          {...inputs, requirements: left},
          {pins, sources: request.resolved.config.sources, name: request.file.name},
          io,
          report,
        );
  if (!needed) return undefined;
  const used = new Set(needed.map((item) => item.name));
  const goes = (option: string): boolean => !used.has(canonicalName(option));
  const removed = pinned
    .filter(goes)
    .map((option) => ({name: option, version: pins.get(canonicalName(option))?.version ?? ''}));
  return {text: dropOptions(text, versions, goes), section: sections[0]!, pins: removed};
}

/** Another file of the profile whose eggs name the distribution. */
function namedElsewhere(name: string, {resolved, file}: EditRequest): string | undefined {
  for (const section of resolved.sections.values()) {
    for (const {span, value} of section.options.get('eggs')?.history ?? []) {
      if (!span || span.source.path === file.path) continue;
      if (value.split('\n').some((line) => canonicalName(readRequirement(line)?.name ?? '') === name))
        return span.source.name;
    }
  }
  return undefined;
}

/** Whose eggs a new one belongs to. */
function findSection({file, resolved, plan}: EditRequest): string | undefined {
  const own = sectionsWith(file.text, 'eggs')[0];
  if (own !== undefined) return own;
  const counts = new Map<string, number>();
  for (const part of resolved.parts) {
    for (const [, section] of resolved.sections
      .get(part)
      ?.options.get('eggs')
      ?.raw.matchAll(/\$\{([^:}]+):eggs\}/g) ?? [])
      counts.set(section!, (counts.get(section!) ?? 0) + 1);
  }
  const [shared] = [...counts].sort((a, b) => b[1] - a[1]);
  if (shared) return shared[0];
  const parts = new Set(lockInputs(plan).requirements.flatMap(({origin}) => origin.part ?? []));
  return parts.size === 1 ? [...parts][0] : undefined;
}

function versionsSection(resolved: Resolved): string {
  const named = resolved.sections.get('buildout')?.options.get('versions')?.value;
  return (named && literal(named)?.trim()) || 'versions';
}
