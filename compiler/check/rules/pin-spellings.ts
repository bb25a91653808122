import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {ResolvedOption} from '../../model/config.js';
import type {Rule} from '../../model/lowering.js';
import {lastSpan} from '../../util/option-span.js';
import {show} from '../../util/text.js';
import {canonical, isImplicit, pins} from './pins.js';

const kind: DiagnosticKind = {
  id: 'CFG415',
  name: 'pin-spellings',
  severity: {prod: 'error', dev: 'warning'},
  explain: `
What it does: stops where one distribution has two pins in two spellings, with different versions.
Why: for buildout they are two options, and neither overrides the other: the one further down in the merged section wins.
Example: base.cfg pins "Foo.Bar = 1.0" and prod.cfg "foo-bar = 2.0". Write the name in prod.cfg as base.cfg does.
Source: zc.buildout 6.0.1, [versions]; names are compared as PEP 503 says.`,
};

export const pinSpellings: Rule = {
  kind,
  check(context) {
    const byName = new Map<string, ResolvedOption[]>();
    for (const option of pins(context)?.values() ?? []) {
      if (isImplicit(option)) continue;
      const name = canonical(option.name);
      byName.set(name, [...(byName.get(name) ?? []), option]);
    }
    for (const spellings of byName.values()) {
      if (new Set(spellings.map(({value}) => show(value).trim())).size < 2) continue;
      const winner = spellings.at(-1)!;
      const loser = spellings[0]!;
      const span = lastSpan(winner);
      const other = lastSpan(loser);
      context.report({
        kind,
        message: `\`${loser.name}\` and \`${winner.name}\` are one distribution with two pins`,
        ...(span && {primary: {span, text: 'this one wins, as it is further down in the merged section'}}),
        ...(other && {secondary: [{span: other, text: 'the other pin'}]}),
        hint: `keep one spelling: write \`${loser.name} = ${show(winner.value).trim()}\``,
      });
    }
  },
};
