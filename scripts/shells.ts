// Runs the release script's tests under every shell, in two locales, and prints a table: `npm run shells [-- --bounded] [--shell=NAME] [--locale=NAME] [--only=FILES]`.
// --bounded: two of them. --shell=NAME, --locale=NAME: one of them. --only=lock,verify: these files of test/runtime/.
// With CFGC_TEST_RESULTS=FILE the counts are added to FILE.
import {appendFileSync} from 'node:fs';
import {join} from 'node:path';
import {execute, projectRoot, shells} from '../test/harness/tools.js';

const bounded = process.argv.includes('--bounded');
const short = ['lock', 'releases'];
const texts = [...short, 'webhook', 'crontab', 'timer', 'sources', 'service-commands'];
const whole = [
  ...texts,
  ...[
    'switch',
    'selfcheck',
    'verify',
    'layout',
    'permissions',
    'preflight',
    'supervisor',
    'data-backup',
    'data-restore',
    'data-adopt',
  ],
];
const option = (name: string) => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(`--${name}=`.length);
const only = option('only');
const wanted = option('shell');
const locales = ['C', 'C.UTF-8'].filter((locale) => locale === (option('locale') ?? locale));
/** The locale matters to what reads and prints texts. */
const filesFor = (locale: string) => {
  if (only !== undefined) return only.split(',');
  return bounded ? short : locale === 'C' ? whole : texts;
};
const words = [
  join(projectRoot, 'node_modules/ava/entrypoints/cli.mjs'),
  '--concurrency=2',
  '--timeout=10m',
  ...(bounded ? ['--match=*a second deploy says unchanged*', '--match=*number is in use again*'] : []),
];

const testFile = (name: string) => `dist/test/runtime/${name}.test.js`;

const {present, absent} = shells();
const sum = {passed: 0, failed: 0, skipped: 0};
console.log(`${'shell'.padEnd(14)}${'locale'.padEnd(10)}passed  failed  skipped  seconds`);
for (const shell of present.filter(({name}) => wanted === undefined || name === wanted)) {
  for (const locale of locales) {
    const started = Date.now();
    const ran = await execute([process.execPath, ...words, ...filesFor(locale).map(testFile)], {
      cwd: projectRoot,
      env: {...process.env, CFGC_SHELL: shell.name, CFGC_LOCALE: locale, FORCE_COLOR: '0'},
    });
    const count = (what: string) => Number(ran.stdout.match(new RegExp(`^\\s*(\\d+) tests? ${what}`, 'm'))?.[1] ?? 0);
    // Where a test failed ava does not say how many passed: each has a line.
    const passed = Math.max(count('passed'), [...ran.stdout.matchAll(/^\s*✔ /gm)].length);
    const counts = {passed, failed: count('failed'), skipped: count('skipped')};
    if (ran.status !== 0 && counts.failed === 0) counts.failed = 1;
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
    const seconds = Math.round((Date.now() - started) / 1000);
    const cells = [counts.passed, counts.failed, counts.skipped, seconds]
      .map((cell) => String(cell).padStart(6))
      .join('  ');
    console.log(`${shell.name.padEnd(14)}${locale.padEnd(10)}${cells}`);
    if (counts.failed > 0) console.log(ran.stdout + ran.stderr);
  }
}
for (const shell of absent) {
  sum.skipped += 1;
  console.log(`${shell.name.padEnd(14)}skipped: not on this machine`);
}
const line = `${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`;
if (process.env.CFGC_TEST_RESULTS) appendFileSync(process.env.CFGC_TEST_RESULTS, `${line}\n`);
console.log(line);
process.exitCode = sum.failed === 0 ? 0 : 1;
