/**
 * What the real recipes wrote, recorded, against what is planned for the same configuration.
 * Paths are compared where they lie: parts/ is {etc}, var/ is {data}. Logs go to files here, as with the recipes.
 */
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {parse} from 'ini';
import type {Entry} from '../../compiler/model/release-plan.js';
import {show} from '../../compiler/util/text.js';
import {projectRoot, sharedFolder} from '../harness/tools.js';
import {plainLines, without} from '../parity/things.js';
import {entryAt, type Lowered, lowerText} from './harness.js';

const golden = sharedFolder('recipes/golden');

/** Cases in which the release does something else on purpose, and why. */
const deliberate: Readonly<Record<string, string>> = {
  'plone.recipe.zope2instance/error-no-user': 'a user is not asked for on a terminal; none is made',
  'plone.recipe.zope2instance/error-zeo-user-no-password':
    'ZEO has no such login any more; the options are named as old',
  'plone.recipe.zeoserver/error-missing-repozo': 'an empty `repozo` means none',
  'plone.recipe.zeoserver/error-relative-paths': 'relative-paths means nothing for a release',
  'z3c.recipe.mkdir/is-a-file': 'what lies on the host is seen there',
  'z3c.recipe.mkdir/no-intermediate': 'folders above are made',
  'z3c.recipe.usercrontab/duplicate-marker': 'what lies on the host is seen there',
  'plone.recipe.command/multiline-stop': 'the command fails when it runs',
  'collective.recipe.environment/missing-variable': 'the variable is an input of the release: preflight asks for it',
  'ore.recipe.fs/mkdir-missing-parent': 'folders above are made',
  'ore.recipe.fs/mkfile-broken-on-python3': 'the recipe stops at its own use of Python 2; the file is what it says',
  'zc.recipe.deployment/unknown-user': 'preflight looks for users, on the host',
  'collective.recipe.backup/error-same-location': 'snapshots have no location of their own',
};

/**
 * The lines of zope.conf, wsgi.ini, zeo.conf and ZCML that differ on purpose: `- ` the recipe's, `+ ` the release's, below the
 * case and file. CFGC_UPDATE=1 writes the file anew; its diff is read like code.
 */
const differencesFile = join(projectRoot, 'test/lower/golden-differences.txt');
const differences = readDifferences();
const found = new Map<string, string>();

for (const recipe of [
  'plone.recipe.zope2instance',
  'plone.recipe.zeoserver',
  'collective.recipe.supervisor',
  'collective.recipe.backup',
  'collective.recipe.template',
  'zc.recipe.egg',
  'z3c.recipe.mkdir',
  'z3c.recipe.usercrontab',
  'plone.recipe.command',
  'collective.recipe.cmd',
  'iw.recipe.cmd',
  'buildout.recipe.uwsgi',
  'collective.recipe.environment',
  'collective.recipe.filestorage',
  'collective.recipe.plonesite',
  'djangorecipe',
  'hexagonit.recipe.cmmi',
  'hexagonit.recipe.download',
  'isotoma.recipe.facts',
  'ore.recipe.fs',
  'plone.recipe.haproxy',
  'plone.recipe.precompiler',
  'plone.recipe.varnish',
  'zc.recipe.cmmi',
  'zc.recipe.deployment',
  'zc.recipe.filestorage',
  'zc.recipe.rhrc',
]) {
  if (golden === undefined) {
    test.skip(`golden: ${recipe} [skipped: the recorded outputs are not here]`, (t) => t.pass());
    continue;
  }
  for (const name of readdirSync(join(golden, recipe))) {
    const id = `${recipe}/${name}`;
    test(`golden: ${id}`, async (t) => {
      const folder = join(golden, recipe, name);
      const lowered = await lowerGolden(folder);
      const failed = failedThere(folder);
      const errors = lowered.diagnostics.filter(
        ({kind}) => kind.severity === 'error' || (typeof kind.severity === 'object' && kind.severity.prod === 'error'),
      );
      if (failed && !Object.hasOwn(deliberate, id))
        t.true(errors.length > 0, `the recipe fails, so must this: ${failed}`);
      compare[recipe]?.(t, folder, lowered);
      t.pass();
    });
  }
}

const compare: Readonly<Record<string, (t: ExecutionContext, folder: string, lowered: Lowered) => void>> = {
  'plone.recipe.zope2instance': compareConfigurations,
  'plone.recipe.zeoserver': compareConfigurations,
  'collective.recipe.supervisor': comparePrograms,
  'collective.recipe.template': compareFiles,
  'zc.recipe.egg': compareScripts,
  'z3c.recipe.mkdir': compareDirectories,
};

/** The case's own configuration; its pins are of no account, and neither are the files that only the recipes' tests need. */
async function lowerGolden(folder: string): Promise<Lowered> {
  const files: Record<string, {text: string}> = {};
  for (const inputs of ['in', 'input']) {
    for (const file of walk(join(folder, inputs))) {
      files[relative(join(folder, inputs), file)] = {text: readFileSync(file, 'utf8')};
      if (inputs === 'in') files[join('in', relative(join(folder, inputs), file))] = {text: readFileSync(file, 'utf8')};
    }
  }
  const cfg = readFileSync(join(folder, 'buildout.cfg'), 'utf8')
    .replace(/^extends = .*versions\.cfg$/m, '')
    .replaceAll(/@(?:LINKS|EMPTY-INDEX|WHEELS|EGGS|PYTHON|BUILDOUT|WORK|SITE)@/g, '/nowhere');
  return lowerText(cfg, files, {syslog: {enabled: false, facility: 'local3', remotes: []}});
}

/** The message with which the recipe failed; undefined where it went through. */
function failedThere(folder: string): string | undefined {
  if (existsSync(join(folder, 'log.txt'))) {
    return /(^|\/)error-/.test(folder)
      ? readFileSync(join(folder, 'log.txt'), 'utf8').trim().split('\n').at(-1)
      : undefined;
  }
  const output = join(folder, 'output.txt');
  const text = existsSync(output) ? readFileSync(output, 'utf8') : '';
  return /\[exit [1-9]/.test(text) ? text.trim().split('\n').at(-2) : undefined;
}

function compareConfigurations(t: ExecutionContext, folder: string, {plan}: Lowered): void {
  const name = relative(golden!, folder);
  if (/\/(error-|external-conf)/.test(name)) return;
  for (const file of walk(join(folder, 'out/parts'))) {
    if (!/\.(conf|ini|zcml)$/.test(file)) continue;
    const below = relative(join(folder, 'out/parts'), file);
    const planned = plan.entries.find((entry) => entry.kind === 'file' && show(entry.path) === `{etc}/${below}`);
    t.truthy(planned, `${below} is planned`);
    if (planned?.kind !== 'file') continue;
    const theirs = plainLines(onHost(readFileSync(file, 'utf8')));
    const ours = plainLines(show(planned.content));
    const lines = [
      ...without(theirs, ours).map((line) => `- ${line}`),
      ...without(ours, theirs).map((line) => `+ ${line}`),
    ];
    const key = `${name}/${below}`;
    const text = lines.join('\n');
    found.set(key, text);
    if (process.env.CFGC_UPDATE !== '1') t.is(text, differences.get(key) ?? '', key);
    if (lines.length === 0) t.deepEqual(ours, theirs, key);
  }
}

function readDifferences(): Map<string, string> {
  const text = existsSync(differencesFile) ? readFileSync(differencesFile, 'utf8') : '';
  const blocks = text.split(/^== /m).slice(1);
  return new Map(
    blocks.map((block) => [block.slice(0, block.indexOf('\n')), block.slice(block.indexOf('\n') + 1).trimEnd()]),
  );
}

test.after.always('golden: write the differences', () => {
  if (process.env.CFGC_UPDATE !== '1' || golden === undefined) return;
  const blocks = [...found].filter(([, text]) => text !== '').sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(differencesFile, blocks.map(([key, text]) => `== ${key}\n${text}\n`).join('\n'));
});

function comparePrograms(t: ExecutionContext, folder: string, {plan}: Lowered): void {
  const conf = ['out/etc/supervisord.conf', 'out/parts/supervisor/supervisord.conf']
    .map((path) => join(folder, path))
    .find(existsSync);
  if (conf === undefined) return;
  const read = parse(readFileSync(conf, 'utf8').replaceAll(/^\[(\w+):(.*)\]$/gm, '[$1 $2]'));
  const services = plan.entries.filter((entry) => entry.kind === 'service');
  const wanted = Object.keys(read).filter((key) => /^(program|eventlistener) /.test(key));
  t.deepEqual(services.map(({name}) => name).sort(), wanted.map((key) => key.split(' ')[1]).sort());
  for (const service of services) {
    const keys = read[`program ${service.name}`] ?? read[`eventlistener ${service.name}`];
    const command = service.command
      .map(show)
      .join(' ')
      .replace('{current}/lib/venv/bin', '{bin}')
      .replace('{supervisor}/venv/bin', '{bin}')
      .replace('{current}/etc', '{etc}');
    t.is(
      command,
      onHost(keys.command)
        .replace(/ None$/, '')
        .trim()
        .replace(/\s+/g, ' '),
      service.name,
    );
    if (keys.priority !== undefined) t.is(service.priority, Number(keys.priority));
    if (keys.redirect_stderr !== undefined)
      t.is(service.redirectStderr, keys.redirect_stderr === true || keys.redirect_stderr === 'true');
    t.is(service.user, keys.user);
    if (keys.startsecs !== undefined) t.is(service.startSeconds, Number(keys.startsecs));
    if (keys.autostart !== undefined) t.is(String(service.autostart), String(keys.autostart));
    if (keys.events !== undefined) t.is(service.events.join(','), keys.events);
  }
}

function compareFiles(t: ExecutionContext, folder: string, {plan}: Lowered): void {
  const files = join(folder, 'files');
  for (const file of walk(files)) {
    const below = relative(files, file);
    if (below === '.installed.cfg' || /overwrite/.test(folder)) continue;
    const where = onHost(`@BUILDOUT@/${below}`);
    const found = entryAt(plan, 'file', where);
    t.is(show(found.content), onHost(readFileSync(file, 'utf8')), below);
  }
}

/** The names in bin/: those that are named; where all of a distribution are wanted, its metadata says which. */
function compareScripts(t: ExecutionContext, folder: string, {plan}: Lowered): void {
  const bin = join(folder, 'files/bin');
  const made = existsSync(bin) ? readdirSync(bin) : [];
  const named = plan.entries.flatMap((entry) =>
    entry.kind === 'script' ? [show(entry.path).replace('{bin}/', '')] : [],
  );
  const all = plan.entries.some((entry) => entry.kind === 'scripts');
  // The recipe only warns of a name that no distribution has.
  for (const name of named)
    if (name !== 'nosuch' && !/develop|shared/.test(folder)) t.true(made.includes(name), `${name} is made there`);
  if (!all && !/develop/.test(folder)) for (const name of made) t.true(named.includes(name), `${name} is planned`);
}

function compareDirectories(t: ExecutionContext, folder: string, {plan}: Lowered): void {
  const tree = readFileSync(join(folder, 'tree.txt'), 'utf8');
  const made = plan.entries.filter(
    (entry): entry is Extract<Entry, {kind: 'directory'}> =>
      entry.kind === 'directory' && entry.origin.part !== undefined,
  );
  for (const entry of made) {
    const path = show(entry.path)
      .replace('{release}/', '')
      .replace('{etc}', 'parts')
      .replace('{log}', 'var/log')
      .replace('{data}/tmp', 'tmp')
      .replace('{data}', 'var');
    const line = tree.split('\n').find((one) => one.endsWith(` ${path}`));
    if (path.startsWith('/') || failedThere(folder)) continue;
    t.truthy(line, `${path} is made there`);
    if (entry.mode !== undefined && line)
      t.is(Number.parseInt(line.split(' ')[1]!, 8), Number.parseInt(entry.mode, 8), path);
  }
}

/** A recorded text with its paths where a release has them. */
function onHost(text: string): string {
  return text
    .replaceAll('@BUILDOUT@/parts', '{etc}')
    .replaceAll('@BUILDOUT@/bin', '{bin}')
    .replaceAll('@BUILDOUT@/etc', '{etc}')
    .replaceAll(/@BUILDOUT@(\/var)?\/log/g, '{log}')
    .replaceAll('@BUILDOUT@/run', '{run}')
    .replaceAll(/@BUILDOUT@\/var(?!2)/g, '{data}')
    .replaceAll(/@BUILDOUT@(?=\/data|\/fs|\/var2)/g, '{data}')
    .replaceAll('@BUILDOUT@', '{release}')
    .replaceAll(/^(\s*CHAMELEON_CACHE) \{data\}(?:\/data)?\/cache$/gm, '$1 {data}/cache/{release-id}');
}

function walk(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
