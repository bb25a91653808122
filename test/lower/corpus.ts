/** Real configurations of public repositories, lowered without a lock: what becomes of each of their parts. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {checkProfile, planRelease} from '../../compiler/compile.js';
import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import {severityOf} from '../../compiler/diagnostics/severity.js';
import {inputMissing, missingOption, unknownOption} from '../../compiler/lower/kinds.js';
import {findRecipe, recipes} from '../../compiler/lower/recipes.js';
import type {Part, RecipeLowering} from '../../compiler/model/lowering.js';
import {nodeIo} from '../../compiler/node-io.js';
import type {Request} from '../../compiler/read-profile.js';

/**
 * `mended`: planned, with an error that says which lines to take out (those of Zope 2, mostly).
 * `no file`: the corpus lacks a file that the part reads. Neither it nor `broken` says anything of the recipe: the part's own
 * configuration can't be resolved, in a profile that is meant to be extended by another.
 */
export const outcomes = ['lowered', 'mended', 'left out', 'bridged', 'refused', 'no file', 'broken'] as const;
export type Outcome = (typeof outcomes)[number];
export type Counts = Readonly<Record<Outcome, number>>;

export interface LoweredCorpus {
  /** Profile to what became of its parts. */
  readonly profiles: ReadonlyMap<string, Counts>;
  /** `recipe`, or `recipe:entry-point`, to what became of parts. */
  readonly recipes: ReadonlyMap<string, Counts>;
  /** `recipe: option` to the repositories that use it, where nothing understands it. */
  readonly notUnderstood: ReadonlyMap<string, ReadonlySet<string>>;
  /** Profile, part, and message of each refused part. */
  readonly refused: readonly string[];
  /** Kind of diagnostic to the number of profiles in which it is an error. */
  readonly errors: ReadonlyMap<string, number>;
  /** Profile and stack. */
  readonly crashes: readonly string[];
}

/** What a profile of the corpus lacks to be a release. */
const release = {
  profile: 'prod',
  name: 'site',
  version: '1.0.0',
  user: 'site',
  python: '3.11',
};

/** Test data of an editor's plugin: broken on purpose. */
const noDeployments = /^(?:SlapOS|perrinjerome)__/;

/**
 * Profiles that zc.buildout can resolve, at least in part, that don't look like a developer's by their name.
 * SlapOS is another world: its parts build a whole system.
 */
export function productionProfiles(corpus: string): readonly string[] {
  const names = ['profiles.txt', 'profiles-partial.txt'].flatMap((file) =>
    readFileSync(join(corpus, file), 'utf8').split('\n'),
  );
  return names
    .map((line) => line.split('\t')[0]!)
    .filter((name) => name !== '' && !noDeployments.test(name))
    .filter((name) => !developers.test(name.slice(name.indexOf('/'))));
}

const developers =
  /(?:^|[/_.-])(?:dev|devel|develop|development|tests?|testing|jenkins|travis|ci|coverage|robot|debug|local|sphinx|docs|checkversions|omelette|sources|vscode)(?=[/_.-])/i;

/** @param only  whether a profile is looked at, by its path in the corpus */
export async function lowerCorpus(
  corpus: string,
  only: (profile: string) => boolean = () => true,
): Promise<LoweredCorpus> {
  const map = remoteFiles(corpus);
  const profiles = new Map<string, Counts>();
  const byRecipe = new Map<string, Counts>();
  const notUnderstood = new Map<string, Set<string>>();
  const refused: string[] = [];
  const errors = new Map<string, number>();
  const crashes: string[] = [];
  for (const profile of productionProfiles(corpus).filter(only)) {
    const diagnostics: Diagnostic[] = [];
    const seen = new Map<string, {readonly recipe: string; readonly outcome: Outcome}>();
    try {
      await lowerProfile(join(corpus, profile), map, diagnostics, (part, outcome, messages) => {
        seen.set(part.name, {recipe: fullName(part), outcome});
        if (outcome === 'refused') refused.push(`${profile}: ${part.name} (${fullName(part)}): ${messages.join('; ')}`);
      });
    } catch (error) {
      crashes.push(`${profile}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    for (const {recipe, outcome} of seen.values()) {
      countOne(profiles, profile, outcome);
      countOne(byRecipe, recipe, outcome);
    }
    for (const {kind, message} of diagnostics) {
      const [, option, recipe] = kind === unknownOption ? (/^`(.*?)` is no option of `(.*?)`/.exec(message) ?? []) : [];
      if (option === undefined) continue;
      const key = `${recipe}: ${option}`;
      notUnderstood.set(key, (notUnderstood.get(key) ?? new Set()).add(profile.split('/')[0]!));
    }
    const ids = diagnostics
      .filter(({kind}) => severityOf(kind, 'prod') === 'error')
      .map(({kind}) => `${kind.id} ${kind.name}`);
    for (const id of new Set(ids)) errors.set(id, (errors.get(id) ?? 0) + 1);
  }
  return {profiles, recipes: byRecipe, notUnderstood, refused, errors, crashes};
}

type Tell = (part: Part, outcome: Outcome, messages: readonly string[]) => void;

async function lowerProfile(
  file: string,
  map: ReadonlyMap<string, string>,
  diagnostics: Diagnostic[],
  tell: Tell,
): Promise<void> {
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const request: Request = {
    file,
    assignments: Object.entries(release).map(([option, value]) => ({section: 'release', option, value})),
    assume: new Map(),
    map,
    offline: true,
    userDefaults: false,
    locked: false,
    ignoredExtensions: [],
    allowDirty: true,
    workingDirectory: '/',
    home: '/nowhere',
    executable: '/usr/bin/python3',
  };
  const checked = await checkProfile(request, nodeIo, report, '1.0.0');
  if (!checked) return;
  // Recipes of plugins win over cfgc's own: each of its own, watched.
  const watched = recipes.map((recipe) => ({name: recipe.recipe, sha256: '', recipe: watch(recipe, tell)}));
  for (const part of checked.context.parts) {
    const recipe = findRecipe(recipes, part.recipe, part.entryPoint);
    if (!recipe) tell(part, 'refused', ['recipe not known']);
    else if (recipe.developmentOnly || recipe.replacedBy !== undefined) tell(part, 'left out', []);
  }
  await planRelease({...checked, plugins: watched}, nodeIo, report, request);
}

function watch(recipe: RecipeLowering, tell: Tell): RecipeLowering {
  return {
    ...recipe,
    lower(part, context) {
      const errors: Diagnostic[] = [];
      const report = (diagnostic: Diagnostic): void => {
        if (severityOf(diagnostic.kind, 'prod') === 'error') errors.push(diagnostic);
        context.report(diagnostic);
      };
      const entries = recipe.lower(part, {...context, report});
      tell(
        part,
        outcomeOf(errors, entries.length > 0, (part.section.failed?.size ?? 0) > 0),
        errors.map(({kind, message}) => `${kind.id} ${message}`),
      );
      return entries;
    },
  };
}

/** @param unresolved  whether options of the part have no value: that is told by the phase before, not again here */
function outcomeOf(errors: readonly Diagnostic[], planned: boolean, unresolved: boolean): Outcome {
  if (errors.length === 0 && unresolved && !planned) return 'broken';
  if (errors.length === 0) return 'lowered';
  if (errors.every(({kind, message}) => kind === inputMissing || message.endsWith("can't be read"))) return 'no file';
  if (errors.every(({kind}) => kind === missingOption)) return 'broken';
  return planned ? 'mended' : 'refused';
}

function fullName({recipe, entryPoint}: Part): string {
  return entryPoint === 'default' ? recipe : `${recipe}:${entryPoint}`;
}

const noOutcome: Counts = {
  lowered: 0,
  mended: 0,
  'left out': 0,
  bridged: 0,
  refused: 0,
  'no file': 0,
  broken: 0,
};

function countOne(counts: Map<string, Counts>, key: string, outcome: Outcome): void {
  const before = counts.get(key) ?? noOutcome;
  counts.set(key, {...before, [outcome]: before[outcome] + 1});
}

/** URL to the file that stands in for it. */
function remoteFiles(corpus: string): ReadonlyMap<string, string> {
  const lines = readFileSync(join(corpus, 'urls.tsv'), 'utf8').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [url, file] = line.split('\t');
      return url && file ? [[url, join(corpus, file)] as const] : [];
    }),
  );
}
