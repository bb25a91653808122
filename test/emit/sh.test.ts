import {createHash} from 'node:crypto';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {dir, withDir} from 'tmp-promise';
import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import {contentDigest, serviceFingerprint} from '../../compiler/emit/fingerprint.js';
import {emitScript} from '../../compiler/emit/sh.js';
import {library} from '../../compiler/emit/templates.js';
import type {Lock} from '../../compiler/model/lock.js';
import type {Entry, ReleasePlan, ServiceEntry} from '../../compiler/model/release-plan.js';
import {place, text} from '../../compiler/util/text.js';
import {allPairs} from '../harness/pairs.js';
import {testWith} from '../harness/test-with.js';
import {execute, projectRoot, shells, toolBoxes} from '../harness/tools.js';
import {fullPlan, hostileValue, locked, origin, sampleLock, samplePlan} from './sample-plan.js';

const {shellcheck} = await toolBoxes('shellcheck');

function emit(plan: ReleasePlan, lock: Lock = sampleLock()): string {
  const found: Diagnostic[] = [];
  const script = emitScript(plan, lock, (diagnostic) => found.push(diagnostic));
  if (found.length > 0) throw new Error(found.map((one) => one.message).join('\n'));
  return script;
}

const matrix: readonly (readonly [string, ReleasePlan])[] = allPairs({
  services: ['supervisor', 'systemd', 'none'],
  schedules: ['cron', 'systemd'],
  installer: ['auto', 'uv', 'pip'],
  style: ['prefix', 'fhs'],
  profile: ['prod', 'dev'],
  syslog: [true, false],
  hooks: [true, false],
  secrets: [true, false],
  full: [true, false],
} as const).map((row) => {
  const full = row.full ? fullPlan() : samplePlan({hooks: fullPlan().hooks, secrets: fullPlan().secrets});
  const plan: ReleasePlan = {
    ...full,
    release: {
      ...full.release,
      services: row.services,
      schedules: row.schedules,
      installer: row.installer,
      profile: row.profile,
      dataMigration: row.style === 'fhs',
      buildFromSource: row.style === 'fhs' ? ['jinja2'] : [],
    },
    layout: {style: row.style, folders: row.style === 'fhs' ? {log: text('/var/log/guestbook')} : {}},
    logging: {...full.logging, enabled: row.syslog},
    hooks: row.hooks ? full.hooks : {webhooks: [], healthChecks: []},
    // What refers to a secret needs it.
    secrets: row.secrets || row.full || row.hooks ? full.secrets : [],
  };
  const words = [
    row.services,
    `jobs by ${row.schedules}`,
    row.style,
    row.installer,
    row.profile,
    row.full ? 'everything' : 'a small plan',
  ];
  const without = [!row.syslog && 'syslog', !row.hooks && 'hooks', !row.secrets && 'secrets'].filter(Boolean);
  return [`${words.join(', ')}${without.length > 0 ? `, no ${without.join(', no ')}` : ''}`, plan] as const;
});

test('the same plan and lock give the same bytes', (t) => {
  t.is(emit(fullPlan()), emit(fullPlan()));
});

test('line 3 is the checksum of all others, and the last line starts the program', (t) => {
  const lines = emit(fullPlan()).split('\n');
  const [checksum] = lines.splice(2, 1);
  t.is(checksum, `# cfgc-sha256: ${createHash('sha256').update(lines.join('\n')).digest('hex')}`);
  t.deepEqual(lines.slice(-2), ['main "$@"', '']);
});

test('the script names no date, machine, or version of the compiler', (t) => {
  const script = emit(samplePlan());
  t.notRegex(script, new RegExp(process.cwd()));
  t.notRegex(script, /cfgc[ /]v?\d/);
});

test('the library is the same text in every release', (t) => {
  const part = (script: string): string => script.slice(script.indexOf('\n# The library:'));
  t.is(part(emit(samplePlan())), part(emit(fullPlan())));
});

test('the library: every function that a file of it calls is defined, once', (t) => {
  const script = emit(samplePlan());
  const defined = [...script.matchAll(/^([a-z_0-9]+)\(\) [({]/gm)].map((match) => match[1]!);
  t.deepEqual(
    defined.filter((name, at) => defined.indexOf(name) !== at),
    [],
  );
  const files = library().map((file) => file.name.slice('lib/'.length, -'.sh'.length));
  const call = new RegExp(
    `(?:^|[;&|(!]|then|do|else|if|while|until|\\$\\()\\s*((?:each|${files.join('|')})_[a-z_0-9]+)(?![a-z_0-9]*[=\\\\[+])`,
    'gm',
  );
  const code = library()
    // Python, and not for a shell to read.
    .filter((file) => file.name !== 'lib/data_tool.sh')
    .map((file) =>
      file.text
        .replace(/^\s*#.*$/gm, '')
        .replace(/'[^']*'/g, "''")
        .replace(/\$\(\([^)]*\)\)/g, '0'),
    )
    .join('\n');
  const called = new Set([...code.matchAll(call)].map((match) => match[1]!));
  t.true(called.size > 100);
  t.deepEqual(
    [...called].filter((name) => !defined.includes(name)),
    [],
  );
});

test('the library: no eval', (t) => {
  for (const file of library())
    t.notRegex(file.text.replace(/^\s*#.*$/gm, ''), /(^|[;&|(]|\bthen|\bdo)\s*eval\b/m, file.name);
});

const [firstName, firstPlan] = matrix[0]!;
testWith(shellcheck)(`shellcheck finds nothing: all of ${firstName}`, async (t) => {
  t.is(await checked(emit(firstPlan)), '');
});

// The library takes shellcheck half a minute and is the same text each time: the other scripts give their data alone.
for (const [name, plan] of matrix.slice(1)) {
  testWith(shellcheck)(`shellcheck finds nothing: the data of ${name}`, async (t) => {
    const script = emit(plan);
    t.is(await checked(standalone(script.slice(0, script.indexOf('\n# The library:')))), '');
  });
}

for (const name of ['plone', 'plugin', 'wsgi', 'zope']) {
  testWith(shellcheck)(`shellcheck finds nothing: the data of samples/${name}`, async (t) => {
    const {path, cleanup} = await dir({unsafeCleanup: true});
    t.teardown(cleanup);
    const file = join(path, 'release.sh');
    const profile = join(projectRoot, 'samples', name, 'prod.cfg');
    const words = [join(projectRoot, 'dist/cfgc.cjs'), profile, '-o', file, '--locked', '--offline', '--allow-dirty'];
    const ran = await execute([process.execPath, ...words]);
    t.is(ran.status, 0, ran.stderr);
    const script = await readFile(file, 'utf8');
    t.is(await checked(standalone(script.slice(0, script.indexOf('\n# The library:')))), '');
  });
}

/** What shellcheck says of a script, at its strictest and with no exclusion. */
async function checked(script: string): Promise<string> {
  const {path, cleanup} = await dir({unsafeCleanup: true});
  try {
    const file = join(path, 'release.sh');
    await writeFile(file, script);
    const ran = await execute([shellcheck.bin('shellcheck'), '--norc', '--shell=sh', '--severity=style', file]);
    return ran.stdout + ran.stderr;
  } finally {
    await cleanup();
  }
}

/** Data functions with what the library does around them: it assigns the variables that they use, and reads those they set. */
function standalone(data: string): string {
  const set = [...data.matchAll(/^ +((?:INPUT|SECRET)_[A-Za-z0-9_]*|[A-Z][A-Z_0-9]*)=/gm)].map((match) => match[1]!);
  const used = [...data.matchAll(/(?<!\\)\$\{?((?:INPUT|SECRET)_[A-Za-z0-9_]*|[A-Z][A-Z_0-9]*)/g)].map(
    (match) => match[1]!,
  );
  const [first = '', ...rest] = data.split('\n');
  return [
    first,
    ...[...new Set(used)].map((name) => `${name}=$1`),
    ...rest,
    ...[...new Set(set)].map((name) => `printf '%s' "$${name}"`),
    '',
  ].join('\n');
}

for (const shell of shells().present) {
  test(`parses, and helps, in any locale: ${shell.name}`, async (t) => {
    await withDir(
      async ({path}) => {
        const file = join(path, 'release.sh');
        await writeFile(file, emit(fullPlan()));
        const {PATH, HOME} = process.env;
        for (const locale of [{}, {LC_ALL: 'C'}, {LC_ALL: 'C.UTF-8'}]) {
          const env = {PATH, HOME, ...locale};
          const help = await execute([...shell.command, file, 'help'], {env});
          t.is(help.stderr, '');
          t.regex(help.stdout, /^guestbook 1\.0\.0/);
        }
        const env = {PATH, HOME, PREFIX: join(path, 'p')};
        t.is((await execute([...shell.command, file], {env})).status, 64);
        t.is((await execute([...shell.command, file, 'nonsense'], {env})).status, 64);
      },
      {unsafeCleanup: true},
    );
  });

  test(`data arrives byte for byte, in any locale: ${shell.name}`, async (t) => {
    await withDir(
      async ({path}) => {
        const plan = samplePlan();
        const content = `${hostileValue}\u2028 日本 😀\n`;
        const entries = plan.entries.map(
          (entry): Entry => (entry.kind === 'file' ? {...entry, content: text(content)} : entry),
        );
        const script = emit({...plan, entries, release: {...plan.release, services: 'none'}});
        const file = join(path, 'data.sh');
        await writeFile(
          file,
          `${script.slice(0, script.indexOf('\n# The library:'))}\nBIN= CODE= ETC= VENV=\nshown() { cat; }\neach_file shown\n`,
        );
        const {PATH, HOME} = process.env;
        const wanted = entries.map((entry) => (entry.kind === 'file' ? content : '')).join('');
        for (const locale of [{}, {LC_ALL: 'C'}, {LC_ALL: 'C.UTF-8'}]) {
          const ran = await execute([...shell.command, file], {env: {PATH, HOME, ...locale}});
          t.is(ran.stdout, wanted, ran.stderr);
        }
      },
      {unsafeCleanup: true},
    );
  });
}

test('a diff is small: one pin', (t) => {
  // A pin that a service runs on restarts that service: one more line, its fingerprint.
  const other = {
    ...sampleLock(),
    packages: [...sampleLock().packages.slice(0, 1), locked('markupsafe', '3.0.3', 'f'.repeat(64))],
  };
  t.deepEqual(changed(emit(samplePlan()), emit(samplePlan(), other)), [
    '# cfgc-sha256',
    '    CONTENT_DIGEST',
    'markupsafe',
    '    "$@" \'web\'',
  ]);
});

test('a diff is small: one file', (t) => {
  const plan = samplePlan();
  const entries = plan.entries.map(
    (entry): Entry => (entry.kind === 'file' ? {...entry, content: text('[app]\n', 'port = 8081\n')} : entry),
  );
  const lines = changed(emit(plan), emit({...plan, entries}));
  t.true(
    lines.every((line) => /^# cfgc-sha256|CONTENT_DIGEST|'web'|settings\.ini|port /.test(line)),
    lines.join('\n'),
  );
});

test('what a service runs on decides its fingerprint, and nothing else does', (t) => {
  const plan = samplePlan();
  const service = plan.entries.find((entry): entry is ServiceEntry => entry.kind === 'service')!;
  const print = serviceFingerprint(service, plan, sampleLock());
  const moved = JSON.parse(JSON.stringify(plan).replaceAll('"line":20', '"line":21')) as ReleasePlan;
  t.is(serviceFingerprint(service, moved, sampleLock()), print);
  const unrelated = {...sampleLock(), packages: [...sampleLock().packages, locked('unrelated', '1.0', 'a'.repeat(64))]};
  t.is(serviceFingerprint(service, plan, unrelated), print);
  const rewheeled = {
    ...sampleLock(),
    packages: [locked('jinja2', '3.1.6', 'b'.repeat(64), ['markupsafe']), sampleLock().packages[1]!],
  };
  t.not(serviceFingerprint(service, plan, rewheeled), print);
  const later = {...plan, release: {...plan.release, version: '1.0.1'}};
  t.is(serviceFingerprint(service, later, sampleLock()), print);
});

test('a service that runs a source folder names it, and runs on all of the lock', (t) => {
  const sample = samplePlan();
  const at = origin('buildout', 1);
  const source = (path: string, name: string, install: boolean) => ({
    path: text(path),
    name,
    install,
    metadata: '',
    origin: at,
  });
  const plan: ReleasePlan = {
    ...sample,
    entries: sample.entries.map(
      (entry): Entry =>
        entry.kind === 'environment'
          ? {
              ...entry,
              requirements: [...entry.requirements, {name: 'my-theme', text: 'my.theme', origin: origin('web', 12)}],
              editable: [
                source('/home/ada/src/my.theme', 'my-theme', true),
                source('/home/ada/src/my.tool', 'my-tool', true),
                source('/home/ada/src/docs', 'docs', false),
              ],
            }
          : entry,
    ),
  };
  const named = [...emit(plan).matchAll(/^ {4}"\$@" 'web' '(\/home.*)' \|\| return$/gm)].map(([, path]) => path);
  t.deepEqual(named, ['/home/ada/src/my.theme', '/home/ada/src/my.tool']);
  const service = plan.entries.find((entry): entry is ServiceEntry => entry.kind === 'service')!;
  const more = {...sampleLock(), packages: [...sampleLock().packages, locked('needed', '1.0', 'a'.repeat(64))]};
  t.not(serviceFingerprint(service, plan, more), serviceFingerprint(service, plan, sampleLock()));
  t.notRegex(emit(sample), /\n {4}"\$@" 'web' '\/home/);
});

test('settings say where they were written, and which are defaults', (t) => {
  const plan = samplePlan();
  const script = emit({
    ...plan,
    hooks: {
      webhooks: [{setting: 'webhooks:c\ni', url: text('https://ci.example.org/'), format: 'json', events: []}],
      healthChecks: [{url: text('http://127.0.0.1:8080/'), status: [200], deadlineSeconds: 30, intervalSeconds: 1}],
    },
    secrets: [{name: 'admin', from: {file: text('/etc/guestbook/admin')}, generate: true}],
    layout: {style: 'prefix', folders: {data: text('/srv/data')}},
    settings: {
      'release:keep': {file: 'prod.cfg', line: 7},
      'release:prefix': {file: 'the command line', line: 0},
      'layout:data': {file: 'prod.cfg', line: 9},
      'permissions:bin': {file: 'a\ndate', line: 3},
      'secrets:admin': {file: 'prod.cfg', line: 12},
      'webhooks:c\ni': {file: 'prod.cfg', line: 15},
      'healthcheck:url': {file: 'prod.cfg', line: 18},
    },
  });
  for (const [comment, line] of [
    ['[permissions] bin (a date:3)', "'bin' "],
    ['default', "'code' "],
    ['[secrets] admin (prod.cfg:12)', "'admin' "],
    ['[webhooks] c i (prod.cfg:15)', "'https://ci"],
    ['[healthcheck] url (prod.cfg:18)', 'url '],
  ]) {
    t.true(script.includes(`    # ${comment}\n    "$@" ${line}`), comment);
  }
  t.true(script.includes(`    KEEP='${plan.release.keep}' # prod.cfg:7\n`));
  t.true(script.includes(`    DEFAULT_PREFIX='${plan.release.prefix}' # the command line\n`));
  t.true(script.includes("    DATA='/srv/data' # prod.cfg:9\n"));
  t.true(script.includes(`    INSTALLER='${plan.release.installer}'\n`), 'a default has no place');
});

test('launchers of one place have it once, files each their own', (t) => {
  const at = origin('web', 12);
  const launcher = (name: string): Entry => ({
    kind: 'script',
    origin: at,
    path: place('bin', name),
    environment: 'main',
    run: {type: 'call', module: 'x', attributes: name},
    initialization: text('import os\nimport sys\n'),
    arguments: text(),
    extraPaths: [],
  });
  const file = (name: string): Entry => ({
    kind: 'file',
    origin: at,
    class: 'etc',
    path: place('etc', name),
    content: text('x\n'),
    executable: false,
  });
  const plan = samplePlan();
  const script = emit({...plan, entries: [launcher('a'), launcher('b'), launcher('c'), file('d'), file('e')]});
  t.is(script.split(':12)\n').length - 1, 3);
});

test('the header names all that the script was made from, as sha256sum --check reads it', (t) => {
  const {sources} = samplePlan();
  const lines = sources.map(({name, sha256}) => `#   ${sha256}  ${name}\n`);
  t.true(lines.length > 1);
  t.true(emit(samplePlan()).includes(`\n# Made from\n${lines.join('')}#\n`));
});

test('the content of a release is neither its version nor the text of its sources', (t) => {
  const plan = samplePlan();
  t.is(contentDigest({...plan, sources: []}, sampleLock()), contentDigest(plan, sampleLock()));
  t.is(
    contentDigest({...plan, release: {...plan.release, version: '2.0.0'}}, sampleLock()),
    contentDigest(plan, sampleLock()),
  );
  t.not(contentDigest({...plan, entries: plan.entries.slice(1)}, sampleLock()), contentDigest(plan, sampleLock()));
});

/** The beginnings of the lines of `after` that `before` lacks. */
function changed(before: string, after: string): string[] {
  const old = new Set(before.split('\n'));
  return after
    .split('\n')
    .filter((line) => !old.has(line))
    .map((line) => line.split(/[:=]| \d+ /)[0]!);
}
