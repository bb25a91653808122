import {type ReferenceFault, readReference, splitValue} from '../../grammar/substitution.js';
import type {Report} from '../diagnostics/diagnostic.js';
import type {Config, ConfigSection, HistoryItem, Resolved, ResolvedOption, ResolvedSection} from '../model/config.js';
import type {Target} from '../model/settings.js';
import type {Text} from '../model/text.js';
import {indentedHint} from '../util/indented.js';
import {nearest} from '../util/nearest.js';
import {lastSpan, spanOf} from '../util/option-span.js';
import {dirname, joinPath} from '../util/path.js';
import {fileLine} from '../util/position.js';
import {compareStrings, strip, words} from '../util/python-string.js';
import {show} from '../util/text.js';
import {run, type Task, wait} from '../util/trampoline.js';
import {Failure} from './failure.js';
import {HostRefs} from './host-refs.js';
import {
  badBuildoutOption,
  badRecipe,
  badSubstitution,
  circularReference,
  eggsFolder,
  missingOption,
  missingSection,
  partWithoutRecipe,
  valueTooLong,
} from './kinds.js';
import {Macros, type RawOption, type RawSection} from './macros.js';

/**
 * `literal`: what buildout computes on the machine that compiles.
 * `late-bound`: what depends on the host (the profile's folder, Python, secrets, inputs) stays a reference.
 */
export type Mode = 'literal' | 'late-bound';

export interface ResolveOptions {
  readonly mode: Mode;
  /** For the ABI tag in `eggs-directory`, where `abi-tag-eggs` asks for one. */
  readonly target?: Target;
  /** The options that a part's recipe sets on it when it is constructed. Without it recipes set nothing. */
  readonly gives?: (section: ResolvedSection) => Readonly<Record<string, Text>>;
  /** An option of any name that the recipe gives where nothing else does. */
  readonly givesOther?: (section: ResolvedSection, option: string) => Text | undefined;
  /** Sections that are read although no part refers to them: what fails in them is reported too. */
  readonly alsoRead?: readonly string[];
}

/**
 * Substitutes all values and finds the order of the parts.
 *
 * Each option is substituted alone: one that fails is reported, if a build would read its section, and left out.
 * A section that nothing reads does no harm, as in buildout.
 * Source: zc.buildout 6.0.1, `Buildout.__init__` from `_raw` on, `Buildout.install`, `Options`.
 */
export function resolve(config: Config, report: Report, options: ResolveOptions): Resolved {
  return new Resolver(config, report, options).resolved();
}

/** A section in the making. */
interface Section {
  readonly name: string;
  raw: RawSection;
  readonly cooked: Map<string, string>;
  readonly data: Map<string, string>;
  /** Options that only a recipe set. */
  readonly given: Set<string>;
  /** What read this section first. */
  readonly via: Via | undefined;
}

interface Via {
  readonly section: string;
  readonly option: string;
  readonly needle: string;
}

type Seen = {readonly section: string; readonly option: string}[];

class Resolver {
  private readonly raw: Map<string, RawSection>;
  private readonly sections = new Map<string, Section>();
  private readonly parts: string[] = [];
  private readonly refs: HostRefs;
  private readonly macros: Macros;
  private readonly late: boolean;
  /** Parts that a recipe is being shown because of an option that only it may know. */
  private readonly asking = new Set<Section>();
  private readonly told = new Set<string>();
  private readonly circles = new Map<Section, Map<string, Failure>>();
  private quiet = false;

  constructor(
    private readonly config: Config,
    private readonly report: Report,
    private readonly options: ResolveOptions,
  ) {
    this.late = options.mode === 'late-bound';
    this.refs = new HostRefs(config);
    this.raw = new Map(Array.from(config.sections, ([name, section]) => [name, new Map(section.options)]));
    this.macros = new Macros(this.raw);
  }

  resolved(): Resolved {
    this.construct();
    this.install();
    const touched = new Set(this.sections.keys());
    for (const name of this.options.alsoRead ?? [])
      if (this.raw.has(name) && !this.raw.get(name)!.has('recipe'))
        this.attempt(name, undefined, () => run(this.section(name)));
    this.quiet = true;
    for (const name of [...this.raw.keys()].sort(compareStrings))
      this.attempt(name, undefined, () => run(this.section(name)));
    const {config, parts} = this;
    return {
      config,
      sections: new Map(Array.from(config.sections, ([name, section]) => [name, this.resolvedSection(name, section)])),
      parts,
      touched,
    };
  }

  /** [buildout] itself. Values that change here are seen as they are at that time by what [buildout] refers to. */
  private construct(): void {
    const raw = this.raw.get('buildout')!;
    if (this.late) this.bindPlaces(raw);
    const directory = raw.get('directory')?.raw;
    if (directory !== undefined)
      for (const name of folders) {
        const option = raw.get(name)!;
        if (!option.raw.includes('${')) raw.set(name, {...option, raw: this.inFolder(directory, option.raw)});
      }
    const offline = this.bool('offline', raw.get('offline')?.raw);
    if (!offline) this.bool('newest', raw.get('newest')?.raw);

    const buildout = run(this.section('buildout'));
    const own = this.value(buildout, 'directory', directory === undefined);
    for (const name of folders) {
      const value = this.value(buildout, name);
      if (value !== undefined) buildout.data.set(name, value.includes('${') ? value : this.inFolder(own ?? '', value));
    }
    const installed = this.value(buildout, 'installed');
    if (installed) buildout.data.set('installed', this.inFolder(own ?? '', installed));
    this.checkLogging(buildout);

    const versions = raw.get('versions')?.raw;
    if (versions && this.raw.has(versions)) run(this.section(versions));
    for (const name of ['prefer-final', 'use-dependency-links', 'allow-picked-versions', 'show-picked-versions'])
      this.bool(name, this.value(buildout, name));
    const format = this.value(buildout, 'eggs-directory-version');
    const eggs = this.value(buildout, 'eggs-directory');
    if (format && eggs !== undefined) buildout.data.set('eggs-directory', joinPath(eggs, format));
    const tagged = this.value(buildout, 'abi-tag-eggs', false);
    const tag = this.options.target && abiTag(this.options.target);
    if (tagged !== undefined && this.bool('abi-tag-eggs', tagged) && tag !== undefined)
      buildout.data.set('eggs-directory', joinPath(this.value(buildout, 'eggs-directory') ?? '', tag));
    if (this.bool('install-from-cache', this.value(buildout, 'install-from-cache')) && offline)
      this.fault(
        'buildout',
        'install-from-cache',
        badBuildoutOption,
        "`install-from-cache` can't be used with `offline`",
        {
          hint: 'delete one of the two: nothing is installed in offline mode, not even from the cache',
        },
      );
  }

  private install(): void {
    const buildout = this.sections.get('buildout')!;
    const parts = this.value(buildout, 'parts', true);
    for (const name of words(parts ?? '')) {
      this.attempt('buildout', 'parts', () => {
        const part = run(this.section(name, {section: 'buildout', option: 'parts', needle: name}));
        if (this.value(part, 'recipe') !== undefined || part.raw.has('recipe')) return;
        const near = nearest('recipe', part.raw.keys());
        throw new Failure(partWithoutRecipe, `the part \`${name}\` has no recipe`, {
          needle: name,
          label: 'listed here',
          notes: this.placeOf(name),
          hint: near
            ? `\`${near}\` of [${name}] looks like \`recipe\``
            : `write \`recipe = …\` under [${name}], or take it from the parts`,
        });
      });
    }
  }

  /** Late-bound: the profile's folder and Python are the host's to say. */
  private bindPlaces(raw: RawSection): void {
    const directory = this.refs.marked({ref: 'place', place: 'directory'});
    const bind = (name: string, value: string): void => {
      const option = raw.get(name);
      if (option) raw.set(name, {...option, raw: value});
    };
    for (const name of ['download-cache', 'eggs-directory', 'extends-cache']) {
      const option = raw.get(name);
      if (option?.history.at(-1)?.madeAbsolute) bind(name, this.fromFolder(option));
    }
    bind('directory', directory);
    bind('executable', this.refs.marked({ref: 'python'}));
  }

  /** A folder that merge made absolute, from the profile's folder again, or in the cache where it lay in a home. */
  private fromFolder({raw, history}: RawOption): string {
    const written = history.at(-2)?.value ?? '';
    if (written.startsWith('~'))
      return this.refs.marked({ref: 'place', place: 'cache'}) + raw.slice(raw.lastIndexOf('/'));
    const from = dirname(this.config.entry.path).split('/');
    const to = raw.split('/');
    let common = 0;
    while (common < from.length && from[common] === to[common]) common++;
    const steps = [...from.slice(common).map(() => '..'), ...to.slice(common)];
    return [this.refs.marked({ref: 'place', place: 'directory'}), ...steps].join('/');
  }

  private *section(name: string, via?: Via): Task<Section> {
    const known = this.sections.get(name);
    if (known) return known;
    const raw = this.raw.get(name);
    if (!raw) throw this.missingSection(name, via);
    const section: Section = {name, raw, cooked: new Map(), data: new Map(), given: new Set(), via};
    this.sections.set(name, section);
    yield* this.initialise(section);
    return section;
  }

  private *initialise(section: Section): Task<void> {
    const {name} = section;
    if (section.raw.has('<')) {
      try {
        section.raw = yield* wait(this.macros.extended(name));
      } catch (error) {
        this.record(error, name, '<');
      }
    }
    const substituted = [...section.raw.keys()].filter((key) => section.raw.get(key)!.raw.includes('${'));
    for (const key of substituted.sort(compareStrings)) {
      try {
        const seen: Seen = [{section: name, option: key}];
        const known = this.circles.get(section)?.get(key);
        if (known) throw known;
        section.cooked.set(key, yield* wait(this.substitute(section, key, section.raw.get(key)!.raw, seen)));
      } catch (error) {
        this.rememberCircle(section, key, error);
        this.record(error, name, key);
        if (!this.quiet) yield* this.recordOthers(section, key, error);
      }
    }
    if (name === 'buildout') return;
    for (const dependency of words((yield* this.attemptValue(section, dependencies)) ?? '')) {
      try {
        yield* wait(this.section(dependency, {section: name, option: dependencies, needle: dependency}));
      } catch (error) {
        this.record(error, name, dependencies);
      }
    }
    const recipe = yield* this.attemptValue(section, 'recipe');
    if (!recipe) return;
    if (recipe.split(':').length > 2)
      this.fault(name, 'recipe', badRecipe, `the recipe \`${this.shown(recipe)}\` has more than one colon`, {
        hint: 'write `distribution:entry-point`',
      });
    else this.addGiven(section);
    if (!this.quiet) this.parts.push(name);
  }

  /** Options that the recipe sets when it is made: from now on others can refer to them. */
  private addGiven(section: Section): void {
    if (!this.options.gives) return;
    const configured = this.config.sections.get(section.name)!;
    for (const [option, value] of Object.entries(this.options.gives(this.snapshot(section, configured)))) {
      if (!section.raw.has(option)) section.given.add(option);
      section.data.set(option, this.refs.fromText(value));
    }
  }

  /** What the recipe gives under a name that only the reference to it tells. */
  private otherGiven(section: Section, option: string): string | undefined {
    // An option that refers to a name its own part lacks asks again while the recipe is shown the part.
    if (!this.options.givesOther || !section.raw.has('recipe') || this.asking.has(section)) return undefined;
    const configured = this.config.sections.get(section.name)!;
    this.asking.add(section);
    const shown = this.snapshot(section, configured);
    this.asking.delete(section);
    const value = this.options.givesOther(shown, option);
    if (value === undefined) return undefined;
    const found = this.refs.fromText(value);
    section.given.add(option);
    section.data.set(option, found);
    return found;
  }

  private *attemptValue(section: Section, option: string): Task<string | undefined> {
    if (!section.raw.has(option)) return undefined;
    try {
      return yield* wait(this.get(section, option));
    } catch (error) {
      if (!section.raw.get(option)!.raw.includes('${')) this.record(error, section.name, option);
      return undefined;
    }
  }

  /** Source: `Options.get`. Undefined where the section has no such option. */
  private *get(section: Section, option: string, seen?: Seen): Task<string | undefined> {
    const known = section.data.get(option);
    if (known !== undefined) return known;
    let value = section.cooked.get(option) ?? section.raw.get(option)?.raw;
    if (value === undefined) return this.otherGiven(section, option);
    if (value.includes('${')) {
      const own = seen ?? [];
      if (own.some((each) => each.section === section.name && each.option === option))
        throw this.circular(own, section.name, option);
      own.push({section: section.name, option});
      const known = this.circles.get(section)?.get(option);
      if (known) throw known;
      try {
        value = yield* wait(this.substitute(section, option, value, own));
      } catch (error) {
        this.rememberCircle(section, option, error);
        throw error;
      }
      own.pop();
    }
    section.data.set(option, value);
    return value;
  }

  /** Source: `Options._sub`. */
  private *substitute(section: Section, option: string, value: string, seen: Seen): Task<string> {
    let result = '';
    for (const piece of splitValue(value)) {
      if (!piece.isReference) {
        result = longer(result, piece.text);
        continue;
      }
      const reference = readReference(piece.text);
      if ('fault' in reference) throw badReference(this.shown(piece.text), reference.fault);
      const via = {section: section.name, option, needle: piece.text};
      const target = yield* wait(this.section(reference.section || section.name, via));
      if (this.late && target.name === 'buildout' && eggFolders.has(reference.option))
        this.warnOfEggs(section, option, piece.text);
      const bound = this.late ? this.hostReference(target, reference.option) : undefined;
      const found = bound ?? (yield* wait(this.get(target, reference.option, seen)));
      if (found !== undefined) result = longer(result, found);
      else if (reference.option === ownName) result += section.name;
      else throw this.missingOption(target, reference.option, piece.text);
    }
    return result;
  }

  /**
   * Reports the other references of an option that lead nowhere: buildout stops at the first, who mends a file wants all of them.
   * Whether there is something is asked, not what: values that double with each step would take for ever.
   */
  private *recordOthers(section: Section, option: string, first: unknown): Task<void> {
    const told = new Set(first instanceof Failure ? [first.message] : []);
    for (const piece of splitValue(section.raw.get(option)!.raw)) {
      if (!piece.isReference) continue;
      try {
        yield* this.lookedFor(section, option, piece.text);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (told.has(error.message)) continue;
        told.add(error.message);
        this.record(error, section.name, option);
        if (told.size === mostOfOne) return;
      }
    }
  }

  /** @throws Failure where a reference is none, or what it names is not there */
  private *lookedFor(section: Section, option: string, text: string): Task<void> {
    const reference = readReference(text);
    if ('fault' in reference) throw badReference(this.shown(text), reference.fault);
    const via = {section: section.name, option, needle: text};
    const target = yield* wait(this.section(reference.section || section.name, via));
    const {option: wanted} = reference;
    const there = wanted === ownName || target.raw.has(wanted) || target.data.has(wanted);
    if (!there && this.otherGiven(target, wanted) === undefined) throw this.missingOption(target, wanted, text);
  }

  /** What leads into a circle does so whoever asks; going round it for every option on it would take for ever. */
  private rememberCircle(section: Section, option: string, error: unknown): void {
    if (!(error instanceof Failure) || error.kind !== circularReference) return;
    const known = this.circles.get(section) ?? new Map<string, Failure>();
    this.circles.set(section, known.set(option, error));
  }

  /** `${secrets:x}` and `${inputs:X}` are known on the host alone, whatever the section says about them. */
  private hostReference({name, raw}: Section, option: string): string | undefined {
    if ((name !== 'secrets' && name !== 'inputs') || !raw.has(option) || raw.has('recipe')) return undefined;
    return this.refs.marked({ref: name === 'secrets' ? 'secret' : 'env', name: option});
  }

  private warnOfEggs(section: Section, option: string, needle: string): void {
    if (section.name === 'buildout') return;
    this.record(
      new Failure(
        eggsFolder,
        `\`${section.name}:${option}\` reads \`${needle}\`, and a release has no folder of eggs`,
        {
          needle,
          hint: 'name the distribution under `eggs`: the release installs it into its virtualenv',
        },
      ),
      section.name,
      option,
    );
  }

  /** A value needed at once; what fails has been reported already, or is reported here where `required`. */
  private value(section: Section, option: string, required = false): string | undefined {
    let found: string | undefined;
    try {
      found = run(this.get(section, option));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return undefined;
    }
    if (found === undefined && required) {
      const near = nearest(option, section.raw.keys());
      this.fault(section.name, undefined, missingOption, `[${section.name}] has no option \`${option}\``, {
        hint: near
          ? `\`${near}\` looks like it`
          : (this.inMisspelt(section.name, option) ?? `write \`${option} = …\` under [${section.name}]`),
      });
    }
    return found;
  }

  /** A hint where a section with almost that name has the option. */
  private inMisspelt(name: string, option: string): string | undefined {
    const having = [...this.raw].filter(([, options]) => options.has(option)).map(([other]) => other);
    const near = nearest(name, having);
    return near && `[${near}] has it: write [${name}] there`;
  }

  private bool(name: string, value: string | undefined): boolean {
    if (value === undefined || value === 'true' || value === 'false') return value === 'true';
    const lower = strip(value).toLowerCase();
    const meant = ['yes', 'on', '1', 'true'].includes(lower) ? 'true' : 'false';
    this.fault('buildout', name, badBuildoutOption, `\`${name} = ${this.shown(value)}\` is neither true nor false`, {
      hint: `write \`${name} = ${meant}\``,
    });
    return false;
  }

  private checkLogging(buildout: Section): void {
    const level = this.value(buildout, 'log-level');
    if (level !== undefined && !['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'].includes(level) && !isWhole(level))
      this.fault('buildout', 'log-level', badBuildoutOption, `\`${this.shown(level)}\` is no log level`, {
        hint: 'write DEBUG, INFO, WARNING, ERROR, CRITICAL, or a whole number',
      });
    const verbosity = this.value(buildout, 'verbosity');
    if (verbosity !== undefined && !isWhole(verbosity))
      this.fault(
        'buildout',
        'verbosity',
        badBuildoutOption,
        `the verbosity \`${this.shown(verbosity)}\` is no whole number`,
      );
  }

  private attempt(section: string, option: string | undefined, action: () => unknown): void {
    try {
      action();
    } catch (error) {
      this.record(error, section, option);
    }
  }

  private fault(
    section: string,
    option: string | undefined,
    ...[kind, message, detail]: ConstructorParameters<typeof Failure>
  ): void {
    this.record(new Failure(kind, message, detail), section, option);
  }

  /** Reports a failure at the option where it happened. */
  private record(error: unknown, section: string, option: string | undefined): void {
    if (!(error instanceof Failure)) throw error;
    if (this.quiet) return;
    const {needle, label, notes = [], hint, once} = error.detail;
    const history =
      option === undefined
        ? []
        : (this.sections.get(section)?.raw.get(option)?.history ?? this.raw.get(section)?.get(option)?.history ?? []);
    const last = history.at(-1);
    const given = last?.from === 'command-line' && (needle === undefined || last.value.includes(needle));
    const span = given
      ? undefined
      : ((needle === undefined ? lastSpan({history}) : spanOf({history}, needle)) ??
        this.config.sections.get(section)?.span);
    // A reference may stand in any line of a text; names of parts stand in lists.
    const isName = error.kind === missingSection && !needle?.startsWith('${');
    const indented = span && isName ? indentedHint(span) : undefined;
    // The words of such a line are one mistake.
    const one = indented ? fileLine(span!) : once;
    if (one !== undefined) {
      if (this.told.has(one)) return;
      this.told.add(one);
    }
    const wanted = indented ?? hint;
    const origin = given ? [`\`${section}:${option}\` is set on the command line`] : [];
    this.report({
      kind: error.kind,
      message: error.message,
      ...(span && {
        primary: {span, text: label ?? (option === undefined ? `in [${section}]` : `in \`${section}:${option}\``)},
      }),
      notes: [...notes, ...origin, ...this.chain(section)],
      ...(wanted !== undefined && {hint: wanted}),
    });
  }

  /** Why a section is read at all, up to the list of parts. */
  private chain(name: string): string[] {
    const steps: string[] = [];
    for (let section = this.sections.get(name); section?.via; section = this.sections.get(section.via.section)) {
      const {via} = section;
      const span = spanOf(this.sections.get(via.section)?.raw.get(via.option), via.needle);
      steps.push(`[${section.name}] is read by \`${via.section}:${via.option}\`${span ? ` (${fileLine(span)})` : ''}`);
      if (steps.length === 8 && section.via) return [...steps, '…'];
    }
    return steps;
  }

  private placeOf(section: string): string[] {
    const span = this.config.sections.get(section)?.span;
    return span ? [`[${section}] stands at ${fileLine(span)}`] : [];
  }

  private missingSection(name: string, via: Via | undefined): Failure {
    const near = nearest(name, this.raw.keys());
    const off = this.switchedOff(name);
    const operator = via && /^[-+=]$/.test(name) ? `\`${via.option} ${name === '=' ? '' : name}= …\`` : undefined;
    return new Failure(missingSection, `there is no section [${this.shown(name)}]`, {
      ...(via && {needle: via.needle}),
      ...(off && {notes: [off]}),
      hint: operator
        ? `an operator stands before the equals sign: write ${operator}`
        : off
          ? 'write the section for this target too, or take the name out'
          : near
            ? `did you mean \`${near}\`?`
            : `write a section [${this.shown(name)}], or take the name out`,
    });
  }

  /** Says so where a section is written, under a condition that is not true for the target. */
  private switchedOff(name: string): string | undefined {
    for (const span of this.config.conditions ?? []) {
      const {source, start, end} = span;
      const header = source.text.slice(source.text.lastIndexOf('\n', start - 1) + 1, start);
      if (/^\[\s*(.*?)\s*:\s*$/.exec(header)?.[1] !== name) continue;
      return `[${name}] stands at ${fileLine(span)}, but \`${source.text.slice(start, end).trim()}\` is not true for the target`;
    }
    return undefined;
  }

  private missingOption(target: Section, option: string, needle: string): Failure {
    const names = [...target.raw.keys(), ...target.given];
    const near = nearest(option, names);
    const stripped = option.trim();
    const recipe = target.raw.get('recipe')?.raw;
    const hint =
      stripped !== option && (target.raw.has(stripped) || target.data.has(stripped))
        ? `blanks belong to the name: write \`\${${target.name}:${stripped}}\``
        : near
          ? `did you mean \`${near}\`?`
          : recipe !== undefined && this.options.gives
            ? `write \`${stripped} = …\` under [${target.name}]; the recipe ${this.shown(recipe)} sets no such option, as far as cfgc knows it`
            : `write \`${stripped} = …\` under [${target.name}]`;
    return new Failure(missingOption, `[${target.name}] has no option \`${this.shown(option)}\``, {
      needle,
      notes: this.placeOf(target.name),
      hint,
    });
  }

  private circular(seen: Seen, section: string, option: string): Failure {
    const start = seen.findIndex((each) => each.section === section && each.option === option);
    const steps = [...seen.slice(start), {section, option}];
    const circle = steps.map((each) => `${each.section}:${each.option}`);
    const placed = steps.map((each, index) => {
      if (steps.length > 10 && index >= 5 && index < steps.length - 4) return '…';
      const span = lastSpan({history: this.sections.get(each.section)?.raw.get(each.option)?.history ?? []});
      return span && index < steps.length - 1 ? `${circle[index]} (${fileLine(span)})` : circle[index]!;
    });
    const shown = placed.length <= 10 ? placed : [...placed.slice(0, 5), '…', ...placed.slice(-4)];
    return new Failure(circularReference, `\`${section}:${option}\` contains itself`, {
      notes: [`the circle: ${shown.join(' → ')}`],
      once: circle.slice(1).sort().join('\n'),
      hint: 'set one of them to a value of its own',
    });
  }

  private shown(value: string): string {
    return show(this.refs.toText(value));
  }

  private resolvedSection(name: string, configured: ConfigSection): ResolvedSection {
    const section = this.sections.get(name);
    return section ? this.snapshot(section, configured) : {name, options: new Map()};
  }

  private snapshot(section: Section, configured: ConfigSection): ResolvedSection {
    const options = new Map<string, ResolvedOption>();
    const failed = new Set<string>();
    for (const [option, {raw, history}] of section.raw) {
      const value = this.snapshotValue(section, option);
      if (value === undefined) failed.add(option);
      else options.set(option, {name: option, value: this.refs.toText(value), raw: this.shown(raw), history});
    }
    for (const option of section.given) {
      const value = this.refs.toText(section.data.get(option)!);
      const item: HistoryItem = {operation: 'set', value: show(value), from: 'recipe'};
      options.set(option, {name: option, value, raw: show(value), history: [item]});
    }
    return {
      name: section.name,
      options,
      ...(failed.size > 0 && {failed}),
      ...(configured.span && {span: configured.span}),
    };
  }

  /** As os.path.join. Late-bound, a folder is a reference, and no slash tells that a path that begins with it is complete. */
  private inFolder(folder: string, path: string): string {
    return this.late && folder !== '' && path.startsWith(folder) ? path : joinPath(folder, path);
  }

  private snapshotValue(section: Section, option: string): string | undefined {
    const known = section.data.get(option);
    if (known !== undefined) return known;
    const plain = section.cooked.get(option) ?? section.raw.get(option)!.raw;
    if (!plain.includes('${')) return plain;
    try {
      return run(this.get(section, option));
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  }
}

/** Bad references that are told of one option: each is looked for in all of its text. */
const mostOfOne = 50;

const folders = ['bin-directory', 'parts-directory', 'eggs-directory', 'develop-eggs-directory'];
const eggFolders = new Set(['eggs-directory', 'develop-eggs-directory']);
const dependencies = '<part-dependencies>';
const ownName = '_buildout_section_name_';

/** Characters of a value. Values that double each other end beyond any memory. */
const valueLimit = 1 << 22;

function longer(value: string, more: string): string {
  if (value.length + more.length <= valueLimit) return value + more;
  throw new Failure(valueTooLong, 'a value of more than 4,194,304 characters is made of others', {
    once: 'too long',
    hint: 'an option that holds another one twice, which holds another one twice, doubles with each: write the value out',
  });
}

function badReference(text: string, fault: ReferenceFault): Failure {
  const whats: Readonly<Record<ReferenceFault, string>> = {
    'no-colon': `\`${text}\` has no colon`,
    'many-colons': `\`${text}\` has too many colons`,
    'bad-section': `the section name in \`${text}\` has characters that it may not have`,
    'bad-option': `the option name in \`${text}\` has characters that it may not have`,
  };
  const variable = /^\$\{([A-Za-z_]\w*)\}$/.exec(text)?.[1];
  return new Failure(badSubstitution, whats[fault], {
    needle: text,
    label: 'buildout reads every ${…} as ${section:option}',
    hint: variable
      ? `for a variable of the shell write \`$${variable}\`; for an option of this section \`\${:${variable}}\``
      : 'letters, digits, blank, dot, underscore and hyphen make a name, one colon stands between two',
  });
}

/** Source: zc.buildout 6.0.1, pep425tags.get_abi_tag. PyPy's tag tells more than a target does. */
function abiTag({python, implementation}: Target): string | undefined {
  const [major, minor] = python.split('.');
  return implementation === 'cpython' ? `cp${major}${minor}` : undefined;
}

/** Whether Python's `int()` takes it. */
function isWhole(value: string): boolean {
  return /^[-+]?\p{Nd}+(?:_\p{Nd}+)*$/u.test(strip(value));
}
