/** A test of a site whose programs log to a real rsyslogd, where this machine can have one; else they log nowhere. */
import test, {type ExecutionContext} from 'ava';
import {toolBox} from '../harness/tools.js';
import {dropIn, ownDevLog, type Receivers, type Rsyslog, receivers, rsyslogMissing, startRsyslog} from './rsyslog.js';
import {isRoot, makeSite, type Place, type Site, samplePython} from './site.js';

export interface LoggedSite {
  readonly site: Site;
  /** Undefined where this machine can't have one: a test that is skipped says why. */
  readonly log: Rsyslog | undefined;
  readonly remotes: Receivers;
}

interface Wanted {
  readonly sample: 'zope' | 'plone';
  /** Of the file in /var/log that the drop-in writes. */
  readonly logFile: string;
  /** Assignments of the command line. */
  readonly settings: (place: Place) => readonly string[];
}

/** Runs `work` with a site as root with a service user, else as the user who runs this. Sites are built one at a time. */
export async function testLoggedSite(
  title: string,
  {sample, logFile, settings}: Wanted,
  work: (t: ExecutionContext, logged: LoggedSite) => Promise<void>,
): Promise<void> {
  const python = await samplePython();
  const uv = await toolBox('uv');
  const logless = await rsyslogMissing();
  const missing = python.missing ?? uv.missing;
  if (logless !== undefined) test.skip(`${title}: its logs at a real rsyslogd [skipped: ${logless}]`, (t) => t.pass());
  if (missing !== undefined) {
    test.skip(`${title} [skipped: ${missing}]`, (t) => t.pass());
    return;
  }
  test.serial(title, async (t) => {
    const remotes = await receivers();
    const site = await makeSite(
      sample,
      isRoot ? 'root with a service user' : 'ordinary user',
      python.path,
      (place) => [...settings(place), `release:syslog-remotes=${remotes.addresses.join('\n')}`],
      uv.bin('uv'),
      logless === undefined ? ownDevLog : undefined,
    );
    let log: Rsyslog | undefined;
    t.teardown(async () => {
      await site.close();
      await log?.close();
      remotes.close();
    });
    if (logless === undefined) log = await startRsyslog(site.folder, await dropIn(site.profile, remotes), logFile);
    await work(t, {site, log, remotes});
  });
}
