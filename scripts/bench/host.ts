import {cpSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {withDir, withFile} from 'tmp-promise';
import {samplePython} from '../../test/e2e/site.js';
import {findProgram, projectRoot, toolBox} from '../../test/harness/tools.js';
import {type BenchOptions, type Contender, type Measurement, sideBySide} from './measure.js';
import {compiled, deployed, succeed} from './release.js';

/** How many files the generated releases have: a tool, a Zope, a Plone with its add-ons. */
const sizes = [300, 3_000, 30_000] as const;

/**
 * What the commands that build nothing cost on a host, against the number of files in a release: time, work of the processor,
 * processes and programs started, and how often a file of the release is looked up and opened.
 */
export const hostBench: Measurement = {
  name: 'host',
  async run(options) {
    const python = await samplePython();
    const strace = findProgram('strace');
    if (python.missing !== undefined) {
      console.log(`no release is measured: ${python.missing}\n`);
      return;
    }
    if (strace === undefined)
      console.log('strace is not here: neither processes nor passes over the tree are counted\n');
    const each = {...options, strace};
    const releases = options.plone ? [plone] : sizes.map((files) => treeOf(files));
    for (const release of releases)
      await withDir(async ({path}) => measure(await release(path, python.path), each), {unsafeCleanup: true});
  },
};

/** A deployed release with another one before it. */
interface Deployed {
  readonly title: string;
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  readonly files: number;
}

type HostOptions = BenchOptions & {readonly strace: string | undefined};

async function measure({title, script, env, files}: Deployed, options: HostOptions): Promise<void> {
  const command = (name: string, ...words: string[]): Contender => ({
    name,
    command: ['sh', script, '-q', ...words],
    env,
  });
  const contenders: readonly Contender[] = [
    command('a second deploy', 'deploy'),
    {
      ...command('rollback', 'rollback', '1.0.0'),
      before: () => succeed(['sh', script, '-q', 'rollback', '1.1.0'], {env}),
    },
    command('status', 'status'),
    command('plan', 'plan'),
    command('verify', 'verify'),
  ];
  console.log(`${title}: ${files} files`);
  console.log(row('', ['ms', 'ms of work', 'processes', 'programs', 'looked up', 'opened']));
  for (const contender of contenders) {
    const [measured] = await sideBySide([contender], options);
    await contender.before?.();
    const calls = options.strace === undefined ? [] : cells(await traced(contender, options.strace), files);
    const times = [measured!.milliseconds, measured!.work].map((value) => value?.toFixed(0) ?? '');
    console.log(row(contender.name, [...times, ...calls]));
    // What comes next is asked of the later release.
    await contender.before?.();
  }
  console.log('  looked up, opened: how often a file of the release is, on average\n');
}

function row(name: string, values: readonly string[]): string {
  return `  ${name.padEnd(17)}${values.map((value) => value.padStart(12)).join('')}`;
}

interface Calls {
  readonly processes: number;
  readonly programs: number;
  readonly lookedUp: number;
  readonly opened: number;
}

function cells({processes, programs, lookedUp, opened}: Calls, files: number): readonly string[] {
  return [String(processes), String(programs), (lookedUp / files).toFixed(2), (opened / files).toFixed(2)];
}

/** Counts system calls of one run. Whatever goes over a release's files does so from its folder, by paths that begin with `./`. */
async function traced({command, env, name}: Contender, strace: string): Promise<Calls> {
  return withFile(async ({path}) => {
    await succeed([strace, '-f', '-qq', '-e', 'trace=process,file', '-o', path, ...command], env ? {env} : {});
    const lines = (await readFile(path, 'utf8')).split('\n');
    const count = (call: RegExp): number => lines.reduce((sum, line) => sum + (call.test(line) ? 1 : 0), 0);
    const calls = {
      processes: count(/^\d+ +(?:clone3?|v?fork)\(/),
      programs: count(/^\d+ +(?:execve\(|<\.\.\. execve resumed>).* = 0$/),
      lookedUp: count(/^\d+ +(?:l?stat(?:64)?|statx|newfstatat|fstatat64)\((?:AT_FDCWD, )?"\.\//),
      opened: count(/^\d+ +open(?:at)?\((?:AT_FDCWD, )?"\.\/.*O_RDONLY(?!.*O_DIRECTORY)/),
    };
    if (calls.programs === 0) throw new Error(`${name}: strace counted nothing`);
    return calls;
  });
}

/** A release with so many small files, made by a command of its build. */
function treeOf(files: number): (folder: string, python: string) => Promise<Deployed> {
  return async (folder, python) => {
    const maker = join(folder, 'tree.py');
    await writeFile(maker, treeMaker);
    const profile = join(folder, 'prod.cfg');
    await writeFile(profile, treeProfile(join(folder, 'srv'), `${python} ${maker} ${files}`));
    return twoVersions('generated', profile, folder, {PYTHON: python});
  };
}

const treeMaker = `import os, sys
for number in range(int(sys.argv[1])):
    folder = "lib/tree/%d" % (number // 100)
    os.makedirs(folder, exist_ok=True)
    with open("%s/module_%d.py" % (folder, number), "w") as out:
        out.write("# line of a module\\n" * 300)
`;

const treeProfile = (prefix: string, command: string): string => `[buildout]
parts = tree

[release]
name = tree
python = 3.11
services = none
prefix = ${prefix}

[tree]
recipe = collective.recipe.cmd
on_install = true
cmds = ${command}
`;

async function plone(folder: string, python: string): Promise<Deployed> {
  const uv = await toolBox('uv');
  const site = join(folder, 'profile');
  cpSync(join(projectRoot, 'samples/plone'), site, {recursive: true});
  return twoVersions('samples/plone', join(site, 'prod.cfg'), folder, {PYTHON: python, UV: uv.bin('uv')}, [
    `release:prefix=${join(folder, 'srv')}`,
    `secrets:admin=generate:${folder}/secrets/admin`,
    `secrets:hook-key=generate:${folder}/secrets/hook-key`,
    'release:services=none',
    'healthcheck:url=',
    'webhooks:ci=',
    'buildout:parts-=zeopack',
  ]);
}

/** Two versions of a profile, one after the other. */
async function twoVersions(
  title: string,
  profile: string,
  folder: string,
  variables: NodeJS.ProcessEnv,
  assignments: readonly string[] = [],
): Promise<Deployed> {
  const env = {...process.env, ...variables};
  let script = '';
  for (const version of ['1.0.0', '1.1.0']) {
    script = await compiled(profile, join(folder, `release-${version}.sh`), version, assignments, variables.UV);
    await deployed(script, env);
  }
  const manifest = await readFile(join(folder, 'srv/current/MANIFEST'), 'utf8');
  return {title, script, env, files: manifest.split('\n').filter((line) => line.startsWith('f ')).length};
}
