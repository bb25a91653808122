import type {Part} from '../../model/lowering.js';

const names = ['eggs', 'egg', 'extra-eggs', 'test-eggs', 'scripts-eggs'];

/** Options of a part whose lines are requirements. */
export function eggOptions(part: Part): readonly string[] {
  return names.filter((name) => part.option(name) !== undefined);
}
