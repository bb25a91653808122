/** The drop-in of samples/zope, as it is emitted, in a real rsyslogd: one local file, and receivers by UDP and TCP. */
import {mkdtempSync} from 'node:fs';
import {chmod, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {eventually} from '../harness/eventually.js';
import {execute, needsProgram, projectRoot} from '../harness/tools.js';
import {ownDevLog, receivers, rsyslogMissing, startRsyslog} from './rsyslog.js';

const missing = (await rsyslogMissing()) ?? needsProgram('logger', 'python3');
const name = "e2e: the emitted drop-in keeps the application's lines and sends them on, with facility and severity";

if (missing !== undefined) test.skip(`${name} [skipped: ${missing}]`, (t) => t.pass());
else
  test(name, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'cfgc-log-'));
    await chmod(folder, 0o755);
    const remotes = await receivers();
    const emitted = await execute([
      process.execPath,
      join(projectRoot, 'dist/cfgc.cjs'),
      join(projectRoot, 'samples/zope/prod.cfg'),
      ...['--locked', '--allow-dirty', '--emit', 'rsyslog'],
      `release:syslog-remotes=${remotes.addresses.join('\n')}`,
    ]);
    t.is(emitted.status, 0, emitted.stderr);
    const log = await startRsyslog(folder, emitted.stdout, 'bulletin.log');
    t.teardown(async () => {
      await log.close();
      remotes.close();
      await rm(folder, {recursive: true, force: true});
    });
    const sent = await execute([
      ...ownDevLog(folder),
      'sh',
      '-c',
      `logger -t bulletin -p local3.err 'the script fails' &&
logger -t other -p local3.info 'of somebody else' &&
logger -t bulletin-two -p local3.info 'of somebody else' &&
logger -t bulletin -p local4.info 'at another facility' &&
python3 -c '
import logging.handlers
handler = logging.handlers.SysLogHandler("/dev/log", facility="local3")
handler.setFormatter(logging.Formatter("bulletin@instance1: %(levelname)s %(message)s"))
logging.root.addHandler(handler)
logging.root.warning("of a Zope")'`,
    ]);
    t.is(sent.status, 0, sent.stderr);
    // local3 is 19, and <19 * 8 + severity>: 3 is an error, 4 a warning.
    const has = (lines: () => string, wanted: RegExp) =>
      eventually(async () => wanted.test(lines()) || undefined).then((found) =>
        t.truthy(found, `${wanted}: ${lines()}`),
      );
    await has(log.file, / bulletin: the script fails$/m);
    await has(log.file, / bulletin@instance1: WARNING of a Zope/m);
    for (const lines of [remotes.udp, remotes.tcp]) {
      await has(() => lines.join('\n'), /^<155>1 .* bulletin .*the script fails/m);
      await has(() => lines.join('\n'), /^<156>1 .* bulletin@instance1 .*WARNING of a Zope/m);
      t.notRegex(lines.join('\n'), /somebody else|another facility/);
    }
    t.notRegex(log.file(), /somebody else|another facility/);
  });
