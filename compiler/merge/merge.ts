import type {Report} from '../diagnostics/diagnostic.js';
import type {Config, ConfigOption, ConfigSection, HistoryItem} from '../model/config.js';
import type {Graph, GraphFile} from '../model/graph.js';
import {TooManyLines} from '../util/line-change.js';
import {absolutePath, dirname, expandHome, isAbsolute, isUrl, joinPath} from '../util/path.js';
import {compareStrings} from '../util/python-string.js';
import {items, join, last, leaf} from '../util/rope.js';
import {
  applyEffect,
  copyEffect,
  type Effect,
  type EmptyName,
  effectOf,
  type KeyState,
  type SectionState,
  type State,
  thenEffect,
} from '../util/section-effect.js';
import {emptyOptionName, relativeInRemote, tooManyLines, versionsSectionMissing} from './kinds.js';
import {warnOfSurprises} from './surprises.js';

export interface MergeOptions {
  /** What `${buildout:executable}` is where no file says: the path of a Python. */
  readonly executable: string;
}

/** The release of zc.buildout whose answers are given. */
const buildoutVersion = '6.0.1';

/** A history longer than this keeps its newest items: a base shared by many diamonds is applied exponentially often. */
const historyLimit = 1000;

/**
 * All files of the graph as one configuration: extends, `+=`, `-=`, defaults, command line; macros and `${…}` still raw.
 * Source: zc.buildout 6.0.1, `Buildout.__init__` up to `_annotated`.
 */
export function merge(graph: Graph, report: Report, options: MergeOptions): Config {
  return new Merger(graph, report, options).config();
}

class Merger {
  private readonly effects = new Map<GraphFile, Effect>();
  private readonly uses = new Map<GraphFile, number>();
  /** Options that lose their name: what one is said of once. */
  private readonly told = new Set<HistoryItem>();

  constructor(
    private readonly graph: Graph,
    private readonly report: Report,
    private readonly options: MergeOptions,
  ) {}

  config(): Config {
    const {graph} = this;
    for (const file of graph.files) for (const extended of file.extends) this.use(extended);
    for (const file of graph.commandLineExtends) this.use(file);
    const data = this.allFiles();
    this.addVersions(data);
    this.absolutise(data);
    const config: Config = {
      entry: graph.entrySource,
      sources: graph.files.map(({source}) => source),
      extendsEdges: graph.edges,
      sections: new Map(Array.from(data, ([name, section]) => [name, configSection(name, section)])),
      conditions: graph.files.flatMap(({file}) => file.conditions),
    };
    warnOfSurprises(config, graph.files, this.report);
    return config;
  }

  private allFiles(): State {
    const {graph} = this;
    const defaults = (): State => new Map([['buildout', {keys: this.defaults(), span: undefined}]]);
    try {
      const userDefaults = graph.userDefaults && this.stateOf(graph.userDefaults, undefined);
      // Before any other file is opened, for the options of downloads alone: it can fail where the files that follow would not let it.
      if (userDefaults) this.update(defaults(), copyState(userDefaults));
      const data = this.update(defaults(), this.entry(userDefaults));
      for (const file of graph.commandLineExtends) this.update(data, this.stateOf(file, userDefaults));
      return this.update(data, commandLineState(graph));
    } catch (error) {
      if (!(error instanceof TooManyLines)) throw error;
      this.report({
        kind: tooManyLines,
        message: 'an option gets more than 200,000 lines by `+=`',
        hint: 'a file that is extended twice, by files that are extended twice, adds its lines exponentially often: extend it once',
      });
      return defaults();
    }
  }

  private use(file: GraphFile): void {
    this.uses.set(file, (this.uses.get(file) ?? 0) + 1);
  }

  private entry(userDefaults: State | undefined): State {
    return this.graph.entry ? this.stateOf(this.graph.entry, userDefaults) : new Map();
  }

  /** A file with all that it extends, from nothing. The user's defaults go under the first file that extends none. */
  private stateOf(file: GraphFile, userDefaults: State | undefined): State {
    const effect = userDefaults && userDefaults.size > 0 ? this.withDefaults(file, userDefaults) : this.effect(file);
    return applyEffect(effect, new Map(), this.fail);
  }

  private update(state: State, sections: State): State {
    return applyEffect(effectOf(sections), state, this.fail);
  }

  /** The effect of a file, composed once. No recursion: chains of files may be long. */
  private effect(root: GraphFile): Effect {
    const waiting = [root];
    while (waiting.length > 0) {
      const file = waiting.at(-1)!;
      const missing = this.effects.has(file) ? [] : file.extends.filter((extended) => !this.effects.has(extended));
      if (missing.length > 0) waiting.push(...missing.reverse());
      else {
        waiting.pop();
        if (!this.effects.has(file)) this.effects.set(file, this.compose(file, effectOf(fileState(file))));
      }
    }
    return this.effects.get(root)!;
  }

  private compose(file: GraphFile, own: Effect): Effect {
    let effect: Effect | undefined;
    for (const extended of file.extends) {
      const known = this.effects.get(extended)!;
      // The effect of a file that nothing else extends need not be kept: composing goes on in its place.
      if (!effect) effect = this.uses.get(extended) === 1 && !this.graph.userDefaults ? known : copyEffect(known);
      else thenEffect(effect, known);
    }
    return effect ? thenEffect(effect, own) : own;
  }

  private withDefaults(root: GraphFile, userDefaults: State): Effect {
    const path = [root];
    while (path.at(-1)!.required > 0) path.push(path.at(-1)!.extends[0]!);
    const first = path.pop()!;
    // buildout takes `optional-extends` away from a copy that it no longer uses: here the option stays.
    const own = applyEffect(effectOf(fileState(first, true)), copyState(userDefaults), this.fail);
    for (const file of [first, ...path]) for (const extended of file.extends) this.effect(extended);
    const effect = this.compose(first, effectOf(own));
    for (const file of path.reverse()) {
      for (const extended of file.extends.slice(1)) thenEffect(effect, this.effect(extended));
      thenEffect(effect, effectOf(fileState(file)));
    }
    return effect;
  }

  private readonly fail = (section: string, {item}: EmptyName): void => {
    if (item && this.told.has(item)) return;
    if (item) this.told.add(item);
    this.report({
      kind: emptyOptionName,
      message: `an option of [${section}] loses its whole name`,
      ...(item?.span && {primary: {span: item.span, text: 'buildout cuts two characters off the key'}}),
      hint: 'write a blank before the operator: `name += value`',
    });
  };

  private defaults(): Map<string, KeyState> {
    const defaults = new Map<string, KeyState>();
    for (const [key, value] of Object.entries(buildoutDefaults)) defaults.set(key, state(value, 'default'));
    defaults.set('executable', state(this.options.executable, 'default'));
    if (!isUrl(this.graph.entrySource.path))
      defaults.set('directory', state(dirname(this.graph.entrySource.path), 'computed'));
    return defaults;
  }

  private addVersions(data: State): void {
    const buildout = data.get('buildout')!.keys;
    if (!buildout.has('versions')) {
      buildout.set('versions', state('versions', 'default'));
      if (!data.has('versions')) data.set('versions', {keys: new Map(), span: undefined});
    }
    const {value: name, history} = buildout.get('versions')!;
    if (name === '') return;
    const versions = data.get(name)?.keys;
    if (!versions) {
      const span = last(history)?.span;
      this.report({
        kind: versionsSectionMissing,
        message: `there is no section [${name}] for \`versions = ${name}\``,
        ...(span && {primary: {span, text: 'names the section of the pins'}}),
        hint: name.includes('${')
          ? 'buildout takes this name as written, nothing is substituted in it: name the section itself'
          : data.has('versions')
            ? 'write `versions = versions`, or a section of this name'
            : `write a section [${name}]`,
      });
      return;
    }
    if (!versions.has('zc.buildout')) versions.set('zc.buildout', state(`>=${buildoutVersion}`, 'default'));
    if (!versions.has('zc.recipe.egg')) versions.set('zc.recipe.egg', state('>=2.0.6', 'default'));
  }

  /** Three folders of [buildout] are taken from the file that set them. */
  private absolutise(data: State): void {
    const buildout = data.get('buildout')!.keys;
    for (const name of ['download-cache', 'eggs-directory', 'extends-cache']) {
      const option = buildout.get(name);
      if (!option || option.value.includes('${') || isAbsolute(option.value)) continue;
      const newest = last(option.history)!;
      if (newest.span && isUrl(newest.span.source.path)) {
        this.report({
          kind: relativeInRemote,
          message: `\`${name} = ${option.value}\` is a relative folder in a remote file`,
          primary: {span: newest.span, text: `read from ${newest.span.source.path}`},
          hint: `set \`${name}\` in ${this.graph.entrySource.name}, or make it absolute`,
        });
        continue;
      }
      // An option that only `-=` or `+=` without a base made has no file either.
      const base = newest.span
        ? dirname(newest.span.source.path)
        : (buildout.get('directory')?.value ?? this.graph.workingDirectory);
      const expanded = expandHome(option.value, this.graph.home);
      const value = absolutePath(
        isAbsolute(expanded) ? expanded : joinPath(base, expanded),
        this.graph.workingDirectory,
      );
      buildout.set(name, {
        value,
        history: join(option.history, leaf<HistoryItem>({...newest, operation: 'set', value, madeAbsolute: true})),
      });
    }
  }
}

/** Source: zc.buildout 6.0.1, `_buildout_default_options`; `executable` is the running Python there. */
const buildoutDefaults: Readonly<Record<string, string>> = {
  'allow-hosts': '*',
  'allow-picked-versions': 'true',
  'bin-directory': 'bin',
  'develop-eggs-directory': 'develop-eggs',
  'eggs-directory': 'eggs',
  'eggs-directory-version': 'v5',
  executable: '',
  'find-links': '',
  'install-from-cache': 'false',
  installed: '.installed.cfg',
  'log-format': '',
  'log-level': 'INFO',
  newest: 'true',
  offline: 'false',
  'parts-directory': 'parts',
  'prefer-final': 'true',
  python: 'buildout',
  'show-picked-versions': 'false',
  'socket-timeout': '',
  'update-versions-file': '',
  'use-dependency-links': 'true',
  'allow-unknown-extras': 'false',
};

function state(value: string, from: HistoryItem['from']): KeyState {
  return {value, history: leaf<HistoryItem>({operation: 'set', value, from})};
}

function copyState(sections: State): State {
  return new Map(Array.from(sections, ([name, {keys, span}]) => [name, {keys: new Map(keys), span}]));
}

/** A file's sections; what names other files has been followed and is gone. */
function fileState({file}: GraphFile, keepOptional = false): State {
  const sections: State = new Map();
  for (const {name, span, options} of file.sections) {
    const keys = new Map<string, KeyState>();
    for (const {key, value, valueSpan} of options) {
      if (name === 'buildout' && (key === 'extends' || (key === 'optional-extends' && !keepOptional))) continue;
      keys.set(key, {value, history: leaf<HistoryItem>({operation: 'set', value, span: valueSpan, from: 'file'})});
    }
    sections.set(name, {keys, span});
  }
  return sections;
}

/** The last of several assignments to one option wins once they are sorted; they do not win in the order written. */
function commandLineState({commandLine}: Graph): State {
  const sorted = [...commandLine].sort(
    (a, b) =>
      compareStrings(a.section, b.section) || compareStrings(a.option, b.option) || compareStrings(a.value, b.value),
  );
  const sections: State = new Map();
  for (const {section, option, value} of sorted) {
    if (!sections.has(section)) sections.set(section, {keys: new Map(), span: undefined});
    sections.get(section)!.keys.set(option, state(value, 'command-line'));
  }
  sections.get('buildout')?.keys.delete('extends');
  return sections;
}

function configSection(name: string, {keys, span}: SectionState): ConfigSection {
  const options = new Map<string, ConfigOption>();
  keys.forEach(({value, history}, key) => {
    options.set(key, {name: key, raw: value, history: items(history, historyLimit)});
  });
  return span ? {name, options, span} : {name, options};
}
