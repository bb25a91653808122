/** The files that recipes write, read by the programs that they are for. */
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {parse} from 'ini';
import {dir} from 'tmp-promise';
import {testWith} from '../harness/test-with.js';
import {execute, projectRoot, toolBox} from '../harness/tools.js';
import {entryAt, lowerFolder, lowerText} from './harness.js';
import {materialise, onHost} from './materialise.js';

const zope = await toolBox('zope');
const cases = join(projectRoot, 'test/lower/cases');

/** Loads server, application and pipeline of an ini as paste does, and its logging as the logging package does. */
const loadIni = `
import logging, logging.config, sys
from paste.deploy import appconfig, loadwsgi
path = sys.argv[1]
server = loadwsgi.loadcontext(loadwsgi.SERVER, 'config:' + path)
assert server.object_type is loadwsgi.SERVER
for name in ('main', 'zope'):
    loadwsgi.loadcontext(loadwsgi.APP, 'config:' + path, name)
logging.config.fileConfig(path, {'__file__': path, 'here': '/'})
print(sorted(type(handler).__name__ for handler in logging.getLogger().handlers))
`;

testWith(zope)('parity: what Zope refuses at start, the check of zope.conf refuses', async (t) => {
  const {path: prefix} = await dir({unsafeCleanup: true});
  const {plan, diagnostics} = await lowerText(`
[buildout]
parts = instance
[instance]
recipe = plone.recipe.zope2instance
eggs = Zope
zope-conf-additional = maximum-number-of-session-objects 0
`);
  const [conf] = materialise(plan, {prefix, python: zope.python});
  const ran = await execute(conf!.command);
  t.not(ran.status, 0);
  t.regex(ran.stderr, /'maximum-number-of-session-objects' is not a known key name/);
  t.deepEqual(
    diagnostics.map(({kind}) => kind.id),
    ['CFG518'],
  );
});

for (const part of ['demo', 'changes', 'nofile', 'cache', 'off'] as const) {
  testWith(zope)(`parity: Zope reads the ${part} storage`, async (t) => {
    const {path: prefix} = await dir({unsafeCleanup: true});
    const {plan} = await lowerFolder(join(cases, 'plone.recipe.zope2instance-storages'));
    const host = {prefix, python: zope.python};
    const mine = plan.entries.filter(({kind, origin}) => kind === 'directory' || origin.part === part);
    for (const {path, command} of materialise({...plan, entries: mine}, host)) {
      const ran = await execute(command);
      t.is(ran.status, 0, `${path}: ${ran.stderr}`);
    }
    const ini = readFileSync(onHost(entryAt(plan, 'file', `{etc}/${part}/etc/wsgi.ini`).path, host), 'utf8');
    const read = parse(ini);
    t.is(read['server:main']['paste.server_factory'], 'plone.recipe.zope2instance:main');
    t.is(read.handler_eventlog.class, part === 'off' ? 'NullHandler' : 'logging.handlers.SysLogHandler');
  });
}

testWith(zope)('parity: a log file, where it is asked for, or where there is no syslog', async (t) => {
  const {path: prefix} = await dir({unsafeCleanup: true});
  const {plan} = await lowerText(`
[buildout]
parts = zeo instance
[zeo]
recipe = plone.recipe.zeoserver
[instance]
recipe = plone.recipe.zope2instance
eggs = Zope
event-log = \${buildout:directory}/var/log/event.log
[release]
name = site
version = 1.0.0
python = 3.11
syslog = no
`);
  const host = {prefix, python: zope.python};
  for (const {path, command} of materialise(plan, host)) {
    const ran = await execute(command);
    t.is(ran.status, 0, `${path}: ${ran.stderr}`);
  }
  const ini = onHost(entryAt(plan, 'file', '{etc}/instance/etc/wsgi.ini').path, host);
  const loaded = await execute([zope.python, '-c', loadIni, ini]);
  t.is(loaded.stdout, "['FileHandler', 'StreamHandler']\n", loaded.stderr);
  t.is(parse(readFileSync(ini, 'utf8')).handler_eventlog.args, `(r'${prefix}/var/log/event.log', 'a')`);
  const conf = readFileSync(join(dirname(dirname(ini)), '../zeo/etc/zeo.conf'), 'utf8');
  t.true(conf.includes(`path ${prefix}/var/log/zeo.log`));
});
