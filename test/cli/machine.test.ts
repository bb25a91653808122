/** What other programs read: drawings, and the end of a run that is a defect of cfgc. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {testWith} from '../harness/test-with.js';
import {execute, needsProgram, projectRoot} from '../harness/tools.js';

const cfgc = join(projectRoot, 'dist/cfgc.cjs');

testWith(needsProgram('dot'))('graph: Graphviz reads what --as dot draws, and finds every file and part', async (t) => {
  const cwd = join(projectRoot, 'test/cli/cases/graph-dot');
  const drawn = await execute([process.execPath, cfgc, 'graph', 'prod.cfg', '--as', 'dot'], {cwd});
  const {status, stdout, stderr} = await execute(['dot', '-Tplain'], {input: drawn.stdout});
  t.is(status, 0, stderr);
  t.is(stderr, '');
  const nodes = [...stdout.matchAll(/^node (?:"((?:\\.|[^"])*)"|(\S+))/gm)].map(([, quoted, bare]) => quoted ?? bare);
  t.deepEqual(nodes.sort(), [
    'file base.cfg',
    'file lists/more.cfg',
    'file lists/versions.cfg',
    'file prod.cfg',
    'li\\"nks',
    'names',
    'site',
  ]);
  t.is([...stdout.matchAll(/^edge /gm)].length, 7);
});

test('exit status: a defect of cfgc ends with 70, asks for a report and names what was thrown', async (t) => {
  const broken = 'data:text/javascript,process.cwd = () => { throw new Error("made up") }';
  const ran = await execute([process.execPath, '--import', broken, cfgc, 'check', 'prod.cfg']);
  t.is(ran.status, 70);
  const {version} = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {version: string};
  t.true(
    ran.stderr.startsWith(`cfgc: this is a defect of cfgc ${version}, not of your files. Nothing was written.\n`),
    ran.stderr,
  );
  t.regex(ran.stderr, /Please report it/);
  t.regex(ran.stderr, /Error: made up/);
  t.is(ran.stdout, '');
});
