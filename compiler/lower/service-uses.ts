import type {Entry, ServiceEntry} from '../model/release-plan.js';
import type {Text} from '../model/text.js';
import {show} from '../util/text.js';

/**
 * The parts that each service runs on: those that its recipe named, those that make the files it names, and those that
 * these files name in turn. It decides whether a deploy restarts the service.
 * Paths are compared where they lie: run this before services are sent through `current`.
 */
export function serviceUses(entries: readonly Entry[]): readonly Entry[] {
  const made = entries.filter((entry) => entry.origin.part !== undefined && 'path' in entry);
  return entries.map((entry) => (entry.kind === 'service' ? {...entry, uses: usesOf(entry, entries, made)} : entry));
}

function usesOf(service: ServiceEntry, entries: readonly Entry[], made: readonly Entry[]): readonly string[] {
  const parts = new Set(service.uses);
  const seen = new Set<string>();
  let queue = [...mentions(service), ...[...parts].flatMap((part) => ofPart(part, made))];
  while (queue.length > 0) {
    const next: string[] = [];
    for (const path of queue) {
      if (seen.has(path)) continue;
      seen.add(path);
      const makers = made.filter((entry) => 'path' in entry && makes(show(entry.path), path));
      if (makers.length === 0 && path.startsWith('{bin}/')) {
        // A console script of the virtualenv that no part makes: it may run on anything that is installed.
        for (const part of installing(entries)) parts.add(part);
      }
      for (const entry of makers) {
        parts.add(entry.origin.part!);
        next.push(...mentions(entry));
      }
    }
    queue = next;
  }
  parts.delete(service.origin.part ?? '');
  return [...parts].sort();
}

/** The parts that have distributions in the release's virtualenv. */
function installing(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) =>
    entry.kind === 'environment' && entry.name === 'main'
      ? entry.requirements.flatMap(({origin}) => (origin.part === undefined ? [] : [origin.part]))
      : [],
  );
}

function ofPart(part: string, made: readonly Entry[]): string[] {
  return made.filter(({origin}) => origin.part === part).flatMap(mentions);
}

/** Whether a path is the named one, or lies in it. */
function makes(path: string, named: string): boolean {
  return path === named || path.startsWith(`${named}/`);
}

/** The paths of the release that an entry's texts name, each below its folder; the bare folders say nothing. */
function mentions(entry: Entry): string[] {
  const out: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null) {
      if ('pieces' in value) {
        const found = show(value as Text).matchAll(/\{(?:bin|etc|lib|share|release)\}(?:\/[\w.+@%=-]+)+/g);
        for (const [path] of found) out.push(path.replace(/[.]+$/, ''));
      } else for (const [key, inner] of Object.entries(value)) if (key !== 'origin') walk(inner);
    }
  };
  walk(entry);
  return out;
}
