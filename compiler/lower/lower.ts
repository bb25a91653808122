/**
 * The lower phase: a resolved configuration becomes a plan of everything that the release script will do.
 * Recipes are never run; each has a module that says what becomes of its part.
 */
import type {Report} from '../diagnostics/diagnostic.js';
import type {Resolved} from '../model/config.js';
import type {InputFiles, LowerContext, Part, RecipeLowering} from '../model/lowering.js';
import type {Editable, Entry, PlanSource, ReleasePlan} from '../model/release-plan.js';
import type {Settings} from '../model/settings.js';
import type {Text} from '../model/text.js';
import {canonicalName} from '../util/distribution-name.js';
import {refs, refsWithin, show, text} from '../util/text.js';
import {automaticBackup} from './automatic-backup.js';
import {mainEnvironment} from './environment.js';
import {hostReference} from './host-reference.js';
import {mapTexts} from './map-texts.js';
import {refuseSameOutputs} from './output-paths.js';
import {programsApart} from './part-programs.js';
import {partView} from './part-view.js';
import {placement} from './placement.js';
import {readyUrls} from './ready-urls.js';
import {findRecipe, recipes} from './recipes.js';
import {reportDevelopmentOnly, reportReplaced, reportUnknownOptions, reportUnknownRecipe} from './report-parts.js';
import {serviceLaunchers} from './service-launchers.js';
import {serviceUses} from './service-uses.js';
import {standardEntries} from './standard-entries.js';
import {reportAskedOfNobody} from './unstarted-services.js';
import {reportBad} from './values.js';

/**
 * @param inputs  the files that `wantedInputs` named, as far as they could be read
 * @param sources  all that was read, for the plan to name
 * @param extra   recipes of plugins; they win over cfgc's own
 * @param developed  source folders that are installed in place; none in prod
 * @returns a plan; where errors were reported it lacks what they are about
 */
export function lower(
  resolved: Resolved,
  settings: Settings,
  inputs: InputFiles,
  sources: readonly PlanSource[],
  report: Report,
  extra: readonly RecipeLowering[] = [],
  developed: readonly Editable[] = [],
): ReleasePlan {
  const all = [...extra, ...recipes];
  const {placed, dataPath} = placement(resolved);
  const base = {
    settings,
    section: (name: string) => resolved.sections.get(name),
    sections: resolved.sections,
    option: (section: string, name: string) => resolved.sections.get(section)?.options.get(name),
    reference: hostReference(resolved, settings),
    input: (path: Text) => inputs.get(show(path))?.text,
    inputExecutable: (path: Text) => inputs.get(show(path))?.executable === true,
    dataPath,
    placed,
  };
  const plain = plainParts(resolved);
  const parts = withAppended(resolved, plain, {...base, parts: plain, report}, all);
  const context: LowerContext = {...base, parts, report};

  const planned = parts.map((part) => plannedBy(part, context, all, resolved));
  const together = planned.flatMap(({entries}) => entries);
  const entries = planned.flatMap(({part, recipe, entries: own}) => [
    ...own,
    ...(recipe?.finish?.(part, context, together) ?? []),
  ]);
  entries.push(...automaticBackup(entries, context, all));

  const environment = mainEnvironment(entries, developed, report);
  const rest = entries.filter((entry) => entry.kind !== 'environment' || entry.name !== 'main');
  const placedEntries = [...standardEntries(resolved), ...environment, ...rest].map((entry) => mapTexts(entry, placed));
  const launched = serviceLaunchers(serviceUses(programsApart(placedEntries)));
  reportAskedOfNobody(launched, settings, resolved, report);
  const final = readyUrls(launched, settings.healthChecks);
  return {
    schema: 'cfgc-plan/1',
    sources,
    release: {
      name: settings.name,
      version: settings.version,
      profile: settings.profile,
      prefix: settings.prefix,
      user: settings.user,
      group: settings.group,
      ...(settings.operators !== undefined && {operators: settings.operators}),
      keep: settings.keep,
      services: settings.services,
      ...(settings.serviceCommands !== undefined && {serviceCommands: mapTexts(settings.serviceCommands, placed)}),
      schedules: settings.schedules,
      installer: settings.installer,
      buildFromSource: settings.buildFromSource,
      dataMigration: settings.dataMigration,
    },
    target: settings.target,
    layout: {style: settings.layoutStyle, folders: mapTexts(settings.layout, placed)},
    permissions: settings.permissions,
    entries: refuseSameOutputs(final, parts, report),
    logging: settings.syslog,
    hooks: {
      webhooks: mapTexts(settings.webhooks, placed),
      healthChecks: mapTexts(settings.healthChecks, placed),
    },
    secrets: mapTexts(
      settings.secrets.map(({name, from, generate}) => ({name, from, generate})),
      placed,
    ),
    inputs: allInputs(final, settings),
    system: hostCommands(parts, context, all),
    settings: settings.origins,
  };
}

interface Planned {
  readonly part: Part;
  readonly entries: readonly Entry[];
  /** Whose module lowered it; undefined where none did. */
  readonly recipe?: RecipeLowering;
}

/** What a part's recipe plans by itself; a part that can't be lowered is reported, and plans nothing. */
function plannedBy(part: Part, context: LowerContext, all: readonly RecipeLowering[], resolved: Resolved): Planned {
  const {settings, report} = context;
  const recipe = findRecipe(all, part.recipe, part.entryPoint);
  if (isBridged(part, settings)) return {part, entries: [bridge(part, report)]};
  if (recipe === undefined) reportUnknownRecipe(part, all, report);
  else if (recipe.developmentOnly && settings.profile === 'prod') reportDevelopmentOnly(part, report);
  else if (recipe.replacedBy !== undefined) reportReplaced(part, recipe.replacedBy, report);
  else {
    reportUnknownOptions(part, recipe, resolved, report);
    return {part, entries: recipe.lower(part, context), recipe};
  }
  return {part, entries: []};
}

/** What `[system]` says, and what parts run where it says nothing. `build` is no command: the part of that name is compiled. */
function hostCommands(
  parts: readonly Part[],
  context: LowerContext,
  all: readonly RecipeLowering[],
): ReleasePlan['system'] {
  const {system} = context.settings;
  const named = new Set(system.map(({name}) => name));
  const own = parts.flatMap((part) => {
    const recipe = findRecipe(all, part.recipe, part.entryPoint);
    const skipped = named.has(part.name) || isBridged(part, context.settings);
    const command = skipped ? undefined : recipe?.hostCommand?.(part, context);
    return command === undefined ? [] : [{name: part.name, command, origin: part.origin('recipe')}];
  });
  return [...system.filter(({command}) => command !== 'build'), ...own];
}

/** The declared inputs, and the environment variables that entries refer to: preflight asks for each. */
function allInputs(entries: readonly Entry[], settings: Settings): Settings['inputs'] {
  const named = new Set(settings.inputs.map(({name}) => name));
  const used = new Set(
    refsWithin(entries).flatMap((ref) => (ref.ref === 'env' && !named.has(ref.name) ? [ref.name] : [])),
  );
  return [...settings.inputs, ...[...used].sort().map((name) => ({name}))];
}

/** The files and URLs that the parts' recipes want to read: the driver reads them, and hands them to `lower`. */
export function wantedInputs(
  resolved: Resolved,
  settings: Settings,
  extra: readonly RecipeLowering[] = [],
): readonly Text[] {
  const all = [...extra, ...recipes];
  const wanted = new Map<string, Text>();
  for (const part of plainParts(resolved)) {
    const recipe = findRecipe(all, part.recipe, part.entryPoint);
    if (recipe === undefined || isBridged(part, settings)) continue;
    if (recipe.developmentOnly && settings.profile === 'prod') continue;
    for (const path of recipe.inputs?.(part) ?? []) wanted.set(show(path), path);
  }
  return [...wanted.values()];
}

function plainParts(resolved: Resolved): Part[] {
  return resolved.parts.flatMap((name) => {
    const section = resolved.sections.get(name);
    return section?.options.has('recipe') ? [partView(section)] : [];
  });
}

/** The parts, with what recipes of other parts add to their options (collective.recipe.filestorage). */
function withAppended(
  resolved: Resolved,
  plain: readonly Part[],
  context: LowerContext,
  all: readonly RecipeLowering[],
): readonly Part[] {
  const bySection = new Map<string, Map<string, Text>>();
  for (const part of plain) {
    const recipe = findRecipe(all, part.recipe, part.entryPoint);
    for (const {section, option, text: more} of recipe?.appends?.(part, context) ?? []) {
      const options = bySection.get(section) ?? new Map<string, Text>();
      const before = options.get(option) ?? resolved.sections.get(section)?.options.get(option)?.value ?? text();
      options.set(option, text(before, more));
      bySection.set(section, options);
    }
  }
  return plain.map((part) => partView(part.section, bySection.get(part.name)));
}

function isBridged(part: Part, settings: Settings): boolean {
  return settings.bridge.some((name) => name === part.name || canonicalName(name) === canonicalName(part.recipe));
}

/** A part that `[release] bridge` names, itself or by its recipe: the build runs the real one, also where cfgc knows it. */
function bridge(part: Part, report: Report): Entry {
  // What only the lowering gives is left to the real recipe.
  const options = [...part.section.options.values()].filter(
    ({name, history}) => name !== 'recipe' && history.at(-1)?.from !== 'recipe',
  );
  for (const {name, value} of options) {
    if (!refs(value).some(({ref}) => ref === 'secret')) continue;
    const message = `\`${name}\` of bridged part \`${part.name}\` holds a secret`;
    const hint = 'write the file with the secret by collective.recipe.template, which makes it at configure time';
    reportBad(part, name, report, message, 'the recipe runs in the build, which knows no secrets', hint);
  }
  return {
    kind: 'bridge',
    origin: part.origin('recipe'),
    part: part.name,
    recipe: show(part.option('recipe') ?? text()),
    options: options.map(({name, value}) => ({name, value})),
  };
}
