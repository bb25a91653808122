import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import {canonicalName} from '../../util/distribution-name.js';
import {didYouMean} from '../../util/nearest.js';
import {lastSpan} from '../../util/option-span.js';
import {literal, show, words} from '../../util/text.js';
import type {LintRule} from '../rule.js';

const kind: DiagnosticKind = {
  id: 'CFG430',
  name: 'unused-pin',
  severity: 'note',
  explain: `
What it does: names pins of distributions that the lock does not hold.
Why: a pin that nothing uses is kept up to date for nothing, or is misspelt and pins nothing.
Example: "Pilow = 11.3.0" under [versions]. Correct the name, or take the line away.
Pins of buildout's own tools, of recipes and of extensions are used by bin/buildout, and are not reported. Without a lock nothing is.
Source: the lock beside the profile.`,
};

const tools = ['zc.buildout', 'zc.recipe.egg', 'setuptools', 'pip', 'wheel', 'distribute', 'packaging'];

export const unusedPin: LintRule = {
  kind,
  check({locked, section, config, report}) {
    if (!locked) return;
    const used = new Set([...locked, ...tools.map(canonicalName)]);
    for (const {options} of config.sections.values()) {
      const recipe = /^[\w.-]+/.exec(options.get('recipe')?.raw.trim() ?? '')?.[0];
      if (recipe !== undefined) used.add(canonicalName(recipe));
    }
    const extensions = section('buildout')?.options.get('extensions')?.value;
    for (const word of extensions ? words(extensions) : []) used.add(canonicalName(show(word)));
    const name = section('buildout')?.options.get('versions')?.value;
    const pins = section((name && literal(name)?.trim()) || 'versions');
    for (const option of pins?.options.values() ?? []) {
      const span = lastSpan(option);
      // Only what the profile's own folder says: the pins of Plone or Zope come as one list, used or not.
      if (!span || span.source.path.includes('://') || used.has(canonicalName(option.name))) continue;
      report({
        kind,
        message: `nothing uses the pin of \`${option.name}\``,
        primary: {span, text: 'not in the lock'},
        hint: didYouMean(option.name, locked) ?? 'take the line out',
      });
    }
  },
};
