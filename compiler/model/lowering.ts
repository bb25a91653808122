import type {DiagnosticKind, Report} from '../diagnostics/diagnostic.js';
import type {Config, ResolvedOption, ResolvedSection} from './config.js';
import type {Entry, Origin} from './release-plan.js';
import type {Settings} from './settings.js';
import type {Span} from './source.js';
import type {Text} from './text.js';

/** A part as its recipe sees it. */
export interface Part {
  readonly name: string;
  /** Distribution that the recipe line names (`plone.recipe.zope2instance`), and its entry point (`default`). */
  readonly recipe: string;
  readonly entryPoint: string;
  readonly section: ResolvedSection;
  option(name: string): Text | undefined;
  /** The literal string of an option; undefined where it is absent or left to the host. */
  literal(name: string): string | undefined;
  /** Stripped lines of an option, empty ones left out. */
  lines(name: string): readonly Text[];
  /** The span of an option's value, or of the one line of it that contains `needle`; else of the section. */
  span(name?: string, needle?: string): Span | undefined;
  /** File and line of that span. */
  origin(name?: string, needle?: string): Origin;
}

export interface LowerContext {
  readonly settings: Settings;
  readonly report: Report;
  /** All parts, in install order. */
  readonly parts: readonly Part[];
  section(name: string): ResolvedSection | undefined;
  readonly sections: ReadonlyMap<string, ResolvedSection>;
  option(section: string, name: string): ResolvedOption | undefined;
  /** What `${section:name}` stands for in a template: as `option`, and the names that only the host can fill. */
  reference(section: string, name: string): Text | undefined;
  /** The text of a file that `inputs` named; undefined where it could not be read. */
  input(path: Text): string | undefined;
  /** Whether that file may be run. */
  inputExecutable(path: Text): boolean;
  /**
   * Where a path that holds data lies on the host: a relative path, or one in the profile's folder, moves into the
   * data folder (`var/x` and `x` both become {data}/x); an absolute one stays.
   */
  dataPath(path: Text): Text;
  /** A path of the profile's folder, or any text with such paths in it, put where it lies on the host. */
  placed(value: Text): Text;
}

/** Lowers one recipe: pure, from the part's resolved options to plan entries. */
export interface RecipeLowering {
  readonly recipe: string;
  /** The entry points it answers for; `['default']` where absent. */
  readonly entryPoints?: readonly string[];
  /** Every option that it understands; any other of the part is reported (CFG502), not dropped. A RegExp stands for a family. */
  readonly options: readonly (string | RegExp)[];
  /** For `docs/recipes/`: what becomes of each option, and what the release does instead. */
  readonly page: RecipePage;
  /** Left out in prod, with one note (development tools). */
  readonly developmentOnly?: boolean;
  /** Left out of every release, with one note, as the release does its work: how. */
  readonly replacedBy?: string;
  /** Options that the recipe sets on its own part when it is constructed; asked for while resolving. */
  readonly gives?: (part: Part) => Readonly<Record<string, Text>>;
  /** An option of any name that it gives where nothing else does: variables of the host's environment. */
  readonly givesOther?: (part: Part, name: string) => Text | undefined;
  /** Files of the profile's folder, or URLs, that `lower` wants to read. */
  readonly inputs?: (part: Part) => readonly Text[];
  readonly kinds?: readonly DiagnosticKind[];
  /** Text that it adds at the end of options of other parts, before those are lowered. */
  readonly appends?: (part: Part, context: LowerContext) => readonly Appended[];
  /** A command of the host that the part runs: preflight asserts that it is there. */
  readonly hostCommand?: (part: Part, context: LowerContext) => string | undefined;
  /** The ZODB storages that the part keeps on this host: what an automatic backup must hold. */
  readonly storages?: (part: Part, context: LowerContext) => readonly Storage[];
  lower(part: Part, context: LowerContext): readonly Entry[];
  /** What depends on what all parts planned, this one included: it stands behind the part's own entries. */
  readonly finish?: (part: Part, context: LowerContext, planned: readonly Entry[]) => readonly Entry[];
}

export interface Appended {
  readonly section: string;
  readonly option: string;
  readonly text: Text;
}

/** A storage's files on the host. */
export interface Storage {
  readonly name: string;
  readonly file?: Text;
  readonly blobs?: Text;
}

/** A file that `inputs` named, as the driver read it. */
export interface InputFile {
  readonly text: string;
  readonly executable?: boolean;
}

/** What recipes asked to read, by `show(path)`: `{directory}/templates/zope.conf.in`, or a URL. */
export type InputFiles = ReadonlyMap<string, InputFile>;

export interface RecipePage {
  readonly summary: string;
  /** Option to what becomes of it. */
  readonly options: Readonly<Record<string, string>>;
  /** What the release does differently from the real recipe, and why. */
  readonly differences: readonly string[];
}

/** A rule of the check phase: reads the resolved configuration, reports. */
export interface Rule {
  readonly kind: DiagnosticKind;
  check(context: RuleContext): void;
}

export interface RuleContext {
  readonly settings: Settings;
  readonly report: Report;
  /** Parts that would be built, in install order. */
  readonly parts: readonly Part[];
  section(name: string): ResolvedSection | undefined;
  /** Sections that were resolved: the parts, and what they refer to. */
  readonly sections: ReadonlyMap<string, ResolvedSection>;
  /** Everything that was read, used or not. */
  readonly config: Config;
  readonly facts: RuleFacts;
}

/** Facts that only the driver can know. */
export interface RuleFacts {
  /** Files that differ from the commit, or are in none, as git names them; empty where there is no repository. */
  readonly dirtyGitFiles: readonly string[];
  /** Canonical names of what is installed from source folders (a dev profile's): they need no pin. */
  readonly developed: ReadonlySet<string>;
  /** Extensions that the command line said to ignore. */
  readonly ignoredExtensions: readonly string[];
  /** URLs in whose place the command line put a file. */
  readonly mappedUrls: ReadonlySet<string>;
}
