/** A part that its real recipe builds, from the profile to a complete release: zc.zdaemonrecipe, of which there is no wheel. */
import {readFileSync, writeFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir, userInfo} from 'node:os';
import {join} from 'node:path';
import {testWith} from '../harness/test-with.js';
import {execute, findProgram, projectRoot, toolBox} from '../harness/tools.js';
import {samplePython} from './site.js';

const uv = await toolBox('uv');
const python = await samplePython();

const profile = (eggs: string, group: string): string => `[buildout]
allow-picked-versions = false
newest = false
parts = daemon

[daemon]
recipe = zc.zdaemonrecipe
program = sleep 300
eggs = ${eggs}
zdaemon.conf =
    <runner>
    backoff-limit 5
    </runner>

[versions]
packaging = 26.3
pip = 26.3
platformdirs = 4.14.8
setuptools = 80.9.0
wheel = 0.48.0
zc.buildout = 6.0.1
zc.recipe.egg = 6.0.0
zc.zdaemonrecipe = 1.0.0
zconfig = 4.3
zdaemon = 5.2

[release]
name = site
version = 1.0.0
python = 3.11
services = none
syslog = off
user = ${userInfo().username}
group = ${group}
build-from-source = zc.zdaemonrecipe
bridge = zc.zdaemonrecipe
`;

testWith(uv, python.missing)('e2e: the real recipe builds a bridged part from the lock into the release', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'cfgc-bridge-'));
  t.teardown(() => rm(folder, {recursive: true, force: true}));
  const prefix = join(folder, 'srv');
  const env = {
    ...process.env,
    LC_ALL: 'C',
    UV: uv.bin('uv'),
    CFGC_UV: uv.bin('uv'),
    PYTHON: python.path,
    PREFIX: prefix,
  };
  const run = (...command: string[]) => execute(command, {cwd: folder, env, timeoutMs: 300_000});
  const sh = findProgram('sh')!;
  const group = (await run('id', '-gn')).stdout.trim();
  const compile = async (eggs: string): Promise<void> => {
    writeFileSync(join(folder, 'prod.cfg'), profile(eggs, group));
    const ran = await run(
      ...[process.execPath, join(projectRoot, 'dist/cfgc.cjs'), 'prod.cfg', '--allow-dirty', '-o', 'release.sh'],
    );
    t.is(ran.status, 0, ran.stderr);
  };

  await compile('zdaemon');
  t.regex(
    readFileSync(join(folder, 'pylock.prod.toml'), 'utf8'),
    /tool\.cfgc\.bridge[^[]*name = "zc-zdaemonrecipe"[\s\S]*sha256/,
  );
  const plan = await run(sh, 'release.sh', 'plan');
  t.regex(plan.stdout, /parts that their own recipes build:\ndaemon \(zc\.zdaemonrecipe 1\.0\.0\)\n/);

  const deployed = await run(sh, 'release.sh', 'deploy');
  t.is(deployed.status, 0, deployed.stderr);
  t.regex(deployed.stderr + deployed.stdout, /part daemon wrote etc\/daemon\/zdaemon\.conf/);
  const current = join(prefix, 'current');
  t.regex(readFileSync(join(current, 'etc/daemon/zdaemon.conf'), 'utf8'), /program sleep 300/);
  const manifest = readFileSync(join(current, 'MANIFEST'), 'utf8');
  t.regex(manifest, /^f etc \d+ [0-9a-f]{64} \.\/etc\/daemon\/zdaemon\.conf$/m);
  t.regex(manifest, /^f bin \d+ [0-9a-f]{64} \.\/bin\/daemon$/m);
  // What it wrote runs: the script finds its distributions in the box.
  const status = await run(join(current, 'bin/daemon'), 'status');
  t.regex(status.stdout + status.stderr, /daemon manager not running/);
  const again = await run(sh, 'release.sh', 'plan');
  t.is(again.status, 0, again.stdout);
  t.notRegex(again.stdout, /only in the current release|removed/);
  const verified = await run(sh, 'release.sh', 'verify');
  t.is(verified.status, 0, verified.stdout);
});
