import {cpSync, existsSync, readFileSync, statSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {withDir} from 'tmp-promise';
import {projectRoot, sharedFolder, toolBox} from '../../test/harness/tools.js';
import {generateProfile} from './generate.js';
import {type BenchOptions, type Contender, type Measurement, sideBySide, table} from './measure.js';
import {cfgc} from './release.js';

/**
 * cfgc beside `buildout annotate`: on the Plone sample (the whole compile, with its lock), on a small profile, on the
 * largest profiles of the corpus where that is here, and on generated ones. And a start without work beside `node -e 0`.
 */
export const compileBench: Measurement = {
  name: 'compile',
  async run(options) {
    const buildout = await toolBox('buildout');
    if (buildout.missing) console.log(`buildout is not here, nothing is compared with it: ${buildout.missing}\n`);
    const peer = (profile: string): readonly Contender[] =>
      buildout.missing
        ? []
        : [
            {
              name: 'buildout annotate',
              command: [buildout.bin('buildout'), '-c', profile, 'annotate'],
              cwd: dirname(profile),
              // Its time grows with the square of the number of files: minutes at 500.
              limitMs: 120_000,
            },
          ];
    await withDir(
      async ({path}) => {
        await start(options);
        await plone(path, peer, options);
        for (const [title, profile] of [...smallProfile(path), ...largestOfTheCorpus(path), ...generated(path)]) {
          await mkdir(dirname(profile), {recursive: true});
          const contenders = [...peer(profile), annotate(profile)];
          console.log(table(title, await sideBySide(contenders, options)));
        }
      },
      {unsafeCleanup: true},
    );
  },
};

function annotate(profile: string): Contender {
  return {name: 'cfgc annotate', command: [process.execPath, cfgc, 'annotate', profile], cwd: dirname(profile)};
}

async function start(options: BenchOptions): Promise<void> {
  const node = {name: 'node -e 0', command: [process.execPath, '-e', '0']};
  const help = {name: 'cfgc --version', command: [process.execPath, cfgc, '--version']};
  const measured = await sideBySide([node, help], {...options, runs: options.runs * 4});
  const [alone, started] = measured.map(({milliseconds}) => milliseconds);
  console.log(table('a start without work', measured).trimEnd());
  console.log(`  ${(started! - alone!).toFixed(0)} ms more than node itself\n`);
}

/** A compile with a fresh lock does all that buildout's annotate does, and writes the release script. */
async function plone(
  folder: string,
  peer: (profile: string) => readonly Contender[],
  options: BenchOptions,
): Promise<void> {
  const site = join(folder, 'plone');
  cpSync(join(projectRoot, 'samples/plone'), site, {recursive: true});
  const profile = join(site, 'prod.cfg');
  const compile: Contender = {
    name: 'cfgc compile --locked',
    command: [process.execPath, cfgc, profile, '-o', join(folder, 'out/release.sh'), '--locked', '--allow-dirty'],
    cwd: site,
  };
  await mkdir(join(folder, 'out'));
  console.log(
    table('samples/plone/prod.cfg', await sideBySide([...peer(profile), annotate(profile), compile], options)),
  );
}

type Named = readonly [title: string, profile: string];

function smallProfile(folder: string): readonly Named[] {
  return [['a small profile: 30 options', generateProfile(join(folder, 'small'), 30, 1)]];
}

/** The three largest profiles, by all their own bytes, that need no file from elsewhere and no host. */
function largestOfTheCorpus(folder: string): readonly Named[] {
  const corpus = sharedFolder('corpus');
  if (corpus === undefined) return [];
  const copy = join(folder, 'corpus');
  const list = readFileSync(join(corpus, 'profiles.txt'), 'utf8').split('\n').filter(Boolean);
  const sized = list
    .map((name) => ({name, bytes: closure(join(corpus, name)) ?? 0}))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 3);
  return sized.map(({name, bytes}): Named => {
    const owner = name.split('/')[0]!;
    cpSync(join(corpus, owner), join(copy, owner), {recursive: true});
    return [`${name}: ${Math.round(bytes / 1024)} KiB of files`, join(copy, name)];
  });
}

/** Bytes of a profile and all that it extends; undefined where a part of it is a URL, isn't there or depends on the host. */
function closure(profile: string, seen = new Set<string>()): number | undefined {
  if (seen.has(profile)) return 0;
  seen.add(profile);
  if (!existsSync(profile)) return undefined;
  let bytes = statSync(profile).size;
  const text = readFileSync(profile, 'utf8');
  // A condition that asks the host: cfgc wants its answer on the command line.
  if (/^\[[^\]\n]*:.*\b(?:os|open)\b/m.test(text)) return undefined;
  const [, value = ''] = /^(?:optional-)?extends\s*=(.*(?:\n[ \t].*)*)/m.exec(text) ?? [];
  for (const name of value.split(/\s+/).filter(Boolean)) {
    const more = name.includes('://') ? undefined : closure(join(dirname(profile), name), seen);
    if (more === undefined) return undefined;
    bytes += more;
  }
  return bytes;
}

function generated(folder: string): readonly Named[] {
  const sizes = [
    [1_000, 1],
    [1_000, 50],
    [10_000, 1],
    [10_000, 100],
    [100_000, 1],
    [100_000, 500],
  ] as const;
  return sizes.map(
    ([options, files]): Named => [
      `generated: ${options} options in ${files} files`,
      generateProfile(join(folder, `generated-${options}-${files}`), options, files),
    ],
  );
}
