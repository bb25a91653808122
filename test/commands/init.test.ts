/** `cfgc init`: a folder `cases/NAME/` holds an old buildout, the prod.cfg that it gets and what is said of it. */
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {dir} from 'tmp-promise';
import {caseFolders, execute, projectRoot, type Ran, sharedFolder} from '../harness/tools.js';

const cfgc = join(projectRoot, 'dist/cfgc.cjs');

function run(cwd: string, ...words: string[]): Promise<Ran> {
  return execute([process.execPath, cfgc, ...words], {cwd, env: {PATH: '/nonexistent', HOME: cwd}});
}

/** A copy of a folder whose name does not depend on chance: it becomes the name of the release. */
async function copy(t: ExecutionContext, from: string, name: string): Promise<string> {
  const made = await dir({unsafeCleanup: true});
  t.teardown(() => made.cleanup());
  const folder = join(made.path, name);
  cpSync(from, folder, {recursive: true});
  return folder;
}

for (const {name, folder} of caseFolders('commands')) {
  test(`init: ${name}`, async (t) => {
    const site = await copy(t, folder, 'Edu Portal');
    const ran = await run(site, 'init', 'buildout.cfg');
    t.is(ran.status, 0, ran.stderr);
    const got = {'expected.cfg': readFileSync(join(site, 'prod.cfg'), 'utf8'), 'expected.txt': ran.stdout};
    for (const [file, text] of Object.entries(got)) {
      if (process.env.CFGC_UPDATE === '1') writeFileSync(join(folder, file), text);
      t.is(text, readFileSync(join(folder, file), 'utf8'));
    }
    t.is(ran.stderr, '');

    // It is read back as the release that it says, and the old values are still there.
    const name = await run(site, 'query', 'prod.cfg', '-s', 'release:name');
    t.is(name.stdout.trim(), 'edu-portal', name.stderr);
    const parts = await Promise.all(
      ['prod.cfg', 'buildout.cfg'].map((file) => run(site, 'query', file, '-s', 'buildout:parts')),
    );
    t.is(parts[0]!.stdout, parts[1]!.stdout);
  });
}

test('init: nothing that is there is overwritten: a file, an empty one, a folder, a dangling link', async (t) => {
  const site = await copy(t, join(projectRoot, 'test/commands/cases/small'), 'site');
  writeFileSync(join(site, 'own.cfg'), '# mine\n');
  writeFileSync(join(site, 'empty.cfg'), '');
  mkdirSync(join(site, 'folder.cfg'));
  symlinkSync('nowhere', join(site, 'link.cfg'));
  for (const output of ['own.cfg', 'empty.cfg', 'folder.cfg', 'link.cfg']) {
    const ran = await run(site, 'init', 'buildout.cfg', '-o', output);
    t.is(ran.status, 1, output);
    t.regex(ran.stderr, /CFG790.*is there, and is left alone/);
  }
  t.is(readFileSync(join(site, 'own.cfg'), 'utf8'), '# mine\n');
  t.is(readFileSync(join(site, 'empty.cfg'), 'utf8'), '');
  t.deepEqual(readdirSync(join(site, 'folder.cfg')), []);
  t.false(existsSync(join(site, 'nowhere')));

  // The second run finds the file of the first.
  t.is((await run(site, 'init', 'buildout.cfg')).status, 0);
  const before = readFileSync(join(site, 'prod.cfg'), 'utf8');
  t.is((await run(site, 'init', 'buildout.cfg')).status, 1);
  t.is(readFileSync(join(site, 'prod.cfg'), 'utf8'), before);
});

test('init: what can not be read, or written, is said', async (t) => {
  const site = await copy(t, join(projectRoot, 'test/commands/cases/small'), 'site');
  const missing = await run(site, 'init', 'nothing.cfg');
  t.is(missing.status, 2);
  t.regex(missing.stderr, /`nothing\.cfg` can't be read/);
  const nowhere = await run(site, 'init', 'buildout.cfg', '-o', 'no/such/prod.cfg');
  t.is(nowhere.status, 3);
  t.regex(nowhere.stderr, /CFG791.*can't be written/);
  rmSync(join(site, 'buildout.cfg'));
  mkdirSync(join(site, 'buildout.cfg'));
  t.is((await run(site, 'init', 'buildout.cfg')).status, 2);
});

/** Real buildouts: old and new Plone, an application that isn't Plone, many files and one, files that can't be had. */
const profiles = [
  'kamon__jubinbuildout/prod.cfg',
  'itd__merced-buildout/prod.cfg',
  'Jarn__buildout/production.cfg',
  'EU-OSHA__oira.application.buildout/production.cfg',
  'simahawk__buildout.plone4/prod.cfg',
  'collective__zettwerk.buildout/deploy-single.cfg',
  'isawnyu__pleiades3-buildout/production.cfg',
  'IMIO__server.project/prod.cfg',
  'eaudeweb__reportek.buildout/prod.cfg',
  'ecreall__nova-ideo/deployment.cfg',
  'ICTSTUDIO__odoo_buildout/prod.cfg',
  'Sinar__politikus/deployment.cfg',
];
const corpus = sharedFolder('corpus');

if (corpus === undefined) test.skip('init: real buildouts [skipped: no ../shared/corpus]', (t) => t.pass());
else {
  for (const profile of profiles) {
    test(`init: ${profile}`, async (t) => {
      const [project, file] = profile.split('/') as [string, string];
      const site = await copy(t, join(corpus, project), project);
      const ran = await run(site, 'init', file, '-o', 'release-prod.cfg', '--offline');
      t.is(ran.status, 0, ran.stderr);
      const lines = readFileSync(join(site, 'release-prod.cfg'), 'utf8').split('\n');
      for (const [index, line] of lines.entries())
        if (/^[\w-]+ =/.test(line)) t.regex(lines[index - 1]!, /^# \S/, `\`${line}\` says why`);
      // Its own sections are right: whatever a check still finds is of the old files, and in the list.
      const checked = await run(site, 'check', 'release-prod.cfg', '--offline', '--allow-dirty', '--format', 'json');
      const found = JSON.parse(checked.stdout) as {
        diagnostics: {id: string; severity: string; message: string; file?: string}[];
      };
      for (const {id, severity, message} of found.diagnostics) {
        t.notRegex(id, /^CFG4[89]/, message);
        if (severity === 'error') t.true(ran.stdout.includes(`cfgc explain ${id}`), `${id} is in the list: ${message}`);
      }
    });
  }
}
