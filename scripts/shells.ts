// Runs the release script's tests under every shell, in two locales, and prints a table:
// `npm run shells [-- --bounded] [--shell=NAME] [--locale=NAME] [--only=FILES]`.
// --bounded: what `npm test`, which runs in the first usual shell, leaves out: most tests in the other usual ones, two in the rest.
// --shell=NAME, --locale=NAME: one of them. --only=lock,verify: these files of test/runtime/.
// With CFGC_TEST_RESULTS=FILE the counts are added to FILE.
import {appendFileSync} from 'node:fs';
import {join} from 'node:path';
import {execute, projectRoot, type Shell, shells, usualShells} from '../test/harness/tools.js';

const bounded = process.argv.includes('--bounded');
const short = ['lock', 'releases'];
const texts = [...short, 'webhook', 'crontab', 'timer', 'sources', 'service-commands'];
const light = [...texts, 'build', 'layout', 'permissions', 'preflight', 'processes', 'reading', 'verify'];
const whole = [
  ...light,
  ...[
    'switch',
    'selfcheck',
    'module',
    'systemd',
    'supervisor',
    'data-backup',
    'data-dump',
    'data-restore',
    'data-adopt',
  ],
];
const option = (name: string) => process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(`--${name}=`.length);
const only = option('only');
const wanted = option('shell');
const locales = ['C', 'C.UTF-8'].filter((locale) => locale === (option('locale') ?? locale));
const isUsual = ({name}: Shell) => usualShells.includes(name);
/** The locale matters to what reads and prints texts. */
const filesFor = (shell: Shell, locale: string) => {
  if (only !== undefined) return only.split(',');
  if (bounded) return isUsual(shell) ? light : short;
  return locale === 'C' ? whole : texts;
};
const words = [join(projectRoot, 'node_modules/ava/entrypoints/cli.mjs'), '--concurrency=2', '--timeout=10m'];
const few = ['--match=*a second deploy says unchanged*', '--match=*number is in use again*'];

const testFile = (name: string) => `dist/test/runtime/${name}.test.js`;

const {present, absent} = shells();
const sum = {passed: 0, failed: 0, skipped: 0};
console.log(`${'shell'.padEnd(14)}${'locale'.padEnd(10)}passed  failed  skipped  seconds`);
const [first] = present.filter(isUsual);
for (const shell of present.filter(({name}) => wanted === undefined || name === wanted)) {
  if (bounded && shell === first) continue;
  for (const locale of locales) {
    if (bounded && isUsual(shell) && locale !== 'C') continue;
    const started = Date.now();
    const matched = bounded && !isUsual(shell) ? few : [];
    const ran = await execute([process.execPath, ...words, ...matched, ...filesFor(shell, locale).map(testFile)], {
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
