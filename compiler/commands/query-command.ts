import {annotateJson, printAnnotate, printQuery, queryJson} from '../inspect/print-config.js';
import type {ConfigSection, ResolvedSection} from '../model/config.js';
import type {Text} from '../model/text.js';
import {nodeIo} from '../node-io.js';
import {type ReadProfile, readProfile} from '../read-profile.js';
import {didYouMean} from '../util/nearest.js';
import {show} from '../util/text.js';
import type {ReadOptions} from './options.js';
import {requestOf, usage} from './request.js';
import {type Session, startSession} from './session.js';

export interface QueryOptions extends ReadOptions {
  readonly select: readonly string[];
  /** Values as written, as `bin/buildout query` prints them. */
  readonly raw?: boolean;
  /** The name above a value; the whole history of one. */
  readonly verbose?: boolean;
}

/** `cfgc query FILE`: values; one value alone for `-s section:option`. */
export async function queryCommand(file: string, words: readonly string[], options: QueryOptions): Promise<number> {
  const asked = await read(file, words, options, !options.raw, true);
  if (typeof asked === 'number') return asked;
  const {sections, session} = asked;
  const [only = ''] = options.select;
  const single = options.select.length === 1 && options.format !== 'json';
  const [section, ...name] = (single ? withSection(only, sections) : '').split(':');
  const option = name.join(':');
  if (single && option !== '') {
    const found = sections.get(section!)?.options.get(option);
    if (found) process.stdout.write(`${options.verbose ? `\${${section}:${option}}\n` : ''}${printValue(found)}\n`);
  } else process.stdout.write(options.format === 'json' ? queryJson(sections) : printQuery(sections));
  return session.finish();
}

/** `cfgc annotate FILE`: values as written, and what set, added to and took from each. */
export async function annotateCommand(file: string, words: readonly string[], options: QueryOptions): Promise<number> {
  const asked = await read(file, words, options, options.format === 'json');
  if (typeof asked === 'number') return asked;
  process.stdout.write(
    options.format === 'json' ? annotateJson(asked.sections) : printAnnotate(asked.sections, options),
  );
  return asked.session.finish();
}

type Section = ConfigSection | ResolvedSection;

async function read(
  file: string,
  words: readonly string[],
  options: QueryOptions,
  substituted: boolean,
  orBuildout = false,
): Promise<number | {readonly sections: ReadonlyMap<string, Section>; readonly session: Session}> {
  const request = requestOf(file, words, options);
  if ('wrong' in request) return usage(request.wrong);
  // Standard output is for the values.
  const session = startSession({...options, format: 'text'});
  const profile = await readProfile(request, nodeIo, session.report, session.learn);
  if (!profile) return session.finish();
  const all = substituted ? await resolvedSections(profile, session) : profile.config.sections;
  const wanted = options.select.map((word) => (orBuildout ? withSection(word, all) : word));
  const sections = select(all, profile, wanted);
  return 'wrong' in sections ? usage(sections.wrong) : {sections, session};
}

/** Loads what resolves, and the recipes that give options, only where values are asked for. */
async function resolvedSections({config}: ReadProfile, {report}: Session): Promise<ReadonlyMap<string, Section>> {
  const {resolveLiteral} = await import('../compile.js');
  return resolveLiteral(config, report).sections;
}

function select(
  all: ReadonlyMap<string, Section>,
  {config}: ReadProfile,
  wanted: readonly string[],
): ReadonlyMap<string, Section> | {readonly wrong: string} {
  if (wanted.length === 0) return all;
  const chosen = new Map<string, Section>();
  for (const word of wanted) {
    const [name, ...rest] = word.split(':');
    const section = all.get(name!);
    if (!section) return {wrong: say(`there is no section [${name}]`, didYouMean(name!, config.sections.keys()))};
    if (rest.length === 0) {
      chosen.set(name!, section);
      continue;
    }
    const option = rest.join(':');
    const found = section.options.get(option);
    if (!found)
      return {wrong: say(`[${name}] has no option \`${option}\``, didYouMean(option, section.options.keys()))};
    const before = chosen.get(name!)?.options ?? new Map();
    chosen.set(name!, {...section, options: new Map([...before, [option, found]])} as Section);
  }
  return chosen;
}

/** What is no section is an option of [buildout], as in `buildout query`. */
function withSection(word: string, all: ReadonlyMap<string, Section>): string {
  const plain = word.includes(':') || all.has(word) || !all.get('buildout')?.options.has(word);
  return plain ? word : `buildout:${word}`;
}

function printValue(option: {readonly raw: string; readonly value?: Text}): string {
  return option.value ? show(option.value) : option.raw;
}

function say(what: string, hint: string | undefined): string {
  return hint ? `${what}; ${hint}` : what;
}
