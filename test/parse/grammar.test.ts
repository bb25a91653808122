/** What chevrotain would check at each start, were it asked to. */
import test from 'ava';
import {Lexer} from 'chevrotain';
import {CfgParser} from '../../grammar/cfg-parser.js';
import {cfgTokens} from '../../grammar/tokens.js';

test('the grammar of .cfg files is sound by the rules of its own tool', (t) => {
  t.deepEqual(new Lexer(cfgTokens, {positionTracking: 'onlyOffset'}).lexerDefinitionErrors, []);
  t.notThrows(() => new CfgParser(false));
});
