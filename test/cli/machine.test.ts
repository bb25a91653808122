/** What other programs read: drawings, and the end of a run that is a defect of cfgc. */
import {existsSync, readFileSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {dir} from 'tmp-promise';
import {readFlowchart} from '../harness/mermaid.js';
import {testWith} from '../harness/test-with.js';
import {execute, needsProgram, projectRoot, type Ran} from '../harness/tools.js';

const cfgc = join(projectRoot, 'dist/cfgc.cjs');

/** Names that mean something to what reads a drawing. Files: without blanks, as `extends` names them. */
const files = [
  'end',
  'a"b].cfg',
  '%%{init:{}}%%.cfg',
  '#quot;#35;.cfg',
  '&lt;b>&amp;.cfg',
  '`md`_x_*y*.cfg',
  'fa:fa-car.cfg',
]
  .concat([
    'style:x#34;.cfg',
    String.raw`\n\N\.cfg`,
    'ünï-日本-😀.cfg',
    '$$x$$.cfg',
    '{a|b}(((c)))-->d;.cfg',
    'lists/more.cfg',
  ])
  .concat(['1.', '__init__', '~~x~~', "it's"]);
const parts = [
  'end',
  'subgraph',
  'li"nks',
  'a|b',
  '<i>',
  '%%x',
  String.raw`a\nb`,
  'x---y',
  'größe',
  '"',
  'classDef',
  '&quot',
];
/** Sections that are no parts: one that is used, and one that uses it; a reference takes few characters. */
const sections = ['graph.TD', '_e.-nd-'];
const entry = 'odd [name]\n%% "x" end.cfg';

async function hostileGraph(t: ExecutionContext, form: 'dot' | 'mermaid'): Promise<string> {
  const {path: cwd, cleanup} = await dir({unsafeCleanup: true});
  t.teardown(cleanup);
  const lines = [
    '[buildout]',
    'extends =',
    ...files.map((name) => `    ${name}`),
    'parts =',
    ...parts.map((name) => `    ${name}`),
    ...parts.flatMap((name) => [`[${name}]`, 'recipe = z3c.recipe.mkdir', `paths = \${${sections[1]}:y}`]),
    `[${sections[0]}]\nx = 1\n[${sections[1]}]\ny = \${${sections[0]}:x}\n`,
  ];
  await writeFile(join(cwd, entry), lines.join('\n'));
  await mkdir(join(cwd, 'lists'));
  for (const name of files) await writeFile(join(cwd, name), '[versions]\n');
  const {status, stdout, stderr} = await execute([process.execPath, cfgc, 'graph', entry, '--as', form], {cwd});
  t.is(status, 0, stderr);
  return stdout;
}

/** What a drawing of the hostile graph holds: labels, and edges from label to label. */
const drawn = {
  labels: [entry, ...files, ...parts.map((name) => `${name}\nz3c.recipe.mkdir`), ...sections],
  edges: [
    ...files.map((name) => [entry, name]),
    ...parts.map((name) => [`${name}\nz3c.recipe.mkdir`, sections[1]!]),
    [sections[1]!, sections[0]!],
  ],
};

test('graph: Mermaid reads what --as mermaid draws, whatever the names are', async (t) => {
  const {labels, edges, frames} = await readFlowchart(await hostileGraph(t, 'mermaid'));
  t.deepEqual([...labels].sort(), [...drawn.labels].sort());
  t.deepEqual(edges.map((edge) => edge.join(' to ')).sort(), drawn.edges.map((edge) => edge.join(' to ')).sort());
  t.deepEqual([...frames].sort(), ['files', 'parts']);
});

testWith(needsProgram('dot'))('graph: Graphviz reads what --as dot draws, whatever the names are', async (t) => {
  const {status, stdout, stderr} = await execute(['dot', '-Tjson'], {input: await hostileGraph(t, 'dot')});
  t.is(status, 0, stderr);
  t.is(stderr, '');
  const {objects, edges} = JSON.parse(stdout) as Graphviz;
  // Frames come first. Of a label Graphviz tells the source.
  const labels = new Map(
    objects.flatMap(({_gvid, label, nodes}) => (nodes ? [] : [[_gvid, shownLabel(label)] as const])),
  );
  t.deepEqual([...labels.values()].sort(), [...drawn.labels].sort());
  t.deepEqual(
    edges.map(({tail, head}) => `${labels.get(tail)} to ${labels.get(head)}`).sort(),
    drawn.edges.map((edge) => edge.join(' to ')).sort(),
  );
});

/** `dot -Tjson`. */
interface Graphviz {
  readonly objects: readonly {readonly _gvid: number; readonly label: string; readonly nodes?: readonly number[]}[];
  readonly edges: readonly {readonly tail: number; readonly head: number}[];
}

/** A label as Graphviz draws it. Source: its documentation, "escString", and "character set" for entities. */
function shownLabel(label: string): string {
  return label
    .replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
    .replaceAll('&amp;', '&');
}

testWith(needsProgram('sh'))('exit status: 3 where the current folder was taken away', async (t) => {
  const {path: cwd, cleanup} = await dir({unsafeCleanup: true});
  t.teardown(cleanup);
  const gone = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"';
  const ran = await execute(['sh', '-c', gone, 'sh', process.execPath, cfgc, 'check', join(cwd, 'prod.cfg')], {cwd});
  t.deepEqual(ran, {
    status: 3,
    stdout: '',
    stderr: 'cfgc: the current folder is not there any more\nchange into one that is\n',
  });
});

testWith(existsSync('/dev/full') ? undefined : 'no /dev/full')(
  'exit status: 3 where standard output is full; where standard error is, the status is what it was',
  async (t) => {
    const {path: cwd, cleanup} = await dir({unsafeCleanup: true});
    t.teardown(cleanup);
    await writeFile(join(cwd, 'prod.cfg'), '[buildout]\nparts =\n');
    await writeFile(join(cwd, 'bad.cfg'), '[buildout]\nextends = none.cfg\n');
    const ask = (redirected: string, ...words: string[]): Promise<Ran> =>
      execute(['sh', '-c', `exec "$@" ${redirected}`, 'sh', process.execPath, cfgc, ...words], {cwd});
    for (const words of [['query'], ['annotate'], ['explain', 'CFG001'], ['--help'], ['check', '--format', 'json']]) {
      const ran = await ask(
        '> /dev/full',
        ...words,
        ...(/^(query|annotate|check)$/.test(words[0]!) ? ['prod.cfg'] : []),
      );
      t.deepEqual(
        ran,
        {status: 3, stdout: '', stderr: "cfgc: standard output can't be written: the disk is full\n"},
        words.join(' '),
      );
    }
    t.deepEqual(await ask('2> /dev/full', 'check', 'bad.cfg'), {status: 1, stdout: '', stderr: ''});
  },
);

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
