import type {CfgFile} from './cfg-file.js';
import type {Source, Span} from './source.js';

/** One file as it is extended. The same file under two names (`b.cfg`, `a/../b.cfg`) is two of these, as in buildout. */
export interface GraphFile {
  readonly source: Source;
  readonly file: CfgFile;
  /** What it extends, in the order written, then what it extends optionally where that exists. */
  readonly extends: readonly GraphFile[];
  /** How many of `extends` come from the `extends` option; the rest from `optional-extends`. */
  readonly required: number;
}

/** `section:option=value` of the command line; the option keeps its operator (`x +`). */
export interface Assignment {
  readonly section: string;
  readonly option: string;
  readonly value: string;
}

/** All files that a profile consists of. Cycles have been reported and cut. */
export interface Graph {
  /** Undefined where the profile could not be read (already reported). */
  readonly entry: GraphFile | undefined;
  readonly entrySource: Source;
  /** Every file, in the order in which it was first opened. */
  readonly files: readonly GraphFile[];
  readonly edges: readonly {from: Source; to: Source; span: Span}[];
  /** `~/.buildout/default.cfg`, where it was asked for. */
  readonly userDefaults?: GraphFile;
  readonly commandLine: readonly Assignment[];
  /** What `buildout:extends=…` of the command line names. */
  readonly commandLineExtends: readonly GraphFile[];
  /** SHA-256 of every file read from a URL, by URL without its name and password: for the lock. */
  readonly remote: ReadonlyMap<string, string>;
  /** The folder in which relative names of the command line and of `optional-extends` are looked for. */
  readonly workingDirectory: string;
  /** What `~` means. */
  readonly home: string;
}
