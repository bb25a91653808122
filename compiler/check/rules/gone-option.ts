import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';
import {lastSpan} from '../../util/option-span.js';

const kind: DiagnosticKind = {
  id: 'CFG419',
  name: 'gone-option',
  severity: 'note',
  explain: `
What it does: names an option of [buildout] that only older buildouts knew.
Why: it has had no effect for years; who reads the file may believe that it has.
Example: "[buildout] unzip = true". Take the line away.
Source: zc.buildout 2.0 to 6.0, changes.`,
};

const gone: Readonly<Record<string, string>> = {
  unzip: 'eggs are no zip files any more',
  'include-site-packages': "a release never sees the host's own packages",
  'exec-sitecustomize': "a release never runs the host's sitecustomize",
  'allowed-eggs-from-site-packages': "a release never sees the host's own packages",
  'include-site-packages-for-buildout': "a release never sees the host's own packages",
  'accept-buildout-test-releases': 'it was for bootstrap.py',
};

export const goneOption: Rule = {
  kind,
  check({config, report}) {
    for (const option of config.sections.get('buildout')?.options.values() ?? []) {
      const why = Object.hasOwn(gone, option.name) ? gone[option.name] : undefined;
      const span = lastSpan(option);
      if (why === undefined || !span) continue;
      report({
        kind,
        message: `\`${option.name}\` of [buildout] has no effect`,
        primary: {span, text: why},
        hint: 'take the line away',
      });
    }
  },
};
