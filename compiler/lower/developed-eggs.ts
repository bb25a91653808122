import type {Resolved} from '../model/config.js';
import type {EnvironmentEntry} from '../model/release-plan.js';
import type {Settings} from '../model/settings.js';
import {lines} from '../util/text.js';
import {fileLine} from './part-view.js';
import {inDirectory} from './placement.js';

/** The source folders of `[buildout] develop`: installed in place in a dev profile. In prod a rule of the check phase refuses them. */
export function developedEggs(resolved: Resolved, settings: Settings): EnvironmentEntry['editable'] {
  const option = resolved.sections.get('buildout')?.options.get('develop');
  if (settings.profile !== 'dev' || option === undefined) return [];
  const span = option.history.findLast((item) => item.span !== undefined)?.span;
  return lines(option.value).map((path) => ({path: inDirectory(path), origin: fileLine(span)}));
}
