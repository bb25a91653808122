import type {Source, Span} from './source.js';
import type {Text} from './text.js';

/** What set or changed a value: `set` in a file, `add` by +=, `take` by -=, or where no file did it. */
export interface HistoryItem {
  readonly operation: 'set' | 'add' | 'take';
  readonly value: string;
  /** Undefined where the value is a default, computed, from the command line, or given by a recipe. */
  readonly span?: Span;
  readonly from: 'file' | 'default' | 'computed' | 'command-line' | 'implicit' | 'recipe' | 'macro';
  /** Not a file's doing: buildout made the relative folder of the item before absolute. */
  readonly madeAbsolute?: true;
}

/** One option after merge: raw text (`${…}` still in it) and its whole history, oldest first. */
export interface ConfigOption {
  readonly name: string;
  readonly raw: string;
  readonly history: readonly HistoryItem[];
}

export interface ConfigSection {
  readonly name: string;
  readonly options: ReadonlyMap<string, ConfigOption>;
  /** Where the section's header last stood. */
  readonly span?: Span;
}

/** All files as one. Source: zc.buildout 6.0.1, what `_annotate` and `Buildout.__init__` make before substitution. */
export interface Config {
  readonly entry: Source;
  /** Every file, in the order in which it was first opened. */
  readonly sources: readonly Source[];
  /** For messages: which file extends which, and where. */
  readonly extendsEdges: readonly {from: Source; to: Source; span: Span}[];
  readonly sections: ReadonlyMap<string, ConfigSection>;
  /** Where a section condition was decided for the target; with another target, load again. */
  readonly conditions?: readonly Span[];
}

/** One option after substitution. */
export interface ResolvedOption {
  readonly name: string;
  readonly value: Text;
  readonly raw: string;
  readonly history: readonly HistoryItem[];
}

export interface ResolvedSection {
  readonly name: string;
  readonly options: ReadonlyMap<string, ResolvedOption>;
  /** Options that are written and have no value, since their substitution failed: that was reported. */
  readonly failed?: ReadonlySet<string>;
  readonly span?: Span;
}

/**
 * All values substituted.
 * `parts` are the sections that would be installed, in install order: what is referred to comes first.
 */
export interface Resolved {
  readonly config: Config;
  readonly sections: ReadonlyMap<string, ResolvedSection>;
  readonly parts: readonly string[];
  /** Sections that a build would read: the parts, [buildout], and what they refer to, in the order in which they were begun. */
  readonly touched?: ReadonlySet<string>;
}
