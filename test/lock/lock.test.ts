import {createHash} from 'node:crypto';
import {join} from 'node:path';
import test from 'ava';
import {dir} from 'tmp-promise';
import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import type {Io} from '../../compiler/io.js';
import {lockInputs} from '../../compiler/lock/inputs.js';
import {type LockRequest, lockPlan} from '../../compiler/lock/lock.js';
import {readPylock, writePylock} from '../../compiler/lock/pylock.js';
import type {ReleasePlan} from '../../compiler/model/release-plan.js';
import {nodeIo} from '../../compiler/node-io.js';
import {text} from '../../compiler/util/text.js';
import {testWith} from '../harness/test-with.js';
import {execute, toolBox} from '../harness/tools.js';
import {service} from '../runtime/service-host.js';
import {plan, request} from './profile.js';

const uv = await toolBox('uv');
const pinned = ['blinker = 1.9.0', 'click = 8.1.8', 'Flask = 3.1.0', 'itsdangerous = 2.2.0', 'Jinja2 = 3.1.6'].concat([
  'MarkupSafe = 3.0.2',
  'Werkzeug = 3.1.3',
  'supervisor = 4.3.0',
  'uv = 0.13.9',
]);

/** The world with the box's uv. */
const io: Io = {...nodeIo, env: {...process.env, CFGC_UV: uv.bin('uv')}};

/** A world in which nothing can be run or fetched: what a fresh lock must do with. */
const closedIo: Io = {
  ...nodeIo,
  run: () => Promise.reject(new Error('nothing is run here')),
  fetch: () => Promise.reject(new Error('nothing is fetched here')),
  withFolder: () => Promise.reject(new Error('no folder is made here')),
};

async function lock(wanted: LockRequest, world = io) {
  const diagnostics: Diagnostic[] = [];
  const answer = await lockPlan(wanted, world, (diagnostic) => diagnostics.push(diagnostic));
  return {answer, diagnostics, ids: diagnostics.map(({kind}) => kind.id)};
}

testWith(uv)('lock: the closure of the pins, every file hashed, and who needs what', async (t) => {
  const {answer, ids} = await lock(request(['Flask'], pinned));
  t.deepEqual(ids, []);
  const packages = answer!.lock.packages;
  t.deepEqual(
    packages.map(({name, version}) => `${name}==${version}`),
    [
      'blinker==1.9.0',
      'click==8.1.8',
      'flask==3.1.0',
      'itsdangerous==2.2.0',
      'jinja2==3.1.6',
      'markupsafe==3.0.2',
      'werkzeug==3.1.3',
    ],
  );
  t.deepEqual(packages.find(({name}) => name === 'flask')?.dependencies, [
    'blinker',
    'click',
    'itsdangerous',
    'jinja2',
    'werkzeug',
  ]);
  const markupsafe = packages.find(({name}) => name === 'markupsafe')!;
  t.true(markupsafe.wheels.length > 0);
  for (const {filename} of markupsafe.wheels) t.regex(filename, /-cp311-cp311-manylinux.*x86_64\.whl$/);
  for (const {wheels} of packages) for (const {sha256} of wheels) t.regex(sha256, /^[0-9a-f]{64}$/);
  t.notRegex(answer!.text!, /https?:/);
});

testWith(uv)('lock: a fresh lock is used with nothing run and nothing fetched', async (t) => {
  const made = await lock(request(['Flask'], pinned));
  const again = await lock(request(['Flask'], pinned, {text: made.answer!.text!, mode: 'locked'}), closedIo);
  t.deepEqual(again.ids, []);
  t.is(again.answer!.text, undefined);
  t.deepEqual(again.answer!.lock, made.answer!.lock);
});

testWith(uv)('lock: made anew from the same input it is the same text', async (t) => {
  const made = await lock(request(['Flask'], pinned));
  const again = await lock(request(['Flask'], pinned, {text: made.answer!.text!, mode: 'update'}));
  t.truthy(again.answer);
  t.is(again.answer!.text, undefined);
});

testWith(uv)('lock: a pin that the release does not need leaves it fresh, one that it needs does not', async (t) => {
  const {answer} = await lock(request(['Flask'], pinned));
  const unused = [...pinned, 'Pillow = 11.3.0'];
  t.deepEqual((await lock(request(['Flask'], unused, {text: answer!.text!, mode: 'locked'}), closedIo)).ids, []);
  const moved = pinned.map((line) => line.replace('click = 8.1.8', 'click = 8.1.7'));
  const stale = await lock(request(['Flask'], moved, {text: answer!.text!, mode: 'locked'}), closedIo);
  t.deepEqual(stale.ids, ['CFG602']);
  t.deepEqual(stale.diagnostics[0]!.notes, ['`click` is locked at 8.1.8, and pinned to 8.1.7']);
  const remade = await lock(request(['Flask'], moved, {text: answer!.text!}));
  t.is(remade.answer!.lock.packages.find(({name}) => name === 'click')?.version, '8.1.7');
  const changed = (await diff(answer!.text!, remade.answer!.text!)).filter((line) => /^[+-]/.test(line));
  t.true(changed.length <= 6, changed.join('\n'));
});

testWith(uv)('lock: everything that is not pinned is named at once, as a block', async (t) => {
  const {answer, diagnostics, ids} = await lock(request(['Flask'], ['Flask = 3.1.0', 'Jinja2 = 3.1.6', 'click = >=8']));
  t.is(answer, undefined);
  t.deepEqual(ids, ['CFG601']);
  const {message, hint, notes} = diagnostics[0]!;
  t.is(message, '5 distributions are not pinned');
  t.regex(
    hint!,
    /^add under \[versions\]:\nblinker = [\d.]+\nclick = [\d.]+\nitsdangerous = [\d.]+\nmarkupsafe = [\d.]+\nwerkzeug = [\d.]+$/,
  );
  t.true(notes!.includes('`markupsafe` has no pin and is needed by `jinja2`, `werkzeug`'), notes!.join('\n'));
  t.true(notes!.includes('`click` has the range `>=8`, which is no pin and is needed by `flask`'), notes!.join('\n'));
  const pasted = hint!.split('\n').slice(1);
  t.deepEqual((await lock(request(['Flask'], ['Flask = 3.1.0', 'Jinja2 = 3.1.6', ...pasted]))).ids, []);
});

testWith(uv)('lock: a place that asks for several distributions is shown once', async (t) => {
  const sources = [{name: 'prod.cfg', path: '/profile/prod.cfg', text: '[web]\nrecipe = some.recipe\n'}];
  const {diagnostics, ids} = await lock(request(['blinker', 'click'], [], {sources}));
  t.deepEqual(ids, ['CFG601']);
  t.is(diagnostics[0]!.primary?.text, 'required by part `web`');
  t.is(diagnostics[0]!.secondary, undefined);
});

testWith(uv)('lock: an egg that names its one version is not picked', async (t) => {
  t.deepEqual((await lock(request(['blinker==1.9.0'], []))).ids, []);
  t.deepEqual((await lock(request(['blinker>=1.9.0'], []))).ids, ['CFG601']);
});

testWith(uv)('lock: pins that exclude each other are an error that points at them', async (t) => {
  const {diagnostics, ids} = await lock(request(['Flask'], ['Flask = 3.1.0', 'Werkzeug = 1.0']));
  t.deepEqual(ids, ['CFG604']);
  const {primary, secondary, notes} = diagnostics[0]!;
  const places = [primary!, ...secondary!].map(({span}) => span.source.text.slice(span.start, span.end));
  t.deepEqual(places.sort(), ['1.0', '3.1.0']);
  t.regex(notes!.join('\n'), /werkzeug/);
});

testWith(uv)('lock: a distribution without a wheel is an error, unless it may be built', async (t) => {
  const wanted = request(['docopt'], ['docopt = 0.6.2']);
  t.deepEqual((await lock(wanted)).ids, ['CFG606']);
  const release = {...wanted.plan.release, buildFromSource: ['docopt']};
  const {answer, ids} = await lock({...wanted, plan: {...wanted.plan, release}});
  t.deepEqual(ids, []);
  t.is(answer!.lock.packages[0]!.sdist?.filename, 'docopt-0.6.2.tar.gz');
  t.deepEqual(answer!.lock.packages[0]!.wheels, []);
});

testWith(uv)("lock: buildout's own tools, and what only they need, stay out where they are excluded", async (t) => {
  const pins = [
    'collective.recipe.cmd = 1.0.0',
    'zc.buildout = 6.0.1',
    'setuptools = 80.9.0',
    'pip = 25.2',
    'wheel = 0.45.1',
  ].concat(['packaging = 25.0', 'platformdirs = 4.4.0', 'zc.recipe.egg = 6.0.0']);
  const wanted = request(['zc.recipe.egg'], pins);
  const all = await lock(wanted);
  t.true(all.answer!.lock.packages.some(({name}) => name === 'zc-buildout'));
  const without = await lock({...wanted, plan: plan(['zc.recipe.egg'], ['zc-buildout'])});
  const names = without.answer!.lock.packages.map(({name}) => name);
  t.true(names.includes('zc-recipe-egg'));
  for (const tool of ['zc-buildout', 'pip', 'wheel', 'platformdirs']) t.false(names.includes(tool), tool);
});

testWith(uv)('lock: the supervisor and uv have boxes of their own', async (t) => {
  const wanted = request(['blinker'], pinned);
  const release = {...wanted.plan.release, services: 'supervisor' as const, installer: 'uv' as const};
  const entries = [...wanted.plan.entries, service('web')];
  const {answer, ids} = await lock({...wanted, plan: {...wanted.plan, release, entries}});
  t.deepEqual(ids, []);
  t.deepEqual(
    answer!.lock.packages.map(({name}) => name),
    ['blinker'],
  );
  // A supervisor with nothing to run is not wanted.
  t.deepEqual(lockInputs({...wanted.plan, release}).supervisor, []);
  t.is(answer!.lock.supervisor.find(({name}) => name === 'supervisor')?.version, '4.3.0');
  t.deepEqual(
    answer!.lock.tools.map(({name, version}) => [name, version]),
    [['uv', '0.13.9']],
  );
});

test('lock: without uv it says how to get it', async (t) => {
  const world: Io = {...nodeIo, env: {CFGC_UV: '/no/such/uv'}};
  const {diagnostics, ids} = await lock(request(['Flask'], pinned), world);
  t.deepEqual(ids, ['CFG607']);
  t.true(diagnostics[0]!.kind.environment);
  t.regex(diagnostics[0]!.hint!, /pip install uv/);
});

testWith(uv)('lock: an index that does not answer is a fault of the environment', async (t) => {
  const {path, cleanup} = await dir({unsafeCleanup: true});
  const world: Io = {
    ...io,
    run: ([program, ...words], options) =>
      words[0] === 'pip'
        ? nodeIo.run([program!, ...words, '--default-index', 'http://127.0.0.1:9/simple', '--cache-dir', path], options)
        : nodeIo.run([program!, ...words], options),
  };
  const {diagnostics, ids} = await lock(request(['Flask'], pinned), world);
  await cleanup();
  t.deepEqual(ids, ['CFG608']);
  t.true(diagnostics[0]!.kind.environment);
});

test('lock: --locked without a lock, and a lock that is no lock', async (t) => {
  t.deepEqual((await lock(request(['Flask'], pinned, {mode: 'locked'}), closedIo)).ids, ['CFG602']);
  for (const broken of ['<<<<<<< mine', 'lock-version = "1.0"', '[tool.cfgc]\ninput-digest = "x"', '']) {
    t.deepEqual((await lock(request(['Flask'], pinned, {text: broken}), closedIo)).ids, ['CFG603'], broken);
  }
});

test('lock: a remote file that changed is an error until the lock is updated', async (t) => {
  const url = 'https://example.org/versions.cfg';
  const [before, now] = ['a', 'b'].map((letter) => createHash('sha256').update(letter).digest('hex')) as [
    string,
    string,
  ];
  const nothing = request([], [], {remote: {[url]: before}});
  const made = await lock({...nothing, plan: {...nothing.plan, entries: []}}, closedIo);
  t.deepEqual(made.ids, []);
  t.deepEqual(made.answer!.lock.remote, {[url]: before});
  const changed = {...nothing, plan: {...nothing.plan, entries: []}, remote: {[url]: now}, text: made.answer!.text!};
  t.deepEqual((await lock(changed, closedIo)).ids, ['CFG605']);
  const updated = await lock({...changed, mode: 'update'}, closedIo);
  t.deepEqual(updated.answer!.lock.remote, {[url]: now});
  t.deepEqual((await lock({...changed, text: updated.answer!.text!, mode: 'locked'}, closedIo)).ids, []);
});

test('lock: a download without a SHA-256 gets one, once', async (t) => {
  const url = 'https://example.org/nginx.tar.gz';
  const body = Buffer.from('an archive');
  const md5 = createHash('md5').update(body).digest('hex');
  const wanted = request([], []);
  const entries = (checksum: string): ReleasePlan['entries'] => [
    {
      kind: 'download',
      origin: {file: 'prod.cfg', line: 1},
      url,
      md5: checksum,
      class: 'code',
      path: text('x'),
      unpack: false,
      strip: false,
    },
  ];
  let fetched = 0;
  const world: Io = {
    ...closedIo,
    fetch: async () => {
      fetched += 1;
      return {status: 200, url, body};
    },
  };
  const made = await lock({...wanted, plan: {...wanted.plan, entries: entries(md5)}}, world);
  t.deepEqual(made.answer!.lock.downloads, {[url]: createHash('sha256').update(body).digest('hex')});
  await lock({...wanted, plan: {...wanted.plan, entries: entries(md5)}, text: made.answer!.text!}, world);
  t.is(fetched, 1);
  t.deepEqual((await lock({...wanted, plan: {...wanted.plan, entries: entries('0'.repeat(32))}}, world)).ids, [
    'CFG609',
  ]);
  t.deepEqual((await lock({...wanted, plan: {...wanted.plan, entries: entries(md5)}}, closedIo)).ids, ['CFG609']);
});

test('lock: a platform that uv does not know', async (t) => {
  const wanted = request(['Flask'], pinned);
  const target = {...wanted.plan.target, platform: 'freebsd-amd64'};
  t.deepEqual((await lock({...wanted, plan: {...wanted.plan, target}}, closedIo)).ids, ['CFG610']);
});

testWith(uv)('lock: the text is read back as it was, and uv installs from it beside a wheelhouse', async (t) => {
  const {answer} = await lock(request(['itsdangerous'], pinned));
  const file = readPylock(answer!.text!);
  t.false('wrong' in file);
  if ('wrong' in file) return;
  t.is(writePylock(file), answer!.text!);
  const {path, cleanup} = await dir({unsafeCleanup: true});
  const lines = answer!.lock.packages.map(
    ({name, version, wheels}) => `${name}==${version} ${wheels.map(({sha256}) => `--hash=sha256:${sha256}`).join(' ')}`,
  );
  await nodeIo.writeFile(join(path, 'requirements.txt'), `${lines.join('\n')}\n`);
  await nodeIo.writeFile(join(path, 'pylock.prod.toml'), answer!.text!);
  const pip = await execute([
    uv.python,
    '-m',
    'pip',
    'download',
    '-q',
    '--no-deps',
    '--require-hashes',
    '-d',
    join(path, 'wheelhouse'),
    '-r',
    join(path, 'requirements.txt'),
  ]);
  t.is(pip.status, 0, pip.stderr);
  const made = await execute([uv.bin('uv'), 'venv', '-q', '--python', uv.python, join(path, 'venv')]);
  t.is(made.status, 0, made.stderr);
  const synced = await execute(
    [uv.bin('uv'), 'pip', 'sync', '-q', '--offline', '--python', join(path, 'venv/bin/python'), 'pylock.prod.toml'],
    {cwd: path},
  );
  t.is(synced.status, 0, synced.stderr);
  t.is((await execute([join(path, 'venv/bin/python'), '-c', 'import itsdangerous'])).status, 0);
  await cleanup();
});

async function diff(a: string, b: string): Promise<string[]> {
  const {path, cleanup} = await dir({unsafeCleanup: true});
  await nodeIo.writeFile(join(path, 'a'), a);
  await nodeIo.writeFile(join(path, 'b'), b);
  const {stdout} = await execute(['diff', '-U0', join(path, 'a'), join(path, 'b')]);
  await cleanup();
  return stdout
    .split('\n')
    .slice(2)
    .filter((line) => !line.startsWith('@@'));
}
