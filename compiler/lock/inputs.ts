import type {Lock} from '../model/lock.js';
import type {Editable, ReleasePlan, Requirement} from '../model/release-plan.js';
import {sha256} from '../util/digest.js';
import {canonicalName, readRequirement} from '../util/distribution-name.js';
import {literal} from '../util/text.js';
import type {Pins} from './pins.js';

/** What a lock is made from. */
export interface LockInputs {
  readonly target: ReleasePlan['target'];
  /** Roots of the release's virtualenv. */
  readonly requirements: readonly Requirement[];
  readonly exclude: readonly string[];
  /** Folders whose distribution is installed in place (a dev profile's): they are roots too, and are not locked themselves. */
  readonly editable: readonly Editable[];
  /** Canonical names that may be built from an sdist. */
  readonly buildFromSource: readonly string[];
  /** Roots of the supervisor's own box, none where it would have nothing to run; and of the tools'. */
  readonly supervisor: readonly string[];
  readonly tools: readonly string[];
  /** Roots of the box that bridged recipes run in. */
  readonly bridge: readonly string[];
  /** URLs of parts that have no SHA-256 of their own, each with its md5 where there is one. */
  readonly downloads: ReadonlyMap<string, string | undefined>;
}

export function lockInputs(plan: ReleasePlan): LockInputs {
  const environments = plan.entries.flatMap((entry) => (entry.kind === 'environment' ? [entry] : []));
  const ours = environments.filter(({name}) => name !== 'supervisor');
  const boxes = environments.filter(({name}) => name === 'supervisor').flatMap(({requirements}) => requirements);
  const serves = plan.release.services === 'supervisor' && plan.entries.some(({kind}) => kind === 'service');
  const named = new Set(ours.flatMap(({requirements}) => requirements.map(({name}) => name)));
  const downloads = new Map<string, string | undefined>();
  for (const entry of plan.entries) {
    if ((entry.kind !== 'download' && entry.kind !== 'build') || entry.sha256 !== undefined) continue;
    downloads.set(entry.url, entry.kind === 'download' ? entry.md5 : undefined);
  }
  return {
    target: plan.target,
    editable: ours.flatMap((entry) => entry.editable.filter(({install}) => install)),
    requirements: unique(ours.flatMap(({requirements}) => requirements)),
    exclude: [...new Set(ours.flatMap(({exclude}) => exclude))].filter((name) => !named.has(name)).sort(),
    buildFromSource: [...plan.release.buildFromSource].map(canonicalName).sort(),
    supervisor: serves ? [...new Set(['supervisor', ...boxes.map(({text}) => text)])].sort() : [],
    tools: plan.release.installer === 'uv' ? ['uv'] : [],
    bridge: bridgeRoots(plan),
    downloads,
  };
}

/**
 * SHA-256 over all that decides what a lock holds: target, roots, and the pins of what is locked.
 * A pin of a distribution that the release does not need changes nothing, so the lock stays fresh.
 */
export function inputDigest(
  inputs: LockInputs,
  pins: Pins,
  locked: Pick<Lock, 'packages' | 'supervisor' | 'tools' | 'bridge'>,
): string {
  const names = [...locked.packages, ...locked.supervisor, ...locked.tools, ...locked.bridge].map(({name}) => name);
  const roots = inputs.requirements.map(({name}) => name);
  const boxes = [...inputs.supervisor, ...inputs.tools, ...inputs.bridge].map((text) =>
    canonicalName(readRequirement(text)?.name ?? text),
  );
  const used = [...new Set([...names, ...roots, ...boxes])].sort();
  const {implementation, platform, python} = inputs.target;
  const content = {
    target: {implementation, platform, python},
    requirements: inputs.requirements.map(({text}) => text).sort(),
    exclude: inputs.exclude,
    // By name: a lock holds for another clone of the profile too.
    editable: inputs.editable.map(({name, metadata}) => [name, metadata]),
    buildFromSource: inputs.buildFromSource,
    supervisor: inputs.supervisor,
    tools: inputs.tools,
    // Absent where nothing is bridged: a lock of before stays fresh.
    ...(inputs.bridge.length > 0 && {bridge: inputs.bridge}),
    pins: used.map((name) => [name, pins.get(name)?.specifier ?? '']),
  };
  return sha256(JSON.stringify(content));
}

/** zc.buildout, each bridged recipe, and the eggs of its part: all that the real recipe may ask buildout for. */
function bridgeRoots(plan: ReleasePlan): readonly string[] {
  const entries = plan.entries.flatMap((entry) => (entry.kind === 'bridge' ? [entry] : []));
  if (entries.length === 0) return [];
  const eggs = entries.flatMap(({options}) =>
    options.flatMap(({name, value}) => (name === 'eggs' || name === 'egg' ? (literal(value) ?? '').split('\n') : [])),
  );
  const recipes = entries.map(({recipe}) => recipe.split(':')[0]!);
  const roots = ['zc.buildout', ...recipes, ...eggs].map((line) => line.trim()).filter((line) => line !== '');
  return [...new Set(roots)].sort();
}

/** Requirements in order, each text once. */
function unique(requirements: readonly Requirement[]): readonly Requirement[] {
  const byText = new Map<string, Requirement>();
  for (const requirement of requirements) if (!byText.has(requirement.text)) byText.set(requirement.text, requirement);
  return [...byText.values()];
}
