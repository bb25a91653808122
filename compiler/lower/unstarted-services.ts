import type {DiagnosticKind, Report} from '../diagnostics/diagnostic.js';
import type {Resolved} from '../model/config.js';
import type {Entry} from '../model/release-plan.js';
import type {Settings} from '../model/settings.js';
import {spanOf} from '../util/option-span.js';
import {show} from '../util/text.js';
import {readyPlace, urlPlace} from './ready-urls.js';

export const askedOfNobody: DiagnosticKind = {
  id: 'CFG526',
  name: 'asked-of-nobody',
  severity: 'warning',
  explain: `
What it does: names a health check that asks a service which no deploy starts.
Why: with "services = none", and no command that starts them, services are started by hand. A deploy waits for the answer until
its deadline, and then says that the release failed.
Example: [release] has "services = none" in a profile that extends one with "url = http://127.0.0.1:8080/" under [healthcheck].
Write "url =" under [healthcheck], or "restart-command = …" under [release].
Source: design of cfgc.
`,
};

/** Reports CFG526. */
export function reportAskedOfNobody(
  entries: readonly Entry[],
  settings: Settings,
  resolved: Resolved,
  report: Report,
): void {
  const {serviceCommands: commands = {}} = settings;
  if (settings.services !== 'none' || commands.start || commands.restart) return;
  const services = new Map(
    entries.flatMap((entry) =>
      entry.kind === 'service' ? entry.ready.map((address) => [readyPlace(address), entry.name] as const) : [],
    ),
  );
  for (const {url} of settings.healthChecks) {
    const place = url && urlPlace(url);
    const name = place === undefined ? undefined : services.get(place);
    if (name === undefined) continue;
    const span = spanOf(resolved.sections.get('healthcheck')?.options.get('url'), show(url!));
    report({
      kind: askedOfNobody,
      message: `the health check asks \`${name}\`, which no deploy starts: \`services = none\``,
      ...(span && {primary: {span, text: 'nobody would answer, unless it runs already'}}),
      hint: 'write `url =` under [healthcheck], or `restart-command = …` under [release]',
    });
  }
}
