import {cpSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {withDir} from 'tmp-promise';
import {samplePython} from '../../test/e2e/site.js';
import {projectRoot, toolBox} from '../../test/harness/tools.js';
import {type BenchOptions, type Contender, type Measurement, sideBySide, table} from './measure.js';
import {compiled, deployed, succeed} from './release.js';

/**
 * A release script beside the real `bin/buildout` on the same profile with the same pins: the build, doing it again where
 * nothing changed, going back to the version before. Nothing is started on either side: bin/buildout starts nothing.
 */
export const buildBench: Measurement = {
  name: 'build',
  async run(options) {
    const buildout = await toolBox('buildout');
    const uv = await toolBox('uv');
    const python = await samplePython();
    const missing = buildout.missing ?? uv.missing ?? python.missing;
    if (missing !== undefined) {
      console.log(`no build is measured: ${missing}\n`);
      return;
    }
    const sample = options.plone ? 'plone' : 'zope';
    await withDir(
      ({path}) =>
        measure(
          {
            sample,
            folder: path,
            profile: join(path, 'profile'),
            buildout: buildout.bin('buildout'),
            uv: uv.bin('uv'),
            python: python.path,
          },
          options,
        ),
      {unsafeCleanup: true},
    );
  },
};

interface Bench {
  readonly sample: string;
  readonly folder: string;
  /** A copy of the sample. */
  readonly profile: string;
  readonly buildout: string;
  readonly uv: string;
  readonly python: string;
}

/** A change of a release as an operator makes it: two parts of buildout, two files of a release. */
const change = 'instance-base:zodb-cache-size=6000';

async function measure(bench: Bench, options: BenchOptions): Promise<void> {
  cpSync(join(projectRoot, 'samples', bench.sample), bench.profile, {recursive: true});
  // What is downloaded, for buildout and for the release by pip and by uv, each its own.
  const caches = join(bench.folder, 'caches');
  const contenders = await builders(bench, caches);
  const emptyCaches = (contender: Contender): Contender => ({
    ...contender,
    before: async () => {
      await contender.before?.();
      await rm(cacheOf(caches, contender.name), {recursive: true, force: true});
    },
  });
  const once = {...options, runs: 1, warmUp: false};
  const title = `samples/${bench.sample}/prod.cfg, built from nothing`;
  console.log(table(`${title}, caches empty: all is downloaded`, await sideBySide(contenders.map(emptyCaches), once)));
  // Plone once is long enough: a second time tells nothing new.
  if (bench.sample !== 'plone') {
    const warm = await sideBySide(contenders, {...options, runs: Math.min(options.runs, 3), warmUp: false});
    console.log(table(`${title}, downloads cached: nothing is downloaded`, warm));
  }
  await again(bench, contenders[0]!, options);
}

function cacheOf(caches: string, name: string): string {
  return join(caches, name.replace(/\W+/g, '-'));
}

/** Each builds into a folder that is taken away before it starts. */
async function builders(bench: Bench, caches: string): Promise<readonly Contender[]> {
  const cached = (name: string): NodeJS.ProcessEnv => ({
    ...process.env,
    PIP_CACHE_DIR: cacheOf(caches, name),
    UV_CACHE_DIR: cacheOf(caches, name),
    PYTHON: bench.python,
    UV: bench.uv,
  });
  const release = async (installer: 'pip' | 'uv'): Promise<Contender> => {
    const name = `release.sh with ${installer}`;
    const prefix = join(bench.folder, `built-by-${installer}`);
    const script = await compiled(join(bench.profile, 'prod.cfg'), join(bench.folder, `${installer}.sh`), '1.0.0', [
      ...settings(bench, prefix),
      `release:installer=${installer === 'pip' ? 'pip' : 'auto'}`,
    ]);
    // `complete` is a deploy up to the switch: all installed, written, owned, hashed and checked, the supervisor's box too.
    const command = ['sh', script, '-q', 'complete'];
    return {name, command, env: cached(name), before: () => rm(prefix, {recursive: true, force: true})};
  };
  const name = 'bin/buildout';
  const folder = join(bench.folder, 'buildout');
  const buildout: Contender = {
    name,
    command: [bench.buildout, '-q', '-c', 'prod.cfg', ...settings(bench, folder)],
    cwd: folder,
    env: cached(name),
    before: async () => {
      await rm(folder, {recursive: true, force: true});
      cpSync(bench.profile, folder, {recursive: true});
    },
  };
  return [buildout, await release('pip'), await release('uv')];
}

function settings({folder}: Bench, prefix: string): readonly string[] {
  return [
    `release:prefix=${prefix}`,
    `secrets:admin=generate:${folder}/secrets/admin`,
    `secrets:hook-key=generate:${folder}/secrets/hook-key`,
    // A weekly job has no place in a crontab of this machine, and the one whom a webhook tells is not there.
    'buildout:parts-=zeopack',
    'webhooks:ci=',
  ];
}

/** The second time, and the way back. */
async function again(bench: Bench, {before: _, ...buildout}: Contender, options: BenchOptions): Promise<void> {
  const prefix = join(bench.folder, 'deployed');
  const env = {...process.env, PREFIX: prefix, PYTHON: bench.python, UV: bench.uv};
  let script = '';
  for (const [version, ...more] of [['1.0.0'], ['1.1.0', change]] as const) {
    const assignments = [...settings(bench, prefix), 'release:services=none', 'healthcheck:url=', ...more];
    const path = join(bench.folder, `deployed-${version}.sh`);
    script = await compiled(join(bench.profile, 'prod.cfg'), path, version, assignments, bench.uv);
    await deployed(script, env);
  }
  const second: Contender = {...buildout, name: 'a second bin/buildout'};
  const deploy: Contender = {name: 'a second deploy', command: ['sh', script, '-q', 'deploy'], env};
  const title = `samples/${bench.sample}/prod.cfg`;
  console.log(table(`${title}, again: nothing changed`, await sideBySide([second, deploy], options)));
  const returns: Contender = {
    ...buildout,
    name: 'bin/buildout of the version before',
    before: () => succeed([...buildout.command, change], buildout),
  };
  const rollback: Contender = {
    name: 'rollback',
    command: ['sh', script, '-q', 'rollback', '1.0.0'],
    env,
    before: () => succeed(['sh', script, '-q', 'rollback', '1.1.0'], {env}),
  };
  const back = await sideBySide([returns, second, rollback], options);
  console.log(
    table(`${title}, back to the version before: an option of two instances differs, all is on the host`, back),
  );
}
