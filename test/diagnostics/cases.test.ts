/**
 * One folder a diagnostic: `test/diagnostics/cases/CFGnnn-what/`, with a profile `prod.cfg` and the text that is expected.
 *
 *     prod.cfg …       the input
 *     command          optional: `lint`, `lock`, `emit`, `-o FILE`, or further words of the command line (`--offline`, `release:version=1`)
 *     world.json       optional: what URLs answer, which files git calls changed
 *     expected.txt     every diagnostic of the run, the source above each
 *
 * `npm run update` writes expected.txt anew; its difference is read like code.
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {requestOf} from '../../compiler/commands/request.js';
import {checkProfile, lockRelease, planRelease} from '../../compiler/compile.js';
import {catalog} from '../../compiler/diagnostics/catalog.js';
import {withCauses} from '../../compiler/diagnostics/causes.js';
import {withChains} from '../../compiler/diagnostics/chain.js';
import type {Diagnostic, Profile} from '../../compiler/diagnostics/diagnostic.js';
import {explainKind} from '../../compiler/diagnostics/explain.js';
import {withMacros} from '../../compiler/diagnostics/macros.js';
import {renderText} from '../../compiler/diagnostics/render.js';
import {ordered} from '../../compiler/diagnostics/severity.js';
import {emitScript} from '../../compiler/emit/sh.js';
import type {Io} from '../../compiler/io.js';
import {lint, lintKinds} from '../../compiler/lint/lint.js';
import type {Graph} from '../../compiler/model/graph.js';
import {nodeIo} from '../../compiler/node-io.js';
import {writeOutputs} from '../../compiler/output.js';
import type {Request} from '../../compiler/read-profile.js';
import {fileLine} from '../../compiler/util/position.js';
import {sampleLock} from '../emit/sample-plan.js';
import {caseFolders, projectRoot} from '../harness/tools.js';

interface World {
  /** URL to its text, to a status, or to the code of an error. */
  readonly urls?: Readonly<Record<string, string | number | {readonly error: string}>>;
  /** What git says is changed. */
  readonly changed?: readonly string[];
  /** Canonical names in the lock, for lint. */
  readonly locked?: readonly string[];
}

const update = process.env.CFGC_UPDATE === '1';

for (const {name, folder} of caseFolders('diagnostics')) {
  test(`diagnostics: ${name}`, async (t) => {
    const {text, ids, withoutHint} = await run(folder);
    const file = join(folder, 'expected.txt');
    if (update) writeFileSync(file, text);
    t.true(ids.includes(name.slice(0, 6)), `the case reports ${ids.join(', ') || 'nothing'}`);
    t.deepEqual(withoutHint, [], 'every message says what to type');
    t.is(text, readFileSync(file, 'utf8'));
  });
}

/** Kinds that no folder can show, and the test that does. */
const elsewhere: Readonly<Record<string, string>> = {
  CFG601: 'lock/lock.test.ts',
  CFG604: 'lock/lock.test.ts',
  CFG606: 'lock/lock.test.ts',
  CFG608: 'lock/lock.test.ts',
  CFG611: 'edit/distribution.test.ts',
  CFG612: 'edit/distribution.test.ts',
  CFG613: 'edit/distribution.test.ts',
};

test('diagnostics: every kind of the catalog has a case; what needs uv and an index, another test', (t) => {
  const cases = new Set(caseFolders('diagnostics').map(({name}) => name.slice(0, 6)));
  const without = catalog.filter(({id}) => !cases.has(id)).map(({id}) => id);
  t.deepEqual(without, Object.keys(elsewhere));
  for (const [id, file] of Object.entries(elsewhere))
    t.true(readFileSync(join(projectRoot, 'test', file), 'utf8').includes(`'${id}'`), `${file} shows ${id}`);
});

test('diagnostics: every kind has a page: what it does, why, an example, the source', (t) => {
  for (const {id, name, explain} of catalog) {
    const lines = explain.split('\n');
    for (const head of ['What it does: ', 'Why: ', 'Example: ', 'Source: '])
      t.true(
        lines.some((line) => line.startsWith(head)),
        `${id}: ${head}`,
      );
    const answer = explainKind(id);
    t.true('page' in answer && answer.page.startsWith(`${id} ${name}: `), id);
    t.deepEqual(explainKind(name), answer);
  }
});

test('diagnostics: every case is of a kind in the catalog', (t) => {
  for (const {name} of caseFolders('diagnostics'))
    t.true(
      catalog.some(({id}) => name.startsWith(`${id}-`)),
      name,
    );
});

/** load to lower, and lint, emit or write where asked for, in a world of the case's own. */
async function run(
  folder: string,
): Promise<{readonly text: string; readonly ids: readonly string[]; readonly withoutHint: readonly string[]}> {
  const words = existsSync(join(folder, 'command'))
    ? readFileSync(join(folder, 'command'), 'utf8').trim().split(/\s+/)
    : [];
  const world: World = existsSync(join(folder, 'world.json'))
    ? JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8'))
    : {};
  const linting = words.includes('lint');
  const values = (flag: string): string[] => words.flatMap((word, index) => (words[index - 1] === flag ? [word] : []));
  const request = requestOf(
    join(folder, 'prod.cfg'),
    words.filter((word) => word.includes('=') && !word.startsWith('-') && !values('--map').includes(word)),
    {
      format: 'text',
      maxDiagnostics: 0,
      offline: words.includes('--offline'),
      assume: values('--assume'),
      map: values('--map'),
      ignoreExtension: values('--ignore-extension'),
      locked: words.includes('--locked'),
    },
  );
  if ('wrong' in request) throw new Error(request.wrong);
  const found: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    found.push(diagnostic);
  };
  let profile: Profile = 'prod';
  const io = ioOf(folder, world);
  const {remoteStore: _, ...withoutStore} = request;
  const asked: Request = {
    ...withoutStore,
    workingDirectory: folder,
    home: existsSync(join(folder, '.netrc')) ? folder : '/home/nobody',
  };
  let files: Graph | undefined;
  const checked = await checkProfile(asked, io, report, '1.0.0', (learnt) => {
    files = learnt.files ?? files;
    profile = learnt.profile ?? profile;
  });
  if (checked) {
    const plan = await planRelease(checked, io, report, asked);
    if (linting) lint({...checked.context, locked: world.locked && new Set(world.locked)});
    else if (words.includes('-o'))
      await writeOutputs([{path: join(folder, values('-o')[0]!), content: 'a script'}], io, report);
    else if (words.includes('lock')) await lockRelease(plan, checked, io, report, 'use');
    else if (words.includes('emit')) emitScript(plan, sampleLock({packages: []}), report);
    else if (asked.locked && !found.some(({kind}) => kind.severity === 'error')) {
      await lockRelease(plan, checked, io, report, 'locked');
    }
  }
  // A case of lint is about lint: what else its small profile lacks is not.
  const shown = linting ? found.filter(({kind}) => lintKinds.includes(kind)) : found;
  const told = files
    ? withCauses(withChains(withMacros(shown, files.files, fileLine), files.entrySource, files.edges))
    : shown;
  const text = renderText(told, {profile, colour: false}).replaceAll(folder, '[ROOT]');
  // What a plugin says is the plugin's.
  const own = shown.filter(({kind}) => !['CFG563', 'CFG564'].includes(kind.id));
  return {
    text,
    ids: ordered(shown, profile).map(({kind}) => kind.id),
    withoutHint: own.filter(({hint}) => !hint).map(({message}) => message),
  };
}

function ioOf(folder: string, world: World): Io {
  return {
    ...nodeIo,
    env: {},
    async fetch(url) {
      const answer = world.urls?.[url];
      if (typeof answer === 'object') throw Object.assign(new Error(answer.error), {code: answer.error});
      const status = typeof answer === 'number' ? answer : answer === undefined ? 404 : 200;
      return {status, url, body: Buffer.from(typeof answer === 'string' ? answer : '')};
    },
    async run(command) {
      const words = command.join(' ');
      if (command[0] !== 'git' || !world.changed) throw new Error(`no ${command[0]} in this world`);
      if (words.includes('rev-parse')) return {status: 0, stdout: `${folder}\n`, stderr: ''};
      const changed = world.changed.map((path) => ` M ${path}\0`).join('');
      return {status: 0, stdout: words.includes('status') ? changed : '', stderr: ''};
    },
  };
}
