import type {LowerContext, RecipeLowering} from '../model/lowering.js';
import type {BackupEntry, Entry} from '../model/release-plan.js';
import {place, show, text} from '../util/text.js';
import {fileLine} from './part-view.js';
import {findRecipe} from './recipes.js';

/** Saves, before each switch, every storage that no backup part saves, and what `[backup]` names. */
export function automaticBackup(
  entries: readonly Entry[],
  context: LowerContext,
  all: readonly RecipeLowering[],
): BackupEntry[] {
  const saved = new Set(
    entries.flatMap((e) => (e.kind === 'backup' ? e.storages.flatMap(({file}) => (file ? [show(file)] : [])) : [])),
  );
  const names = new Set<string>();
  const storages = context.parts.flatMap((part) => {
    const recipe = findRecipe(all, part.recipe, part.entryPoint);
    return (recipe?.storages?.(part, context) ?? []).filter(({file, blobs}) => {
      const path = file ?? blobs;
      if (path === undefined || saved.has(show(path))) return false;
      saved.add(show(path));
      return true;
    });
  });
  const unique = storages.map((storage) => {
    let name = storage.name;
    for (let n = 2; names.has(name); n++) name = `${storage.name}-${n}`;
    names.add(name);
    return {...storage, name};
  });
  const {keep, full, commands} = context.settings.backup;
  if (unique.length === 0 && commands.length === 0) return [];
  const section = context.section('backup') ?? context.section('release');
  return [
    {
      kind: 'backup',
      origin: fileLine(section?.span),
      name: 'automatic',
      storages: unique,
      location: place('backups', 'automatic'),
      blobLocation: place('backups', 'automatic-blobs'),
      keep,
      keepBlobDays: 14,
      full,
      compress: true,
      blobs: 'rsync',
      preCommand: text(),
      postCommand: text(),
      commands,
    },
  ];
}
