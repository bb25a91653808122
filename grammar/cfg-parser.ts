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

  readonly file = this.RULE('file', () => {
    this.SUBRULE(this.preamble);
    this.MANY(() => this.SUBRULE(this.section));
  });

  /** What stands before the first header: blank lines, or a mistake. */
  readonly preamble = this.RULE('preamble', () => {
    this.MANY(() =>
      this.OR([
        {ALT: () => this.CONSUME(Indented)},
        {ALT: () => this.CONSUME(Junk)},
        {ALT: () => this.CONSUME(Option)},
      ]),
    );
  });

  readonly section = this.RULE('section', () => {
    this.CONSUME(Header);
    this.MANY(() => this.OR([{ALT: () => this.CONSUME(Indented)}, {ALT: () => this.CONSUME(Junk)}]));
    this.MANY1(() => this.SUBRULE(this.setting));
  });

  /** An option and the lines that continue it. A junk line does not end it. */
  readonly setting = this.RULE('setting', () => {
    this.CONSUME(Option);
    this.MANY(() => this.OR([{ALT: () => this.CONSUME(Indented)}, {ALT: () => this.CONSUME(Junk)}]));
  });
}
