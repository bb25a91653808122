/** What the build step makes: environments, launchers, and the checks before a switch. */
import {existsSync} from 'node:fs';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {makeHost, testShells} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {execute, findPython, type Ran, toolBox} from '../harness/tools.js';

const uv = await toolBox('uv');

for (const shell of testShells()) {
  test(`${shell.name}: each check that fails is said, in the order of the plan`, async (t) => {
    const host = await makeHost();
    const checks = Array.from({length: 6}, (_, at) => {
      const fails = at % 2 === 0;
      return `"$@" 'check ${at}' build sh -c 'echo "words of $1"; [ "$2" = no ]' sh ${at} ${fails ? 'yes' : 'no'} || return`;
    });
    const ran = await host.call(shell, 'mkdir -p "$STATE" && entry_check build', {
      release: {version: '1.0.0', data: `each_check() {\n${checks.join('\n')}\n"$@" later running false\n}`},
    });
    t.is(ran.status, 1);
    const said = [0, 2, 4].flatMap((at) => [`error: words of ${at}`, `error: check failed: check ${at}`]);
    t.is(ran.stderr, `${said.join('\n')}\n`);
  });

  test(`${shell.name}: what fails before it can start is a check that fails`, async (t) => {
    const host = await makeHost();
    const ran = await host.call(shell, 'mkdir -p "$STATE" && entry_check build', {
      release: {version: '1.0.0', data: `each_check() { "$@" 'no program' build "$STATE/nothing"; }`},
    });
    t.is(ran.status, 1);
    t.regex(ran.stderr, /error: check failed: no program\n$/);
  });
}

for (const shell of testShells()) {
  test(`${shell.name}: Ctrl-C ends a step by itself, and both of what runs at once`, async (t) => {
    const host = await makeHost();
    const pids = join(host.folder, 'pids');
    // Each notes itself; who comes second sends the signal. $$ is the script, whoever calls this.
    const work = `sh -c 'echo "$$" >>"$2"; [ "$(grep -c . "$2")" -lt 2 ] || kill -INT "$1"; exec sleep 600' sh "$$" '${pids}'`;
    const checks = {step: 'complete', data: `each_check() { "$@" one build ${work} && "$@" two build ${work}; }`};
    const installs = {
      step: 'build',
      instead: `supervisor_setup() { ${work}; }\nenvironment_build() { ${work}; }`,
    };
    for (const {step, ...both} of [checks, installs]) {
      await rm(pids, {force: true});
      const script = await host.script({version: '1.0.0', ...both});
      const ran = await host.run(shell, script, [step]);
      t.is(ran.status, 130, ran.stderr);
      const noted = (await readFile(pids, 'utf8')).trim().split('\n');
      t.is(noted.length, 2);
      // Ended, also where nobody has asked yet how.
      const states = await execute(['ps', '-o', 'stat=', '-p', noted.join()]);
      t.notRegex(states.stdout, /^[^Z\n]/m);
    }
  });

  test(`${shell.name}: what a killed script leaves running goes no further`, async (t) => {
    const host = await makeHost();
    const script = await host.script({
      version: '1.0.0',
      instead: `environment_build() {
    kill -KILL $$
    while kill -0 $$ 2>/dev/null; do :; done
    must touch "$PREFIX/meddled"
}`,
    });
    // Its end is that of all that holds its standard error.
    const ran = await host.run(shell, script, ['build']);
    t.not(ran.status, 0);
    t.false(existsSync(join(host.prefix, 'meddled')));
  });

  test(`${shell.name}: a build fails with the supervisor's box, as with the release's environment`, async (t) => {
    const host = await makeHost();
    for (const [box, environment, status] of [
      ['false', ':', 1],
      [':', 'return 3', 3],
      [':', ':', 0],
    ] as const) {
      const script = await host.script({
        version: '1.0.0',
        instead: `supervisor_setup() { ${box}; }\nenvironment_build() { ${environment}; }`,
      });
      const ran = await host.run(shell, script, ['build']);
      t.is(ran.status, status, ran.stderr);
    }
  });
}

for (const installer of ['pip', 'uv'] as const) {
  testWith(installer === 'uv' ? uv : undefined)(
    `${installer}: two builds give the same files, also of a module that each start of Python imports`,
    async (t) => {
      const host = await makeHost();
      const requirement = await earlyWheel(host.folder);
      const build = async (): Promise<Ran> =>
        host.call(
          testShells()[0]!,
          `environment_requirements() { echo '${requirement}'; }
           environment_uv() { echo '${uv.bin('uv')}'; }
           mkdir -p "$STATE"
           environment_install "$LIB/venv" main && cd "$LIB/venv/lib" && find . -type f -exec sha256sum '{}' + | sort -k 2`,
          {
            release: {version: '1.0.0', installer},
            env: {WHEELHOUSE: join(host.folder, 'wheelhouse'), PIP_CONFIG_FILE: '/dev/null', UV_NO_CONFIG: '1'},
          },
        );
      const first = await build();
      t.is(first.status, 0, first.stderr);
      t.is((await build()).stdout, first.stdout);
      // As a build at another time sees it: what is compiled depends on no date.
      const compiled = first.stdout.split('\n').filter((line) => line.endsWith('.pyc'));
      t.is(compiled.length, 2);
      const release = join(host.prefix, 'releases/1.0.0/lib/venv/lib');
      for (const line of compiled) {
        const header = await readFile(join(release, line.slice(line.indexOf('./'))));
        t.is(header.readUInt32LE(4), 1, `${line}: compiled without a look at its source`);
      }
    },
  );
}

for (const shell of testShells()) {
  test(`${shell.name}: modules of parts are compiled, among their programs too`, async (t) => {
    const host = await makeHost();
    const ran = await host.call(
      shell,
      `mkdir -p "$ETC/site" "$LIB/parts/tool/bin" && echo 'text = 1' >"$ETC/site/own.py" && echo 'text = 2' >"$LIB/parts/tool/bin/run.py" &&
       "$REAL_PYTHON" -m venv --without-pip "$VENV" && entry_compile && find "$ETC" "$LIB/parts" -name '*.pyc' | sed 's/[.][^.]*[.]pyc$//' | sort`,
      {release: {version: '1.0.0'}, env: {REAL_PYTHON: (await findPython()).path}},
    );
    const release = join(host.prefix, 'releases/1.0.0');
    t.is(
      ran.stdout,
      `${release}/etc/site/__pycache__/own\n${release}/lib/parts/tool/bin/__pycache__/run\n`,
      ran.stderr,
    );
  });
}

for (const shell of testShells()) {
  test(`${shell.name}: of an index that does not answer pip's tries are told in a line each page, with the reason`, async (t) => {
    const host = await makeHost();
    const retry = (left: number, why: string) =>
      `WARNING: Retrying (Retry(total=${left}, connect=None, read=None, redirect=None, status=None)) after connection broken by '${why}'`;
    const refused = (at: string) =>
      `NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at ${at}>: Failed to establish a new connection: [Errno 111] Connection refused')`;
    const said = [
      'Looking in indexes: http://127.0.0.1:9/simple',
      `${retry(1, refused('0x7faf46e5c950'))}: /simple/blinker/`,
      `${retry(0, refused('0x7faf46e5c999'))}: /simple/blinker/`,
      `${retry(0, `ReadTimeoutError("HTTPConnectionPool(host='127.0.0.1', port=9): Read timed out. (read timeout=15)")`)}: /simple/click/`,
      'ERROR: No matching distribution found for blinker==1.9.0',
      `${retry(0, refused('0x1'))}: /simple/zope/`,
    ];
    await writeFile(join(host.folder, 'said'), `${said.join('\n')}\n`);
    const ran = await host.call(shell, `environment_pip_words <${join(host.folder, 'said')}`);
    t.deepEqual(ran.stdout.split('\n'), [
      'Looking in indexes: http://127.0.0.1:9/simple',
      '2 tries: Failed to establish a new connection: [Errno 111] Connection refused: /simple/blinker/',
      `1 try: ReadTimeoutError("HTTPConnectionPool(host='127.0.0.1', port=9): Read timed out. (read timeout=15): /simple/click/`,
      'ERROR: No matching distribution found for blinker==1.9.0',
      '1 try: Failed to establish a new connection: [Errno 111] Connection refused: /simple/zope/',
      '',
    ]);
  });
}

/** A wheel in `wheelhouse/` with a module that a .pth file imports, one that no Python can compile, and one more. */
async function earlyWheel(folder: string): Promise<string> {
  const wheelhouse = join(folder, 'wheelhouse');
  await mkdir(wheelhouse);
  const ran = await execute([(await findPython()).path, '-c', wheelMaker, wheelhouse]);
  if (ran.status !== 0) throw new Error(ran.stderr);
  return `early==1.0 --hash=sha256:${ran.stdout.trim()}`;
}

const wheelMaker = `
import hashlib, sys, zipfile
path = sys.argv[1] + "/early-1.0-py3-none-any.whl"
files = {
    "early.pth": "import early\\n",
    "early/__init__.py": "started = True\\n",
    "early/later.py": "text = 'later'\\n",
    "early/other_python.py": "print 'this is no Python 3'\\n",
    "early-1.0.dist-info/METADATA": "Metadata-Version: 2.1\\nname: early\\nVersion: 1.0\\nSummary: Version: 2.0\\n\\nName: other\\n",
    "early-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
}
files["early-1.0.dist-info/RECORD"] = "".join(name + ",,\\n" for name in files) + "early-1.0.dist-info/RECORD,,\\n"
with zipfile.ZipFile(path, "w") as out:
    for name, text in files.items():
        out.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text)
with open(path, "rb") as made:
    print(hashlib.sha256(made.read()).hexdigest())
`;
