/**
 * What the real recipes wrote for the cases of `test/parity/cases/`, recorded by `npm run parity`, against what is planned for the
 * same profile. Every difference stands in the case's `differences.txt` with its reason, or in `standing.ts`; CFGC_UPDATE=1 writes
 * the file anew and keeps the reasons.
 */
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {retiredRecipes} from '../../compiler/lower/recipes/retired.js';
import {recipes} from '../../compiler/lower/recipes.js';
import {canonicalName} from '../../compiler/util/distribution-name.js';
import {caseFolders, projectRoot} from '../harness/tools.js';
import {lowerFolder} from '../lower/harness.js';
import {parseDifferences, printDifferences} from './differences.js';
import {notRun} from './not-run.js';
import {parseRecording} from './recording.js';
import {runBuild} from './run-build.js';
import {type Standing, standing} from './standing.js';
import {compareThings, type EntryPoints, thingsOfPlan, thingsOfRecording} from './things.js';

const entryPoints = JSON.parse(readFileSync(join(projectRoot, 'test/parity/entry-points.json'), 'utf8')) as EntryPoints;
const cases = caseFolders('parity');

const seen = new Set<Standing>();

for (const {name, folder} of cases) {
  test(`parity: ${name}`, async (t) => {
    const recorded = join(folder, 'recorded.txt');
    if (!existsSync(recorded)) return t.fail('nothing is recorded: npm run parity');
    const {plan, diagnostics} = await lowerFolder(folder, {syslog: {enabled: false, facility: 'local3', remotes: []}});
    const made = await runBuild(plan, folder);
    const found = compareThings(
      thingsOfRecording(parseRecording(readFileSync(recorded, 'utf8'))),
      new Map([...thingsOfPlan(plan, diagnostics, entryPoints), ...(made ? thingsOfRecording(made) : [])]),
    );
    for (const [key, lines] of found) {
      for (const one of standing.filter((known) => known.key.test(key))) {
        const left = lines.filter((line) => one.line !== undefined && !one.line.test(line));
        if (left.length < lines.length || one.line === undefined) seen.add(one);
        if (left.length === 0) found.delete(key);
        else lines.splice(0, lines.length, ...left);
      }
    }
    const file = join(folder, 'differences.txt');
    const known = parseDifferences(existsSync(file) ? readFileSync(file, 'utf8') : '');
    const now = new Map([...found].map(([key, lines]) => [key, {lines, why: known.get(key)?.why ?? ''}]));
    if (process.env.CFGC_UPDATE === '1') {
      if (now.size > 0) writeFileSync(file, printDifferences(now));
      else rmSync(file, {force: true});
      return t.pass();
    }
    t.is(printDifferences(now), printDifferences(known));
    for (const [key, {why}] of known) t.regex(why, /\w/, `${key}: a reason is missing`);
  });
}

test.after('parity: every standing difference is still one', (t) => {
  t.deepEqual(
    standing.filter((one) => !seen.has(one)).map(({key}) => String(key)),
    [],
  );
});

test('parity: every recipe that plans something has a case, or a reason why the real one is not run', (t) => {
  const tried = new Set<string>();
  for (const {folder} of cases)
    for (const [, recipe] of readFileSync(join(folder, 'buildout.cfg'), 'utf8').matchAll(/^recipe *= *([\w.-]+)/gm))
      tried.add(canonicalName(recipe!));
  const missing = recipes
    .filter((one) => !one.developmentOnly && !retiredRecipes.includes(one) && !tried.has(canonicalName(one.recipe)))
    .map(({recipe}) => recipe);
  t.deepEqual(
    [...new Set(missing)].sort(),
    Object.keys(notRun).sort(),
    'a case in test/parity/cases, or a line in not-run.ts',
  );
});
