import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import {fileLine} from '../../util/position.js';
import type {LintRule} from '../rule.js';

const kind: DiagnosticKind = {
  id: 'CFG434',
  name: 'pin-differs',
  severity: 'note',
  explain: `
What it does: names pins that differ from those of an extended file.
Why: the extended list (of Plone, of Zope) was tested as a whole; what differs from it was not, and is easily forgotten at the next update.
Example: versions.cfg of Plone has "Pillow = 11.3.0" and prod.cfg "Pillow = 11.1.0". Take the line away once it isn't needed.
Source: all files of the profile.`,
};

export const pinDiffers: LintRule = {
  kind,
  check({config, section, report}) {
    const versions = section('buildout')?.options.get('versions')?.raw.trim() || 'versions';
    for (const option of config.sections.get(versions)?.options.values() ?? []) {
      const writers = option.history.filter((item) => item.operation === 'set' && item.span);
      const last = writers.at(-1);
      const before = writers.findLast((item) => item.value.trim() !== last?.value.trim());
      if (!last?.span || !before?.span || before.span.source === last.span.source) continue;
      report({
        kind,
        message: `\`${option.name}\` is pinned to ${last.value.trim() || 'nothing'}, and to ${before.value.trim() || 'nothing'} in \`${before.span.source.name}\``,
        primary: {span: last.span, text: `differs from ${fileLine(before.span)}`},
        hint: `take the line out, unless the release needs ${last.value.trim() || 'no pin'}`,
      });
    }
  },
};
