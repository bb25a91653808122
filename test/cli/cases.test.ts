/**
 * What the command answers, one folder a behaviour: `test/cli/cases/COMMAND-what/`.
 *
 *     *.cfg …            the input, copied into a folder of its own
 *     command            a command line of cfgc a line; `'…'` keeps blanks together
 *     revisions/NAME/    optional: states of the input before, each committed to git and tagged, in order of their names
 *     expected.txt       for each command line what it answers: standard output, `standard error` where there is any, `status`
 *
 * `CFGC_UPDATE=1` writes expected.txt anew; its difference is read like code.
 */
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {dir} from 'tmp-promise';
import {caseFolders, execute, findProgram, projectRoot, type Ran} from '../harness/tools.js';

const cfgc = join(projectRoot, 'dist/cfgc.cjs');
const git = findProgram('git');
/** What is copied from a case: all but what tells of it. */
const told = new Set(['command', 'expected.txt', 'revisions']);

for (const {name, folder} of caseFolders('cli')) {
  const revisions = existsSync(join(folder, 'revisions'));
  const declare = revisions && !git ? test.skip : test;
  declare(`cli: ${name}${revisions && !git ? ' [skipped: no git on this machine]' : ''}`, async (t) => {
    const site = await siteOf(t, folder);
    let text = '';
    for (const line of readFileSync(join(folder, 'command'), 'utf8').trim().split('\n')) {
      const ran = await inTurn(() => run(site, words(line)));
      text += `$ cfgc ${line}\n${answer(ran, site)}\n`;
    }
    const file = join(folder, 'expected.txt');
    if (process.env.CFGC_UPDATE === '1') writeFileSync(file, text);
    t.is(text, readFileSync(file, 'utf8'));
  });
}

async function siteOf(t: ExecutionContext, folder: string): Promise<string> {
  const made = await dir({unsafeCleanup: true});
  t.teardown(() => made.cleanup());
  const site = join(made.path, 'site');
  mkdirSync(site);
  mkdirSync(join(made.path, 'bin'));
  if (git !== undefined) symlinkSync(git, join(made.path, 'bin/git'));
  const copy = (from: string): void => {
    for (const entry of readdirSync(from))
      if (!told.has(entry)) cpSync(join(from, entry), join(site, entry), {recursive: true});
  };
  if (existsSync(join(folder, 'revisions'))) {
    const inSite = (...command: string[]): Promise<Ran> =>
      execute([
        git!,
        '-c',
        'user.name=test',
        '-c',
        'user.email=test@example.org',
        '-c',
        'commit.gpgsign=false',
        '-C',
        site,
        ...command,
      ]);
    await inSite('init', '--quiet');
    for (const name of readdirSync(join(folder, 'revisions')).sort()) {
      copy(join(folder, 'revisions', name));
      await inSite('add', '--all');
      await inSite('commit', '--quiet', '--message', name);
      await inSite('tag', name);
    }
  }
  copy(folder);
  return site;
}

/** git is all that cfgc finds: what else the machine has (uv) must not change an answer. */
function run(site: string, command: readonly string[]): Promise<Ran> {
  const PATH = join(site, '../bin');
  return execute([process.execPath, cfgc, ...command], {cwd: site, env: {PATH, HOME: join(site, '../home')}});
}

function answer({status, stdout, stderr}: Ran, site: string): string {
  const shown = (text: string): string => text.replaceAll(site, '[ROOT]');
  return `${shown(stdout)}${stderr === '' ? '' : `--- standard error\n${shown(stderr)}`}--- status ${status}\n`;
}

function words(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
}

let last: Promise<unknown> = Promise.resolve();

/** One command at a time: a test of many processes at once is slower than one after the other. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work, work);
  last = mine;
  return mine;
}
