import {CstParser} from 'chevrotain';
import {cfgTokens, Header, Indented, Junk, Option} from './tokens.js';

/**
 * The grammar of a `.cfg` file, over lines.
 *
 * It accepts every text: lines that buildout refuses are `Junk`, or `Indented` where there is nothing to continue,
 * and stand in the tree where they were found, so that all of them can be reported at once.
 */
export class CfgParser extends CstParser {
  constructor(skipValidations = true) {
    super(cfgTokens, {skipValidations, nodeLocationTracking: 'none', maxLookahead: 1});
    this.performSelfAnalysis();
  }

  /** Made once: a list of functions for each line would be much to throw away. */
  private readonly lines = [
    {ALT: () => this.CONSUME(Option)},
    {ALT: () => this.CONSUME(Indented)},
    {ALT: () => this.CONSUME(Junk)},
  ];

  readonly file = this.RULE('file', () => {
    this.SUBRULE(this.preamble);
    this.MANY(() => this.SUBRULE(this.section));
  });

  /** What stands before the first header: blank lines, or a mistake. */
  readonly preamble = this.RULE('preamble', () => {
    this.MANY(() => this.OR(this.lines));
  });

  /**
   * Options, and the lines that continue one: which of them follow which option, their places say. A rule of its own for an
   * option would be entered as often as there are options, which takes longer than all that the rest of a parse does.
   */
  readonly section = this.RULE('section', () => {
    this.CONSUME(Header);
    this.MANY(() => this.OR(this.lines));
  });
}
