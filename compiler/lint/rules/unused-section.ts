import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Config} from '../../model/config.js';
import {didYouMean} from '../../util/nearest.js';
import type {LintRule} from '../rule.js';

const kind: DiagnosticKind = {
  id: 'CFG431',
  name: 'unused-section',
  severity: 'warning',
  explain: `
What it does: names sections that are no parts and that nothing refers to.
Why: their options have no effect; most often the name is misspelt, or what used them is gone.
Example: [instace] with options, while the part is [instance]. Correct the name, or take the section away.
Source: all files of the profile.`,
};

/** Sections that cfgc, buildout or a known extension reads without a reference. */
const read = new Set([
  'buildout',
  'versions',
  'release',
  'permissions',
  'layout',
  'backup',
  'healthcheck',
  'secrets',
  'webhooks',
  'inputs',
  'system',
  'sources',
  'branches',
  'rewrites',
  'remotes',
  'autodevelop',
  'versionannotations',
  'mr.developer',
]);

export const unusedSection: LintRule = {
  kind,
  check({config, section: resolved, report}) {
    const used = new Set([...read, ...namedSections(config)]);
    for (const section of config.sections.values()) {
      if (used.has(section.name) || resolved(section.name)?.options.has('recipe') || !section.span) continue;
      report({
        kind,
        message: `nothing refers to [${section.name}]`,
        primary: {span: section.span, text: 'its options have no effect'},
        hint: didYouMean(section.name, used) ?? 'take it out, or refer to it',
      });
    }
  },
};

/** Every section that a reference, a macro, a forced order, or an option that names sections mentions. */
export function namedSections(config: Config): ReadonlySet<string> {
  const names = new Set<string>();
  for (const section of config.sections.values()) {
    for (const option of section.options.values()) {
      for (const [, name] of option.raw.matchAll(/\$\{([^}:]*):/g)) if (name) names.add(name);
      const lists = ['<', '<part-dependencies>'].includes(option.name) || namesSections.has(option.name);
      if (lists) for (const name of option.raw.split(/[\s,]+/)) if (name !== '') names.add(name);
      for (const {value, from} of option.history) if (from === 'macro') names.add(value.trim());
      for (const [, list] of option.raw.matchAll(/^\s*=>(.*)$/gm)) {
        for (const name of list!.trim().split(/\s+/)) names.add(name);
      }
    }
  }
  return names;
}

/** Options whose words are names of sections. */
const namesSections = new Set([
  'versions',
  'sources',
  'environment',
  'environment-vars-section',
  'deployment',
  'zope2-location',
]);
