import type {Config, Resolved} from '../model/config.js';
import {show} from '../util/text.js';

export type GraphFormat = 'text' | 'dot' | 'mermaid';
export const graphFormats: readonly GraphFormat[] = ['text', 'dot', 'mermaid'];

/** What extends what, and which part refers to which section. */
export interface ConfigGraph {
  readonly entry: string;
  readonly files: readonly Edge[];
  /** Parts in install order. */
  readonly parts: readonly {readonly name: string; readonly recipe: string}[];
  /** From a part or section to a section whose option it uses. */
  readonly references: readonly Edge[];
}

interface Edge {
  readonly from: string;
  readonly to: string;
}

/** The graph of a configuration; without `resolved` the files alone. */
export function configGraph(config: Config, resolved: Resolved | undefined): ConfigGraph {
  const sections = [...(resolved?.sections.values() ?? [])];
  const references = new Map<string, Edge>();
  for (const section of sections) {
    for (const {raw} of section.options.values()) {
      for (const [, to] of raw.matchAll(/\$\{([^{}:]*):[^{}]*\}/g)) {
        if (to && to !== section.name && to !== 'buildout')
          references.set(`${section.name}\n${to}`, {from: section.name, to});
      }
    }
  }
  return {
    entry: config.entry.name,
    files: unique(config.extendsEdges.map(({from, to}) => ({from: from.name, to: to.name}))),
    parts: (resolved?.parts ?? []).map((name) => {
      const recipe = resolved?.sections.get(name)?.options.get('recipe')?.value;
      return {name, recipe: recipe ? show(recipe) : ''};
    }),
    references: [...references.values()].filter(({from}) => from !== 'buildout'),
  };
}

export function renderGraph(graph: ConfigGraph, format: GraphFormat): string {
  if (format === 'dot') return dot(graph);
  return format === 'mermaid' ? mermaid(graph) : text(graph);
}

/** Files below this depth are not set in further. */
const deepest = 40;

function text({entry, files, parts, references}: ConfigGraph): string {
  const out = ['files'];
  const extended = new Map<string, string[]>();
  for (const {from, to} of files) {
    const list = extended.get(from);
    if (list) list.push(to);
    else extended.set(from, [to]);
  }
  const shown = new Set<string>();
  const waiting = [{name: entry, depth: 1}];
  // No recursion: chains of files may be long.
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const {name, depth} = next;
    const below = extended.get(name) ?? [];
    const again = shown.has(name) && below.length > 0;
    out.push(`${'  '.repeat(Math.min(depth, deepest))}${name}${again ? ' (as above)' : ''}`);
    if (again) continue;
    shown.add(name);
    waiting.push(...below.map((to) => ({name: to, depth: depth + 1})).reverse());
  }
  if (parts.length > 0) out.push('parts, in install order');
  for (const {name, recipe} of parts) {
    out.push(`  ${name}  ${recipe}`);
    const uses = references.filter(({from}) => from === name).map(({to}) => to);
    if (uses.length > 0) out.push(`    uses ${uses.join(', ')}`);
  }
  return `${out.join('\n')}\n`;
}

function dot({entry, files, parts, references}: ConfigGraph): string {
  const quote = (name: string): string =>
    `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
  // Graphviz reads entities of HTML in labels, and not in the names of nodes.
  const label = (name: string): string => quote(name.replaceAll('&', '&amp;'));
  const out = [
    'digraph cfgc {',
    '  rankdir=LR;',
    '  subgraph cluster_files {',
    '    label="files";',
    '    node [shape=note];',
  ];
  out.push(`    ${quote(`file ${entry}`)} [label=${label(entry)}, style=bold];`);
  for (const name of new Set(files.map(({to}) => to))) out.push(`    ${quote(`file ${name}`)} [label=${label(name)}];`);
  for (const {from, to} of files) out.push(`    ${quote(`file ${from}`)} -> ${quote(`file ${to}`)};`);
  out.push('  }', '  subgraph cluster_parts {', '    label="parts";', '    node [shape=box];');
  for (const {name, recipe} of parts) out.push(`    ${quote(name)} [label=${label(`${name}\n${recipe}`)}];`);
  for (const name of sectionsBeside(parts, references)) out.push(`    ${quote(name)} [label=${label(name)}];`);
  for (const {from, to} of references) out.push(`    ${quote(from)} -> ${quote(to)};`);
  out.push('  }', '}');
  return `${out.join('\n')}\n`;
}

function mermaid({entry, files, parts, references}: ConfigGraph): string {
  const ids = new Map<string, string>();
  const id = (kind: string, name: string): string => {
    const key = `${kind} ${name}`;
    if (!ids.has(key)) ids.set(key, `n${ids.size}`);
    return ids.get(key)!;
  };
  const quote = (name: string): string => `"${mermaidText(name).replaceAll('\n', '<br>')}"`;
  const node = (kind: string, name: string, label = name): string => `${id(kind, name)}[${quote(label)}]`;
  const out = ['flowchart LR', '  subgraph files'];
  out.push(`    ${node('file', entry)}`);
  for (const {from, to} of files) out.push(`    ${node('file', from)} --> ${node('file', to)}`);
  out.push('  end', '  subgraph parts');
  for (const {name, recipe} of parts) out.push(`    ${node('part', name, recipe ? `${name}\n${recipe}` : name)}`);
  for (const name of sectionsBeside(parts, references)) out.push(`    ${node('part', name)}`);
  for (const {from, to} of references) out.push(`    ${id('part', from)} --> ${id('part', to)}`);
  out.push('  end');
  return `${out.join('\n')}\n`;
}

/** Sections that are no parts and stand at either end of a reference. */
function sectionsBeside(parts: ConfigGraph['parts'], references: readonly Edge[]): ReadonlySet<string> {
  const names = new Set(references.flatMap(({from, to}) => [from, to]));
  for (const {name} of parts) names.delete(name);
  return names;
}

/**
 * A name in a quoted label of Mermaid. All that means something to it, or to the Markdown and HTML that it makes of labels,
 * is written by number: quotes, `#`, `%%{`, `<`, backticks, `$$`, `style:…`, `fa:…`, `_x_`, `1. x`.
 */
function mermaidText(name: string): string {
  return name.replace(
    /(?<![\p{L}\p{N}])[._=+-]|[._=+-](?![\p{L}\p{N}])|[^\p{L}\p{M}\p{N} ,/._=+\n-]/gu,
    (found) => `#${found.codePointAt(0)};`,
  );
}

function unique(edges: readonly Edge[]): readonly Edge[] {
  return [...new Map(edges.map((edge) => [`${edge.from}\n${edge.to}`, edge])).values()];
}
