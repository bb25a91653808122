// Runs the tests: the tool boxes first (with a line each, since they take a while), then ava; the counts as one plain last line.
// Usage: node scripts/test.mjs [--site] [ava's own arguments]. With CFGC_TEST_RESULTS=FILE the counts are added to FILE.
import {spawn} from 'node:child_process';
import {appendFileSync, existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const words = process.argv.slice(2);
const site = words.includes('--site');
const rest = words.filter((word) => word !== '--site');

if (rest.length === 0) await prepareBoxes();
const {status, output} = await ava(site ? ['--config', 'ava.site.config.mjs', ...rest] : rest);
const counts = {
  // Where a test failed ava does not say how many passed: each has a line.
  passed: Math.max(total(output, /^\s*(\d+) tests? passed/gm), [...output.matchAll(/^\s*✔ /gm)].length),
  failed: total(
    output,
    /^\s*(\d+) (?:tests? failed|hooks? failed|uncaught exceptions?|unhandled rejections?|timed? ?outs?)/gm,
  ),
  skipped: total(output, /^\s*(\d+) tests? skipped/gm),
};
if (status !== 0 && counts.failed === 0) counts.failed = 1;
const line = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
if (process.env.CFGC_TEST_RESULTS) appendFileSync(process.env.CFGC_TEST_RESULTS, `${line}\n`);
console.log(line);
process.exitCode = status;

/** Every box is asked for once, so that tests find it; one that can't be had is said here and skips its tests by name. */
async function prepareBoxes() {
  const file = join(root, 'dist/test/harness/tools.js');
  if (!existsSync(file)) throw new Error('nothing is built: npm run build');
  const {boxNames, siteBoxNames, toolBox} = await import(pathToFileURL(file).href);
  for (const name of boxNames.filter((name) => site || !siteBoxNames.includes(name))) {
    const started = Date.now();
    const box = await toolBox(name);
    const seconds = Math.round((Date.now() - started) / 1000);
    if (box.missing) console.log(`tool box ${name}: not here, its tests skip: ${box.missing}`);
    else if (seconds > 0) console.log(`tool box ${name}: built in ${seconds} s`);
  }
}

/** Ava's answer, shown as it comes and kept. */
async function ava(args) {
  const child = spawn(process.execPath, [join(root, 'node_modules/ava/entrypoints/cli.mjs'), ...args], {
    cwd: root,
    env: {...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0'},
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  const status = await new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  return {status, output: output.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')};
}

function total(output, pattern) {
  return [...output.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);
}
