/** Every configuration that the cases of recipes make, read by the program that it is for: Zope, ZEO, paste, logging, supervisor. */
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {dir} from 'tmp-promise';
import {serviceFiles} from '../../compiler/emit/service-files.js';
import type {ReleasePlan} from '../../compiler/model/release-plan.js';
import type {Settings} from '../../compiler/model/settings.js';
import {testWith} from '../harness/test-with.js';
import {caseFolders, execute, toolBox} from '../harness/tools.js';
import {lowerFolder} from '../lower/harness.js';
import {type Host, materialise, onHost} from '../lower/materialise.js';

const zope = await toolBox('zope');
const supervisor = await toolBox('supervisor');

/** Reads paths, a line each; says `PATH<tab>ok` or `PATH<tab>what is wrong`. */
const readAll = `
import logging, logging.config, os, sys
from paste.deploy import loadwsgi
from ZEO.runzeo import ZEOOptions
from Zope2.Startup.options import ZopeWSGIOptions

os.environ["ZEO_TMP"] = os.environ["INSTANCE_HOME"] = "/tmp"

def zope(path):
    ZopeWSGIOptions(path)()

def zeo(path):
    options = ZEOOptions()
    options.realize(["-C", path])
    assert options.storages

def ini(path):
    assert loadwsgi.loadcontext(loadwsgi.SERVER, "config:" + path).object_type is loadwsgi.SERVER
    for name in ("main", "zope"):
        loadwsgi.loadcontext(loadwsgi.APP, "config:" + path, name)
    if "[loggers]" in open(path).read():
        logging.config.fileConfig(path, {"__file__": path, "here": "/"})

readers = {"zope.conf": zope, "zeo.conf": zeo, "wsgi.ini": ini}
for line in sys.stdin.read().splitlines():
    try:
        readers[os.path.basename(line)](line)
        print(line, "ok", sep="\\t")
    except BaseException as error:
        print(line, repr(error).replace("\\n", " "), sep="\\t")
`;

/** What the programs don't take, on purpose: the profile asks for it. */
const refused: readonly RegExp[] = [
  /^(lower\/plone\.recipe\.zope2instance-storages|parity\/plone\.recipe\.zope2instance-filestorages)\/wrapped\/.*unknown type name/,
  // Errors of the compile (CFG518).
  /^(lower\/plone\.recipe\.zope2instance-old-options|parity\/plone\.recipe\.zope2instance-old-conf)\/.*maximum-number-of-session-objects/,
  // zc.zrs, which the profile names, has no release for this Python.
  /^lower\/plone\.recipe\.zeoserver-options\/one\/etc\/zeo\.conf/,
];

const all = ['lower', 'parity'].flatMap((phase) =>
  caseFolders(phase).map(({name, folder}) => ({id: `${phase}/${name}`, folder})),
);

for (const [how, change] of [
  ['syslog', {}],
  ['files', {syslog: {enabled: false, facility: 'local3', remotes: []}}],
] as const) {
  testWith(zope)(`parsers: Zope, ZEO, paste and logging read what every case makes, logs to ${how}`, async (t) => {
    const {path: prefix, cleanup} = await dir({unsafeCleanup: true});
    const asked = new Map<string, string>();
    for (const {id, folder} of all) {
      const {plan, host} = await made(folder, join(prefix, id), change);
      for (const {path} of materialise(plan, host))
        if (/\/(zope\.conf|zeo\.conf|wsgi\.ini)$/.test(path))
          asked.set(path, path.slice(prefix.length + 1).replace('/release/etc', ''));
    }
    const ran = await execute([zope.python, '-c', readAll], {input: [...asked.keys()].join('\n')});
    t.is(ran.status, 0, ran.stderr);
    const answers = new Map(
      ran.stdout
        .trim()
        .split('\n')
        .map((line) => line.split('\t') as [string, string]),
    );
    t.true(asked.size > 60, `${asked.size} files`);
    const wrong = [...asked]
      .map(([path, key]) => `${key}: ${answers.get(path) ?? 'no answer'}`)
      .filter((line) => !line.endsWith(': ok'));
    t.deepEqual(
      wrong.filter((line) => !refused.some((one) => one.test(line))),
      [],
      ran.stderr,
    );
    for (const one of refused)
      t.true(
        wrong.some((line) => one.test(line)),
        `${one} is refused no more`,
      );
    await cleanup();
  });
}

/** supervisor's own reading of the files: programs, listeners and groups by name. */
const readSupervisor = `
import sys
import supervisor.datatypes, supervisor.options
from supervisor.options import ServerOptions
# Users of the host that the release is for.
supervisor.options.name_to_uid = supervisor.datatypes.name_to_uid = lambda name: 0
for path in sys.stdin.read().splitlines():
    options = ServerOptions()
    options.realize(["-c", path, "-n"])
    names = sorted(process.name for group in options.process_group_configs for process in group.process_configs)
    print(path, " ".join(names), sep="\\t")
`;

testWith(supervisor)('parsers: supervisor reads the programs, listeners and groups of every case', async (t) => {
  const {path: prefix, cleanup} = await dir({unsafeCleanup: true});
  const asked = new Map<string, string>();
  for (const {id, folder} of all) {
    const {plan, host} = await made(folder, join(prefix, id), {});
    const services = plan.entries.filter((entry) => entry.kind === 'service');
    if (services.length === 0) continue;
    const main = join(prefix, id, 'supervisord.conf');
    const programs = join(prefix, id, 'supervisor.d');
    mkdirSync(programs, {recursive: true});
    mkdirSync(join(prefix, id, 'var/log'), {recursive: true});
    for (const {path, content} of serviceFiles(plan, () => {}).filter((one) => one.path.startsWith('supervisor.d/'))) {
      const pieces = content.pieces.map((piece) =>
        typeof piece === 'object' && 'quoted' in piece ? piece.quoted : piece,
      );
      writeFileSync(join(prefix, id, path), onHost({pieces}, host));
    }
    writeFileSync(
      main,
      `[supervisord]\nlogfile = ${prefix}/log\n[unix_http_server]\nfile = ${prefix}/s\n[rpcinterface:supervisor]\n` +
        'supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n' +
        `[include]\nfiles = ${programs}/*.conf\n`,
    );
    asked.set(
      main,
      services
        .map(({name}) => name)
        .sort()
        .join(' '),
    );
  }
  t.true(asked.size > 20, `${asked.size} profiles`);
  const ran = await execute([supervisor.python, '-c', readSupervisor], {input: [...asked.keys()].join('\n')});
  t.is(ran.status, 0, ran.stderr);
  t.is(ran.stdout, [...asked].map(([path, names]) => `${path}\t${names}\n`).join(''));
  await cleanup();
});

async function made(
  folder: string,
  prefix: string,
  change: Partial<Settings>,
): Promise<{readonly plan: ReleasePlan; readonly host: Host}> {
  const {plan} = await lowerFolder(folder, change);
  if (!existsSync(prefix)) mkdirSync(prefix, {recursive: true});
  return {plan, host: {prefix, python: zope.python || 'python3'}};
}
