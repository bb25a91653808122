/** Checks `zope-conf-additional`: what Zope refuses there stops the site at its start. */
import type {DiagnosticKind, Report} from '../../diagnostics/diagnostic.js';
import type {Part} from '../../model/lowering.js';
import {didYouMean} from '../../util/nearest.js';
import {show, text} from '../../util/text.js';

export const zopeConfKey: DiagnosticKind = {
  id: 'CFG518',
  name: 'zope-conf-key',
  severity: 'error',
  explain: `
What it does: stops at a line of \`zope-conf-additional\` that Zope doesn't know, or at a section that isn't closed.
Why: Zope then doesn't start. Such a release would be built, switched to, and taken back by the health gate.
Example: "maximum-number-of-session-objects 0" is of Zope 2. Take it out.
Source: Zope 6.3, Zope2/Startup/wsgischema.xml.
`,
};

/** Keys of Zope 6.3's WSGI schema. */
const keys = [
  'instancehome',
  'clienthome',
  'debug-mode',
  'debug-exceptions',
  'locale',
  'datetime-format',
  'python-check-interval',
  'http-realm',
  'automatically-quote-dtml-request-data',
  'zmi-bookmarkable-urls',
  'pid-filename',
  'trusted-proxy',
  'max-conflict-retries',
  'security-policy-implementation',
  'skip-authentication-checking',
  'skip-ownership-checking',
  'verbose-security',
  'default-zpublisher-encoding',
  'webdav-source-port',
  'enable-ms-public-header',
  'enable-xmlrpc',
];

const sections = ['environment', 'zodb_db', 'product-config', 'dos_protection'];

/** Keys and sections of Zope 2 that old files carry, and what to write now. */
const gone: Readonly<Record<string, string>> = {
  'maximum-number-of-session-objects': "take it out: sessions are Products.TemporaryFolder's business now",
  'session-add-notify-script-path': 'take it out: sessions are a distribution of their own',
  'session-delete-notify-script-path': 'take it out: sessions are a distribution of their own',
  'session-timeout-minutes': 'take it out: sessions are a distribution of their own',
  'session-resolution-seconds': 'take it out: sessions are a distribution of their own',
  'clock-server': 'use a part of z3c.recipe.usercrontab, or a service, that asks the URL',
  'publisher-profile-file': 'write `profile = on` in the part',
  'effective-user': 'write `user = …` under [release]',
  'lock-filename': 'take it out: Zope has no lock file any more',
  'zserver-threads': 'write `threads = …` in the part',
  'zserver-read-only-mode': 'write `read-only = true` in the part',
  'http-server': 'write `http-address = …` in the part',
  'webdav-source-server': 'write `webdav-source-port …` here',
  'ftp-server': 'take it out: ZServer is gone',
  'icp-server': 'take it out: ZServer is gone',
  'dns-server': 'take it out: ZServer is gone',
  'port-base': 'add it to the port in `http-address`',
  'ip-address': 'write the address in `http-address`',
  'large-file-threshold': 'write `max-request-body-size = …` in the part',
  'max-listen-sockets': 'take it out: waitress has no such limit',
  'enable-product-installation': 'take it out',
  'rest-input-encoding': 'take it out',
  'rest-output-encoding': 'take it out',
  eventlog: 'write `event-log-handler` and its args in the part',
  logger: 'write `access-log-handler` and its args in the part',
  warnfilter: 'write `PYTHONWARNINGS …` under `environment-vars`',
  products: 'make a distribution of it, and name it under `eggs`',
  path: 'write `extra-paths = …` in the part',
};

export function checkZopeConf(part: Part, option: string, report: Report): void {
  const refuse = (line: string, message: string, why: string, hint?: string): void => {
    const span = part.span(option, line);
    report({kind: zopeConfKey, message, ...(span && {primary: {span, text: why}}), ...(hint && {hint})});
  };
  const open: string[] = [];
  // An imported package brings section types of its own.
  let imported = false;
  for (const raw of show(part.option(option) ?? text()).split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('%')) {
      imported ||= line.startsWith('%import');
      continue;
    }
    const closing = /^<\/([^\s>]+)\s*>$/.exec(line);
    const opening = /^<([^\s/>]+)(?:\s+[^>]*?)?(\/)?>$/.exec(line);
    if (closing) {
      if (open.pop() !== closing[1]!.toLowerCase()) {
        refuse(line, `\`${line}\` closes no section that is open (part \`${part.name}\`)`, 'nothing to close here');
        return;
      }
    } else if (opening) {
      const type = opening[1]!.toLowerCase();
      if (open.length === 0 && !sections.includes(type) && (!imported || Object.hasOwn(gone, type))) {
        const hint = gone[type] ?? didYouMean(type, sections);
        refuse(
          line,
          `Zope knows no section \`${type}\` in zope.conf (part \`${part.name}\`)`,
          'Zope refuses to start',
          hint,
        );
      }
      if (opening[2] === undefined) open.push(type);
    } else if (open.length === 0) {
      const key = /^\S+/.exec(line)![0].toLowerCase();
      if (keys.includes(key)) continue;
      const hint = gone[key] ?? didYouMean(key, keys);
      refuse(line, `Zope knows no key \`${key}\` in zope.conf (part \`${part.name}\`)`, 'Zope refuses to start', hint);
    }
  }
  for (const type of open) {
    refuse(
      `<${type}`,
      `section \`${type}\` of \`${option}\` is not closed (part \`${part.name}\`)`,
      'opened here',
      `add \`</${type}>\``,
    );
  }
}
