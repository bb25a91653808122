import test, {type ExecutionContext} from 'ava';
import type {Box} from './tools.js';

type Declare = (title: string, implementation: (t: ExecutionContext) => unknown) => void;

/** `test`, or a `test.skip` that names what is missing. Give it boxes, and reasons of your own (undefined: nothing is missing). */
export function testWith(...needs: readonly (Box | string | undefined)[]): Declare {
  const missing = needs
    .map((need) => (typeof need === 'object' ? need.missing && `${need.name}: ${need.missing}` : need))
    .filter((reason) => reason !== undefined);
  if (missing.length === 0) return (title, implementation) => test(title, async (t) => implementation(t));
  return (title, implementation) =>
    test.skip(`${title} [skipped: ${missing.join('; ')}]`, async (t) => implementation(t));
}
