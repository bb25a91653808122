import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import {nearest} from '../../util/nearest.js';
import type {LintRule} from '../rule.js';
import {namedSections} from './unused-section.js';

const kind: DiagnosticKind = {
  id: 'CFG432',
  name: 'part-never-built',
  severity: 'note',
  explain: `
What it does: names sections with a recipe that neither \`parts\` names nor a built part refers to.
Why: they are not built. Most often that is meant: a base file offers parts, and a profile takes some. Sometimes \`parts\` has a misspelling.
Example: [supervisor] is there, and "parts = instance supervisr". Correct the name in \`parts\`.
A section that another one takes as a macro ("<= instance-base") is used, and not reported.
Source: all files of the profile.`,
};

export const partNeverBuilt: LintRule = {
  kind,
  check({config, parts, section: resolved, report}) {
    const built = parts.map(({name}) => name);
    const used = namedSections(config);
    for (const section of config.sections.values()) {
      if (
        !resolved(section.name)?.options.has('recipe') ||
        built.includes(section.name) ||
        used.has(section.name) ||
        !section.span
      )
        continue;
      const near = nearest(
        section.name,
        built.filter((name) => !config.sections.has(name)),
      );
      report({
        kind,
        message: `the part \`${section.name}\` is never built`,
        primary: {span: section.span, text: 'not in `parts`, and no part refers to it'},
        hint: near ? `\`parts\` names \`${near}\`` : `to build it: \`parts += ${section.name}\` under [buildout]`,
      });
    }
  },
};
