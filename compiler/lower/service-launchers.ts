import type {Entry, ScheduleEntry, ServiceEntry} from '../model/release-plan.js';
import type {Piece, Text} from '../model/text.js';
import {place, show, text} from '../util/text.js';
import {mapTexts} from './map-texts.js';
import {viaCurrent} from './placement.js';

/**
 * Gives services and crontabs launchers that the service user may run.
 * What outlives a release names its files through `current`, so that the text stays equal from release to release.
 * bin/ belongs to the deployer and the operators, and is closed to the service; lib/ is its code. So each launcher of
 * bin/ that a service or a crontab line names is written into lib/bin too, and named there. One that no entry writes is
 * a console script of the virtualenv.
 */
export function serviceLaunchers(entries: readonly Entry[]): readonly Entry[] {
  const byPath = new Map(entries.flatMap((e) => (e.kind === 'script' || e.kind === 'file' ? [[show(e.path), e]] : [])));
  const twins = new Map<string, Entry>();
  const there = (name: string): string => {
    const original = byPath.get(`{bin}/${name}`);
    if (original === undefined) return `/lib/venv/bin/${name}`;
    if (original.kind === 'file') twins.set(name, {...original, class: 'code', path: place('lib', `bin/${name}`)});
    else if (original.kind === 'script') twins.set(name, {...original, path: place('lib', `bin/${name}`)});
    return `/lib/bin/${name}`;
  };
  const moved = entries.map((entry) => {
    if (entry.kind === 'service') return movedService(entry, there);
    if (entry.kind === 'schedule') return movedSchedule(entry, there);
    // A backup is taken before its own release is there: its commands are those of the release that serves.
    return entry.kind === 'backup' ? mapTexts(entry, viaCurrent) : entry;
  });
  return moved.flatMap((entry) => {
    const name = entry.kind === 'script' || entry.kind === 'file' ? binName(show(entry.path)) : undefined;
    const twin = name === undefined ? undefined : twins.get(name);
    return twin === undefined ? [entry] : [entry, twin];
  });
}

type There = (name: string) => string;

function movedService(entry: ServiceEntry, there: There): ServiceEntry {
  const outliving = mapTexts(entry, viaCurrent);
  return {...outliving, command: outliving.command.map((word) => moved(word, there))};
}

function movedSchedule(entry: ScheduleEntry, there: There): ScheduleEntry {
  const outliving = mapTexts(entry, viaCurrent);
  return {...outliving, command: moved(outliving.command, there)};
}

/** `{current}/bin/NAME` becomes `{current}/lib/bin/NAME`, wherever it stands in a text. */
function moved(value: Text, there: There): Text {
  const out: Piece[] = [];
  for (const piece of value.pieces) {
    const before = out.at(-1);
    const found =
      typeof piece === 'string' && typeof before === 'object' && before.ref === 'place' && before.place === 'current'
        ? /^\/bin\/([\w.+@-]+)/.exec(piece)
        : null;
    out.push(found && typeof piece === 'string' ? there(found[1]!) + piece.slice(found[0].length) : piece);
  }
  return text(...out);
}

function binName(path: string): string | undefined {
  return /^\{bin\}\/([^/]+)$/.exec(path)?.[1];
}
