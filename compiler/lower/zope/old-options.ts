/** Options of Zope 2 and ZServer that old files still carry, and what does the same today. */
import type {DiagnosticKind, Report} from '../../diagnostics/diagnostic.js';
import type {Part} from '../../model/lowering.js';

export const oldZopeOption: DiagnosticKind = {
  id: 'CFG517',
  name: 'old-zope-option',
  severity: 'warning',
  explain: `
What it does: names an option of plone.recipe.zope2instance that belonged to ZServer or Zope 2, and what does the same with WSGI.
Why: the recipe still takes these options and does nothing with them, so a limit or a user that a file asks for is not there.
\`products\` and \`port-base\` are worse: the recipe writes them into zope.conf, and Zope then refuses to start. cfgc leaves them out.
Example: "zserver-threads = 4". Write "threads = 4".
Source: plone.recipe.zope2instance 9.1.0, Zope 6.3 wsgischema.xml.
`,
};

interface Old {
  readonly why: string;
  readonly instead: string;
}

const loggingInstead = 'write `event-log-handler`, `event-log-args` and `event-log-kwargs`';

const oldOptions: Readonly<Record<string, Old>> = {
  'zserver-threads': {why: 'ZServer is gone', instead: 'write `threads = …`'},
  'effective-user': {why: 'Zope does not change its user any more', instead: 'write `user = …` under [release]'},
  'deprecation-warnings': {
    why: 'zope.conf has no warnfilter any more',
    instead: 'write `PYTHONWARNINGS …` under `environment-vars`',
  },
  'enable-product-installation': {why: 'Zope 4 took it out', instead: 'take it out'},
  'icp-address': {why: 'ZServer is gone', instead: 'let the load balancer ask by HTTP'},
  'ftp-address': {why: 'ZServer is gone', instead: 'take it out'},
  'webdav-address': {
    why: 'ZServer is gone',
    instead: 'take it out; `webdav-source-port` goes into `zope-conf-additional`',
  },
  'webdav-force-connection-close': {why: 'ZServer is gone', instead: 'take it out'},
  'ip-address': {why: 'ZServer is gone', instead: 'write the address in `http-address = 127.0.0.1:8080`'},
  'http-force-connection-close': {why: 'ZServer is gone', instead: 'take it out'},
  'http-header-max-length': {why: 'ZServer is gone', instead: 'take it out; waitress limits headers by itself'},
  'pid-file': {why: 'Zope keeps Z4.pid in its client home', instead: 'take it out; the supervisor knows the process'},
  'lock-file': {why: 'Zope has no lock file any more', instead: 'take it out'},
  'access-log-custom': {why: 'logging is set up in wsgi.ini', instead: loggingInstead.replaceAll('event', 'access')},
  'event-log-max-size': {why: 'logging is set up in wsgi.ini', instead: 'take it out: syslog rotates, or logrotate'},
  'event-log-old-files': {why: 'logging is set up in wsgi.ini', instead: 'take it out: syslog rotates, or logrotate'},
  'access-log-max-size': {why: 'logging is set up in wsgi.ini', instead: 'take it out: syslog rotates, or logrotate'},
  'access-log-old-files': {why: 'logging is set up in wsgi.ini', instead: 'take it out: syslog rotates, or logrotate'},
  mailinglogger: {
    why: 'the recipe writes only its %import',
    instead: 'write `event-log-handler = mailinglogger.MailingLogger`, with its args',
  },
  'zope2-location': {why: 'Zope is a distribution', instead: 'take it out'},
  'zeo-username': {why: 'ZEO has no authentication any more', instead: 'take it out'},
  'zeo-password': {why: 'ZEO has no authentication any more', instead: 'take it out'},
  'zeo-realm': {why: 'ZEO has no authentication any more', instead: 'take it out'},
  products: {
    why: 'Zope 4 has no products folders, and refuses the line',
    instead: 'make a distribution of it, and name it under `eggs`',
  },
  'port-base': {why: 'Zope refuses the line', instead: 'add it to the port in `http-address`'},
  'relative-paths': {why: 'a release lies in its last place from the start', instead: 'take it out'},
};

/** Their names, for the recipe's list of options. */
export const oldOptionNames: readonly string[] = Object.keys(oldOptions);

/** What becomes of each, for the recipe's page. */
export const oldOptionPage: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(oldOptions).map(([name, {why, instead}]) => [name, `nothing: ${why}; ${instead}`]),
);

export function reportOldOptions(part: Part, report: Report): void {
  for (const [name, {why, instead}] of Object.entries(oldOptions)) {
    if (!part.option(name)?.pieces.length) continue;
    const span = part.span(name);
    report({
      kind: oldZopeOption,
      message: `\`${name}\` of part \`${part.name}\` has no effect with WSGI`,
      ...(span && {primary: {span, text: why}}),
      hint: instead,
    });
  }
}
