import type {Entry, LinkEntry} from '../model/release-plan.js';
import type {Text} from '../model/text.js';
import {place, text} from '../util/text.js';

/**
 * Programs of parts are code, and none lies among the configuration: what buildout has in `parts/NAME/bin` is in
 * `lib/parts/NAME/bin` of the release, `sbin` likewise. `etc/NAME/bin` is a link to it, since much is found from a part's
 * folder, as Zope's `bin/interpreter` from its instance home.
 */
export function programsApart(entries: readonly Entry[]): Entry[] {
  const links = new Map<string, LinkEntry>();
  const moved = entries.map((entry): Entry => {
    if (entry.kind !== 'file' && entry.kind !== 'directory' && entry.kind !== 'script') return entry;
    const found = programOf(entry.path);
    if (!found) return entry;
    const {folder, rest} = found;
    const lies = place('lib', `parts/${folder}`);
    if (!links.has(folder))
      links.set(folder, {kind: 'link', origin: entry.origin, path: place('etc', folder), to: lies});
    const path = text(lies, rest);
    return entry.kind === 'script' ? {...entry, path} : {...entry, path, class: 'code'};
  });
  return [...moved, ...links.values()];
}

/** `NAME/bin`, and what follows. */
function programOf({pieces}: Text): {readonly folder: string; readonly rest: Text} | undefined {
  const [first, second, ...more] = pieces;
  if (typeof first !== 'object' || first.ref !== 'place' || first.place !== 'etc') return undefined;
  const [, folder, tail] = /^\/([^/]+\/s?bin)((?:\/.*)?)$/s.exec(typeof second === 'string' ? second : '') ?? [];
  return folder === undefined ? undefined : {folder, rest: text(tail!, {pieces: more})};
}
