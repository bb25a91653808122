/** Measures whole processes beside their peers and prints ratios: `npm run bench [-- NAME… --runs N --plone]`; names as in `measurements`. */
import {parseArgs} from 'node:util';
import {findPython} from '../../test/harness/tools.js';
import {buildBench} from './build.js';
import {compileBench} from './compile.js';
import {hostBench} from './host.js';
import type {Measurement} from './measure.js';

const measurements: readonly Measurement[] = [compileBench, buildBench, hostBench];

const asked = commandLine();
if (asked === undefined) {
  console.error(`usage: npm run bench -- [${measurements.map(({name}) => name).join('|')}]... [--runs N] [--plone]`);
  process.exitCode = 2;
} else {
  const python = await findPython().then(
    ({path}) => path,
    () => undefined,
  );
  for (const measurement of measurements) {
    if (asked.names.length > 0 && !asked.names.includes(measurement.name)) continue;
    await measurement.run({runs: asked.runs, plone: asked.plone, ...(python !== undefined && {python})});
  }
}

/** undefined where it can't be understood. */
function commandLine(): {names: readonly string[]; runs: number; plone: boolean} | undefined {
  try {
    const {values, positionals} = parseArgs({
      options: {runs: {type: 'string', default: '5'}, plone: {type: 'boolean', default: false}},
      allowPositionals: true,
    });
    const runs = Number(values.runs);
    const known = positionals.every((name) => measurements.some((each) => each.name === name));
    return known && Number.isInteger(runs) && runs > 0 ? {names: positionals, runs, plone: values.plone} : undefined;
  } catch {
    return undefined;
  }
}
