import type {Source, Span} from './source.js';

/**
 * One option as it stands in a file, nothing evaluated.
 * `key` keeps its operator the way buildout does (`x`, `x +`, `x+`, `x -`, `<`, `<part-dependencies>`);
 * `value` is what `zc.buildout.configparser.parse` returns for it.
 */
export interface CfgOption {
  readonly key: string;
  readonly value: string;
  readonly keySpan: Span;
  /** From the first character after `=` to the end of the last line that counts. */
  readonly valueSpan: Span;
}

export interface CfgSection {
  readonly name: string;
  readonly span: Span;
  readonly options: readonly CfgOption[];
}

/** A parsed file. Section conditions are already decided for the target. Source: zc.buildout 6.0.1, configparser.parse. */
export interface CfgFile {
  readonly source: Source;
  readonly sections: readonly CfgSection[];
  /** The section conditions that were decided for the target; with another target the file may mean something else. */
  readonly conditions: readonly Span[];
}
