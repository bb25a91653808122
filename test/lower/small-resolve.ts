/**
 * A resolved configuration from one short .cfg text, for tests of the lower phase alone: sections, options, continued
 * lines, `<=` and `${section:option}`. The real phases do this, and much more; a test of one phase starts from a literal.
 */

import {partView} from '../../compiler/lower/part-view.js';
import {givenOptions} from '../../compiler/lower/recipes.js';
import type {ConfigSection, Resolved, ResolvedOption, ResolvedSection} from '../../compiler/model/config.js';
import type {Source, Span} from '../../compiler/model/source.js';
import type {Text} from '../../compiler/model/text.js';
import {lines, place, show, text} from '../../compiler/util/text.js';

interface RawOption {
  raw: string;
  span?: Span;
}

export function smallResolve(source: Source): Resolved {
  const raw = readSections(source);
  const buildout = raw.get('buildout') ?? new Map<string, RawOption>();
  for (const [name, value] of Object.entries({
    'bin-directory': '${buildout:directory}/bin',
    'parts-directory': '${buildout:directory}/parts',
    'eggs-directory': '${buildout:directory}/eggs',
    'develop-eggs-directory': '${buildout:directory}/develop-eggs',
  })) {
    if (!buildout.has(name)) buildout.set(name, {raw: value});
  }
  buildout.set('directory', {raw: ''});
  raw.set('buildout', buildout);
  const given = new Map<string, Map<string, Text>>();
  const value = (section: string, option: string, seen: readonly string[]): Text => {
    if (section === 'buildout' && option === 'directory') return place('directory');
    if (section === 'secrets' && seen.length > 0) return text({ref: 'secret', name: option});
    const key = `${section}:${option}`;
    if (seen.includes(key)) throw new Error(`circular: ${[...seen, key].join(' ')}`);
    const found = raw.get(section)?.get(option);
    if (found === undefined) {
      const gives = given.get(section)?.get(option);
      if (gives) return gives;
      throw new Error(`no option ${key}`);
    }
    return text(
      ...found.raw.split(/(\$\{[^}]*\})/).map((chunk, index) => {
        if (index % 2 === 0) return chunk;
        const [other, name] = chunk.slice(2, -1).split(':');
        return value(other || section, name!, [...seen, key]);
      }),
    );
  };
  const section = (name: string): ResolvedSection => {
    const options = new Map<string, ResolvedOption>();
    const {span} = [...raw.get(name)!.values()].find((option) => option.span) ?? {};
    for (const [option, {raw: written, span: at}] of raw.get(name)!) {
      const history = [
        {operation: 'set', value: written, from: at ? 'file' : 'default', ...(at && {span: at})},
      ] as const;
      options.set(option, {name: option, value: value(name, option, []), raw: written, history});
    }
    for (const [option, gives] of given.get(name) ?? []) {
      const history = [{operation: 'set', value: show(gives), from: 'recipe'}] as const;
      options.set(option, {name: option, value: gives, raw: show(gives), history});
    }
    return {name, options, ...(span && {span})};
  };
  for (const [name, options] of raw) {
    if (!options.has('recipe')) continue;
    const own = withoutReferences(name, options, value);
    given.set(name, new Map(Object.entries(givenOptions(partView(own)))));
  }
  const sections = new Map([...raw.keys()].map((name) => [name, section(name)]));
  const parts = sections.get('buildout')!.options.get('parts');
  return {
    config: {entry: source, sources: [source], extendsEdges: [], sections: new Map<string, ConfigSection>()},
    sections,
    parts: parts ? lines(text(show(parts.value).replace(/\s+/g, '\n'))).map(show) : [],
  };
}

/** The part as its recipe sees it while it is constructed; what refers to options not given yet is left out. */
function withoutReferences(
  name: string,
  options: Map<string, RawOption>,
  value: (section: string, option: string, seen: readonly string[]) => Text,
): ResolvedSection {
  const out = new Map<string, ResolvedOption>();
  for (const [option, {raw}] of options) {
    try {
      out.set(option, {name: option, value: value(name, option, []), raw, history: []});
    } catch {
      // Refers to what a later part's recipe gives.
    }
  }
  return {name, options: out};
}

function readSections(source: Source): Map<string, Map<string, RawOption>> {
  const sections = new Map<string, Map<string, RawOption>>();
  let current: Map<string, RawOption> | undefined;
  let option: {name: string; start: number; lines: string[]} | undefined;
  let offset = 0;
  const end = (): void => {
    if (!current || !option) return;
    const whole = option.lines.join('\n');
    const raw = /^\s*\n/.test(whole) ? dedent(whole.replace(/^\s*\n/, '')) : stripped(whole);
    const start = option.start + (whole.length - whole.trimStart().length);
    current.set(option.name, {raw, span: {source, start, end: option.start + whole.trimEnd().length}});
    option = undefined;
  };
  for (const line of source.text.split('\n')) {
    const header = /^\[(.*)\]\s*$/.exec(line);
    const pair = /^([^\s#=][^=]*?)\s*=(.*)$/.exec(line);
    if (header) {
      end();
      current = new Map();
      sections.set(header[1]!, current);
    } else if (/^\s/.test(line) || (line === '' && option)) option?.lines.push(line);
    else if (pair && current) {
      end();
      option = {name: pair[1]!, start: offset + line.indexOf('=') + 1, lines: [pair[2]!]};
    }
    offset += line.length + 1;
  }
  end();
  for (const options of sections.values()) {
    const base = options.get('<');
    if (!base) continue;
    options.delete('<');
    for (const [name, inherited] of sections.get(base.raw) ?? []) if (!options.has(name)) options.set(name, inherited);
  }
  return sections;
}

function stripped(value: string): string {
  const body = value.split('\n').map((line) => line.trim());
  return body.join('\n').trim();
}

function dedent(value: string): string {
  const body = value.trimEnd().split('\n');
  const least = Math.min(...body.filter((line) => line.trim() !== '').map((line) => /^\s*/.exec(line)![0].length));
  return body.map((line) => line.slice(Number.isFinite(least) ? least : 0)).join('\n');
}
