import type {ILexerConfig} from 'chevrotain';

/**
 * For every lexer here. The checks of a lexer are for who writes a grammar: a test makes them. What it would find out about
 * the first characters of tokens costs more at each start than it gains in the texts that are read here.
 */
export const lexerOptions: ILexerConfig = {positionTracking: 'onlyOffset', skipValidations: true, safeMode: true};
