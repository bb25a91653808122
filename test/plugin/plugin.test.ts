/** Plugins: what one may do, what one can't, and what becomes of one that is wrong. */
import {join} from 'node:path';
import test from 'ava';
import {requestOf} from '../../compiler/commands/request.js';
import {checkProfile, lockRelease, planRelease} from '../../compiler/compile.js';
import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import {type Io, memoryIo} from '../../compiler/io.js';
import type {ReleasePlan} from '../../compiler/model/release-plan.js';
import {nodeIo} from '../../compiler/node-io.js';
import {loadPlugin} from '../../compiler/plugin/plugin.js';
import type {Request} from '../../compiler/read-profile.js';
import {show} from '../../compiler/util/text.js';
import {projectRoot} from '../harness/tools.js';

const words = {format: 'text', set: [], assume: [], map: [], offline: true, userDefaults: false, allowDirty: true};

const profile = `[buildout]
parts = a
allow-picked-versions = false
[release]
name = portal
version = 1.0.0
python = 3.11
services = none
restart-command = true
start-command = true
stop-command = true
status-command = true
plugins = PLUGIN
[a]
recipe = my.recipe
value = one
`;

/** A plugin whose `lower` is this source. */
function pluginOf(lower: string, more = ''): string {
  return `import {defineRecipe, place, text, show} from 'cfgc';
export default defineRecipe({
  version: 1,
  recipe: 'my.recipe',
  options: ['value'],
  page: {summary: 's', options: {value: 'v'}, differences: []},${more}
  lower(part, context) {${lower}},
});
`;
}

function requestFor(file: string): Request {
  const request = requestOf(file, [], {...words} as never);
  if ('wrong' in request) throw new Error(request.wrong);
  return request;
}

async function compile(
  io: Io,
  file: string,
): Promise<{readonly plan?: ReleasePlan; readonly found: readonly Diagnostic[]}> {
  const found: Diagnostic[] = [];
  const request = requestFor(file);
  const report = (diagnostic: Diagnostic): void => void found.push(diagnostic);
  const checked = await checkProfile(request, io, report, '0.1.0');
  return {found, ...(checked && {plan: await planRelease(checked, io, report, request)})};
}

function world(plugin: string): ReturnType<typeof memoryIo> {
  return memoryIo({files: {'/site/prod.cfg': profile.replace('PLUGIN', './my.mjs'), '/site/my.mjs': plugin}});
}

const ids = (found: readonly Diagnostic[]): string[] => found.map(({kind}) => kind.id);

test('plugin: the sample plans its server block, its data folder, and gives the name of its file', async (t) => {
  const {plan, found} = await compile(nodeIo, join(projectRoot, 'samples/plugin/prod.cfg'));
  t.deepEqual(ids(found), []);
  const files = plan!.entries.flatMap((entry) => (entry.kind === 'file' ? [entry] : []));
  t.deepEqual(
    files.map(({path, content}) => [show(path), show(content)]),
    [
      [
        '{etc}/vhost/www.school.example.conf',
        `upstream vhost {
    server 127.0.0.1:8081;
    server 127.0.0.1:8082;
}
server {
    server_name www.school.example;
    location / { proxy_pass http://vhost; }
    location /static/ { alias "{data}/static/"; }
}
`,
      ],
      ['{etc}/note/nginx-include.conf', 'include {etc}/vhost/www.school.example.conf;'],
    ],
  );
  t.is(files[0]!.origin.part, 'vhost');
  t.is(files[0]!.origin.file, 'prod.cfg');
});

test('plugin: a changed plugin makes the lock stale', async (t) => {
  const io = world(pluginOf('return [];'));
  const request = requestFor('/site/prod.cfg');
  const locked = async (mode: 'use' | 'locked'): Promise<readonly Diagnostic[]> => {
    const found: Diagnostic[] = [];
    const report = (diagnostic: Diagnostic): void => void found.push(diagnostic);
    const checked = (await checkProfile(request, io, report, '0.1.0'))!;
    await lockRelease(await planRelease(checked, io, report, request), checked, io, report, mode);
    return found;
  };
  t.deepEqual(ids(await locked('use')), []);
  t.deepEqual(ids(await locked('locked')), []);
  io.files.set('/site/my.mjs', new TextEncoder().encode(`${pluginOf('return [];')}// changed\n`));
  const stale = await locked('locked');
  t.is(stale.length, 1);
  t.deepEqual(stale[0]!.notes, ['`./my.mjs` changed']);
  t.deepEqual(ids(await locked('use')), []);
  t.deepEqual(ids(await locked('locked')), []);
});

test('plugin: a package of node_modules, by the file that its package.json names', async (t) => {
  const io = memoryIo({
    files: {
      '/home/sites/edu/prod.cfg': profile.replace('PLUGIN', '@school/recipes'),
      '/home/node_modules/@school/recipes/package.json': '{"exports": {".": {"import": "./lib/one.mjs"}}}',
      '/home/node_modules/@school/recipes/lib/one.mjs': pluginOf(
        "return [{kind: 'link', origin: part.origin(), path: place('etc', 'x'), to: text(place('data'), '/', part.option('value'))}];",
      ),
    },
  });
  const {plan, found} = await compile(io, '/home/sites/edu/prod.cfg');
  t.deepEqual(ids(found), []);
  const link = plan!.entries.find((entry) => entry.kind === 'link');
  t.is(link?.kind === 'link' && show(link.to), '{data}/one');
});

test('plugin: it reads what `inputs` names, and nothing else', async (t) => {
  const io = world(
    pluginOf(
      "context.report({severity: 'warning', message: `${context.input(text('list.txt'))} and ${context.input(text('secret.txt'))}`}); return [];",
      "inputs: () => [text('list.txt')],",
    ),
  );
  io.files.set('/site/list.txt', new TextEncoder().encode('listed'));
  io.files.set('/site/secret.txt', new TextEncoder().encode('hidden'));
  const {found} = await compile(io, '/site/prod.cfg');
  t.deepEqual(
    found.map(({kind, message}) => `${kind.id} ${message}`),
    ['CFG564 listed and undefined'],
  );
});

test('plugin: an option that it does not understand is reported as for any recipe', async (t) => {
  const io = world(pluginOf('return [];'));
  io.files.set('/site/prod.cfg', new TextEncoder().encode(`${profile.replace('PLUGIN', './my.mjs')}valeu = two\n`));
  const {found} = await compile(io, '/site/prod.cfg');
  t.is(found.length, 1);
  t.regex(found[0]!.message, /valeu/);
});

const outside: Readonly<Record<string, string>> = {
  'process is not there': 'process.exit(0)',
  'require is not there': "require('node:fs')",
  'fetch is not there': "fetch('http://127.0.0.1/')",
  'timers are not there': 'setTimeout(() => {}, 0)',
  'code from strings is not allowed': "Function('return this')()",
  'the constructor of a constructor is the inner one': "defineRecipe.constructor('return process')()",
  'what it is given leads nowhere': "part.option('value').constructor.constructor('return process')()",
  'the global object leads nowhere': "globalThis.constructor.constructor('return process')()",
  'a stack frame leads nowhere':
    "Error.prepareStackTrace = (_, frames) => frames; for (const frame of new Error('x').stack) frame.getThis().process.exit(0)",
  'Error stays': 'Error = {prepareStackTrace: (_, frames) => frames}',
};

for (const [name, code] of Object.entries(outside)) {
  test(`plugin: ${name}`, async (t) => {
    const {found} = await compile(world(pluginOf(`${code}; return [];`)), '/site/prod.cfg');
    t.deepEqual(ids(found), ['CFG562']);
  });
}

test('plugin: nothing can be imported, however it is written', async (t) => {
  for (const code of ["import('node:fs')", "import/**/('node:fs')", 'import.meta.url']) {
    const {found} = await compile(world(pluginOf(`${code}; return [];`)), '/site/prod.cfg');
    t.true(ids(found).includes('CFG561'), code);
  }
});

test('plugin: one that never ends is stopped', async (t) => {
  const found: Diagnostic[] = [];
  t.is(
    loadPlugin({name: 'endless.mjs', text: 'for (;;);\nexport default {}', timeoutMs: 50}, (one) => found.push(one)),
    undefined,
  );
  t.deepEqual(ids(found), ['CFG561']);
  t.regex(found[0]!.message, /timed out/);
});

test('plugin: an entry that is none of a plan is refused', async (t) => {
  const {plan, found} = await compile(
    world(pluginOf("return [{kind: 'file', path: '/etc/passwd', content: 'x'}];")),
    '/site/prod.cfg',
  );
  t.deepEqual(ids(found), ['CFG562']);
  t.false(plan!.entries.some(({origin}) => origin.part === 'a'));
});

test('plugin: a plugin wins over a recipe of cfgc', async (t) => {
  const io = world(pluginOf('return [];').replace("'my.recipe'", "'z3c.recipe.mkdir'"));
  io.files.set(
    '/site/prod.cfg',
    new TextEncoder().encode(profile.replace('PLUGIN', './my.mjs').replace('my.recipe', 'z3c.recipe.mkdir')),
  );
  const {plan, found} = await compile(io, '/site/prod.cfg');
  t.deepEqual(ids(found), []);
  t.false(plan!.entries.some(({origin}) => origin.part === 'a'));
});

test('plugin: the package gives an editor and node what a plugin imports', async (t) => {
  const api: Readonly<Record<string, unknown>> = await import('cfgc');
  for (const name of ['defineRecipe', 'pluginVersion', 'text', 'place', 'literal', 'lines', 'show', 'split', 'words'])
    t.true(name in api, name);
});
