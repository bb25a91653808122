import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Config} from '../../model/config.js';
import type {Source, Span} from '../../model/source.js';
import {fileLine} from '../../util/position.js';
import type {LintRule} from '../rule.js';

const kind: DiagnosticKind = {
  id: 'CFG433',
  name: 'shadowed-value',
  severity: 'warning',
  explain: `
What it does: names values that another one hides without meaning to: twice the same option in one file, or the same option in two
files of one \`extends\` list, with different values.
Why: a file that extends another one overrides it on purpose. Files beside each other do not know of each other: the last one wins.
Example: "extends = zope.cfg plone.cfg", and both set "[instance] eggs". Write "eggs +=" in the second one.
Pins are reported as CFG434.
Source: zc.buildout 6.0.1, extends is folded from the left.`,
};

export const shadowedValue: LintRule = {
  kind,
  check({config, section, report}) {
    const versions = section('buildout')?.options.get('versions')?.raw.trim() || 'versions';
    const extendsFile = reach(config);
    for (const {name, options} of config.sections.values()) {
      if (name === versions) continue;
      for (const option of options.values()) {
        const writers = option.history.filter((item) => item.operation === 'set' && item.span);
        for (const [index, item] of writers.entries()) {
          const later = writers[index + 1];
          if (!later || later.value === item.value) continue;
          const [old, now] = [item.span!, later.span!];
          if (old.source === now.source || extendsFile(now.source, old.source)) continue;
          report({
            kind,
            message: `\`${option.name}\` of [${name}] is set in two files that do not extend each other`,
            primary: {span: old, text: `${fileLine(now)} hides this value`},
            secondary: [{span: now, text: 'this one wins: its file is extended later'}],
            hint: `write \`${option.name} +=\` in the later file, or take the earlier line away`,
          });
        }
      }
    }
    for (const source of config.sources) {
      for (const {option, section: inSection, first, second} of repeated(source)) {
        report({
          kind,
          message: `\`${option}\` of [${inSection}] is written twice in one file`,
          primary: {span: first, text: `${fileLine(second)} hides this value`},
          secondary: [{span: second, text: 'this one wins'}],
          hint: `take one of the two away; where both are meant, write \`${option} +=\` the second time`,
        });
      }
    }
  },
};

/** Whether one file extends another, however many steps lie between. */
function reach(config: Config): (from: Source, to: Source) => boolean {
  const below = new Map<Source, Set<Source>>();
  const targets = (from: Source): Set<Source> => {
    const known = below.get(from);
    if (known) return known;
    const all = new Set<Source>();
    below.set(from, all);
    for (const edge of config.extendsEdges) {
      if (edge.from !== from) continue;
      all.add(edge.to);
      for (const source of targets(edge.to)) all.add(source);
    }
    return all;
  };
  return (from, to) => targets(from).has(to);
}

interface Repeated {
  readonly section: string;
  readonly option: string;
  readonly first: Span;
  readonly second: Span;
}

/** Options that stand twice under one section name of one file. Sections with a condition are left out: they exclude each other. */
function repeated(source: Source): readonly Repeated[] {
  const found: Repeated[] = [];
  const seen = new Map<string, Span>();
  let section: string | undefined;
  for (const line of source.text.matchAll(/^.*$/gm)) {
    const header = /^\[\s*([^\s[\]{}:]+)\s*\]/.exec(line[0]);
    if (line[0].startsWith('[')) section = header?.[1];
    const option = /^([^\s#;[=+-][^=]*?)\s*=(?!>)/.exec(line[0])?.[1];
    if (section === undefined || option === undefined || /[+-]$/.test(option)) continue;
    const span = {source, start: line.index, end: line.index + option.length};
    const first = seen.get(`${section}\n${option}`);
    if (first) found.push({section, option, first, second: span});
    seen.set(`${section}\n${option}`, span);
  }
  return found;
}
