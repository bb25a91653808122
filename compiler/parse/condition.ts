import type {Report} from '../diagnostics/diagnostic.js';
import type {Target} from '../model/settings.js';
import type {Source} from '../model/source.js';
import {strip} from '../util/python-string.js';
import {conditionUndecidable} from './kinds.js';

/** Where a condition stands: after the colon, up to the bracket that closes the header, and what follows that. */
export interface ConditionPlace {
  readonly source: Source;
  readonly start: number;
  readonly close: number;
  readonly lineEnd: number;
}

/**
 * Decides a section condition for the target; nothing is executed.
 * @returns false, too, where it was reported
 */
export function decideCondition(
  place: ConditionPlace,
  target: Target,
  report: Report,
  assume: ReadonlyMap<string, boolean>,
): boolean {
  const text = strip(place.source.text.slice(place.start, place.close));
  const assumed = assume.get(text);
  if (assumed !== undefined) return assumed;
  const name = targetNames(target).get(text);
  if (name !== undefined) return name;
  report({
    kind: conditionUndecidable,
    message: `the condition \`${text}\` can't be decided ahead`,
    primary: {span: {source: place.source, start: place.start, end: place.close}, text: 'depends on the host'},
    hint: `state the answer: --assume "${text}=true"`,
  });
  return false;
}

/** Source: zc.buildout 6.0.1, buildout._default_globals. */
function targetNames({python, implementation, platform}: Target): ReadonlyMap<string, boolean> {
  const [major, minor] = python.split('.');
  const names = new Map<string, boolean>([
    ['True', true],
    ['False', false],
    ['python2', major === '2'],
    ['python3', major === '3'],
    ['cpython', implementation === 'cpython'],
    ['pypy', implementation === 'pypy'],
    ['jython', false],
    ['ironpython', false],
    ['linux', platform.startsWith('linux')],
    ['windows', platform.startsWith('win32')],
    ['cygwin', platform.startsWith('cygwin')],
    ['macosx', platform.startsWith('macosx')],
    ['solaris', false],
    ['posix', !platform.startsWith('win32')],
  ]);
  for (const version of ['24', '25', '26', '27', ...Array.from({length: 20}, (_, each) => `3${each}`)])
    names.set(`python${version}`, version === `${major}${minor}`);
  return names;
}
