import type {Lock, LockedPackage} from '../model/lock.js';
import type {Entry, EnvironmentEntry, ReleasePlan, ServiceEntry} from '../model/release-plan.js';
import type {Text} from '../model/text.js';
import {sha256} from '../util/digest.js';

/**
 * What a release is made of, as one digest: the same for the same content, whatever lines of the configuration it came from,
 * whatever comments stood there, whatever version of cfgc compiled it. "The same version with other content" is refused by it.
 */
export function contentDigest(plan: ReleasePlan, lock: Lock): string {
  const {version: _, ...release} = plan.release;
  const {sources: _sources, settings: _settings, ...whole} = plan;
  // What names a webhook is a place too: it says nothing of what the release does.
  const webhooks = plan.hooks.webhooks.map(({setting: _setting, ...webhook}) => webhook);
  const hooks = {...plan.hooks, webhooks};
  return fingerprint({...whole, release, hooks, packages: hashes(lock.packages), supervisor: hashes(lock.supervisor)});
}

/**
 * What decides whether a deploy restarts a service: the service itself, what its parts put into the release, and the files of
 * every distribution below those that its parts ask for. References stay symbolic, so the same service in the next release is equal.
 */
export function serviceFingerprint(service: ServiceEntry, plan: ReleasePlan, lock: Lock): string {
  const uses = new Set([service.origin.part, ...service.uses]);
  const entries = plan.entries.filter((entry) => entry.origin.part !== undefined && uses.has(entry.origin.part));
  const needs = entries.filter(affectsProcess);
  const environments = plan.entries.filter((entry): entry is EnvironmentEntry => entry.kind === 'environment');
  // What a source folder needs the lock does not say of it: all of the lock is looked at then.
  const packages =
    serviceSources(service, plan, lock).length > 0
      ? lock.packages
      : closure(
          environments.flatMap((entry) => askedOf(entry, uses)),
          lock,
          environments.flatMap((entry) => entry.exclude),
        );
  // Where it is asked whether it is up is no part of what runs.
  const {fingerprint: _, ready: _ready, ...itself} = service;
  return fingerprint({service: itself, entries: needs, packages: hashes(packages), python: plan.target.python});
}

/**
 * The source folders of a dev profile that a service runs: all of its environment, where its parts ask for one of them. Which of
 * them need each other only their own files say. A fingerprint can't know what is in them: the host looks, before it restarts.
 */
export function serviceSources(service: ServiceEntry, plan: ReleasePlan, lock: Lock): readonly Text[] {
  const uses = new Set([service.origin.part, ...service.uses]);
  return plan.entries.flatMap((entry) => {
    if (entry.kind !== 'environment') return [];
    const installed = entry.editable.filter(({install}) => install);
    if (installed.length === 0) return [];
    const names = namesBelow(askedOf(entry, uses), lock, entry.exclude);
    return installed.some(({name}) => names.has(name)) ? installed.map(({path}) => path) : [];
  });
}

/** The distributions that parts ask an environment for. */
function askedOf(environment: EnvironmentEntry, parts: ReadonlySet<string | undefined>): readonly string[] {
  return environment.requirements
    .filter(({origin}) => origin.part !== undefined && parts.has(origin.part))
    .map(({name}) => name);
}

/** The locked packages below `names`, themselves included, in the lock's order; nothing is looked for below `exclude`. */
export function closure(
  names: readonly string[],
  lock: Lock,
  exclude: readonly string[] = [],
): readonly LockedPackage[] {
  const wanted = namesBelow(names, lock, exclude);
  return lock.packages.filter((item) => wanted.has(item.name));
}

const needsOf = new WeakMap<Lock, ReadonlyMap<string, readonly string[]>>();

/** What each name of a lock needs directly; the same for each service, and read once. */
function needsIn(lock: Lock): ReadonlyMap<string, readonly string[]> {
  const known = needsOf.get(lock);
  if (known) return known;
  const needs = new Map<string, readonly string[]>();
  for (const item of lock.packages) needs.set(item.name, (needs.get(item.name) ?? []).concat(item.dependencies));
  needsOf.set(lock, needs);
  return needs;
}

function namesBelow(names: readonly string[], lock: Lock, exclude: readonly string[]): ReadonlySet<string> {
  const needs = needsIn(lock);
  const wanted = new Set<string>();
  const queue = [...names];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (wanted.has(name) || exclude.includes(name)) continue;
    wanted.add(name);
    queue.push(...(needs.get(name) ?? []));
  }
  return wanted;
}

/** Backups, schedules and other services of a part are no reason to restart a running process. */
function affectsProcess(entry: Entry): boolean {
  return ['file', 'link', 'script', 'scripts', 'download', 'build', 'bridge'].includes(entry.kind);
}

function hashes(packages: readonly LockedPackage[]): readonly (readonly string[])[] {
  return packages.map((item) => [
    item.name,
    item.version,
    ...item.wheels.map((file) => file.sha256),
    ...(item.sdist === undefined ? [] : [item.sdist.sha256]),
  ]);
}

/** SHA-256 of a value as JSON with sorted keys, the origins left out: a moved line is no change. */
function fingerprint(value: unknown): string {
  return sha256(canonical(value));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => {
    if (key === 'origin') return undefined;
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
