import type {Resolved} from '../model/config.js';
import type {DirectoryEntry} from '../model/release-plan.js';
import type {Place} from '../model/text.js';
import {place} from '../util/text.js';
import {fileLine} from './part-view.js';

/** Folders that every release has outside itself. */
export function standardEntries(resolved: Resolved): DirectoryEntry[] {
  const origin = fileLine(resolved.sections.get('release')?.span);
  const folders: readonly Extract<Place, 'data' | 'log' | 'run' | 'backups'>[] = ['data', 'log', 'run', 'backups'];
  return folders.map((name) => ({kind: 'directory', origin, class: name, path: place(name)}));
}
