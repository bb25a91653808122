import type {Entry} from '../model/release-plan.js';
import type {HealthCheck} from '../model/settings.js';
import type {Text} from '../model/text.js';
import {literal, show} from '../util/text.js';

/**
 * Has a service asked at the URL that `[healthcheck]` gives for its port, in place of the bare port. A port may answer long before
 * the program behind it has loaded what it serves (fast-listen), and a program that fails then was called up, and the next one of
 * its kind was stopped. Without such a URL it is the port: what else would be asked may be slow, or closed.
 */
export function readyUrls(entries: readonly Entry[], checks: readonly HealthCheck[]): readonly Entry[] {
  const urls = new Map<string, Text>();
  for (const {url} of checks) {
    const place = url && urlPlace(url);
    if (place !== undefined && !urls.has(place)) urls.set(place, url!);
  }
  if (urls.size === 0) return entries;
  const asked = (address: Text): Text => urls.get(readyPlace(address) ?? '') ?? address;
  return entries.map((entry) => (entry.kind === 'service' ? {...entry, ready: entry.ready.map(asked)} : entry));
}

/** `127.0.0.1:8080` of `http://127.0.0.1:8080/`. */
export function urlPlace(url: Text): string | undefined {
  return placeOf(url, /^http:\/\/([^/?#]+)/);
}

/** `127.0.0.1:8080` of `tcp://127.0.0.1:8080`. */
export function readyPlace(address: Text): string | undefined {
  return placeOf(address, /^tcp:\/\/(.+)$/);
}

/** `127.0.0.1:8080`, where a literal address has a port; one host has several names. */
function placeOf(address: Text, pattern: RegExp): string | undefined {
  if (literal(address) === undefined) return undefined;
  const place = pattern.exec(show(address))?.[1];
  return place && /:\d+$/.test(place) ? place.replace(/^(localhost|0\.0\.0\.0):/, '127.0.0.1:') : undefined;
}
