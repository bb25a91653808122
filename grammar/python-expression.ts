/**
 * The grammar of Python expressions, as far as a section condition can use them.
 * Source: the Python language reference, chapter 6 (expressions), for 3.10 to 3.14.
 */
import {createToken, EmbeddedActionsParser, EOF, type IToken, Lexer, type TokenType} from 'chevrotain';
import {lexerOptions} from './lexer-options.js';

/** A node of the syntax tree. Operators keep their spelling. */
export type Expression =
  | {readonly kind: 'number' | 'string'; readonly text: string}
  | {readonly kind: 'name'; readonly name: string}
  | {readonly kind: 'list' | 'tuple' | 'set'; readonly items: readonly Expression[]}
  | {readonly kind: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[]}
  | {readonly kind: 'unary'; readonly operator: string; readonly operand: Expression}
  | {readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression}
  | {readonly kind: 'logical'; readonly operator: 'and' | 'or'; readonly operands: readonly Expression[]}
  | {
      readonly kind: 'compare';
      readonly first: Expression;
      readonly rest: readonly {readonly operator: string; readonly operand: Expression}[];
    }
  | {readonly kind: 'conditional'; readonly test: Expression; readonly yes: Expression; readonly no: Expression}
  | {readonly kind: 'lambda'; readonly parameters: readonly string[]; readonly body: Expression}
  | {readonly kind: 'call'; readonly callee: Expression; readonly args: readonly Argument[]}
  | {readonly kind: 'attribute'; readonly object: Expression; readonly name: string}
  | {readonly kind: 'subscript'; readonly object: Expression; readonly index: Expression}
  | {readonly kind: 'slice'; readonly bounds: readonly (Expression | undefined)[]}
  | {
      readonly kind: 'comprehension';
      readonly of: 'list' | 'set' | 'generator';
      readonly element: Expression;
      readonly clauses: readonly Clause[];
    }
  /** Python that is known and not worked out ahead: f-strings, `:=`, `*x`, `await`, dict comprehensions. */
  | {readonly kind: 'other'; readonly what: string};

export interface Argument {
  readonly name?: string;
  readonly value: Expression;
}

export type Clause = {readonly targets: readonly string[]; readonly source: Expression} | {readonly test: Expression};

const word = createToken({name: 'Name', pattern: /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/});
const keyword = (text: string): TokenType =>
  createToken({name: `Keyword_${text}`, pattern: new RegExp(text), longer_alt: word});
const sign = (name: string, text: string): TokenType => createToken({name, pattern: text});

const Lambda = keyword('lambda');
const If = keyword('if');
const Else = keyword('else');
const Or = keyword('or');
const And = keyword('and');
const Not = keyword('not');
const In = keyword('in');
const Is = keyword('is');
const For = keyword('for');
const Await = keyword('await');
/** Words that begin no expression. */
const Reserved = createToken({
  name: 'Reserved',
  pattern:
    /(?:assert|async|as|break|class|continue|def|del|elif|except|finally|from|global|import|nonlocal|pass|raise|return|try|while|with|yield)(?![\w\u0080-\uffff])/,
});
const Blank = createToken({name: 'Blank', pattern: /[ \t\f]+/, group: Lexer.SKIPPED});
const Comment = createToken({name: 'Comment', pattern: /#[^\n]*/, group: Lexer.SKIPPED});
const NumberToken = createToken({
  name: 'Number',
  pattern:
    /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*\.(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*|\d(?:_?\d)*)(?:[eE][-+]?\d(?:_?\d)*)?[jJ]?)(?![\w\u0080-\uffff])/,
});
const StringToken = createToken({
  name: 'String',
  pattern:
    /(?:[rR][bBfFtT]?|[bBfFtT][rR]?|[uU])?(?:'''(?:[^\\]|\\[\s\S])*?'''|"""(?:[^\\]|\\[\s\S])*?"""|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")/,
  line_breaks: true,
});
const Ellipsis = sign('Ellipsis', '...');
const Walrus = sign('Walrus', ':=');
const Power = sign('Power', '**');
const FloorDivide = sign('FloorDivide', '//');
const ShiftLeft = sign('ShiftLeft', '<<');
const ShiftRight = sign('ShiftRight', '>>');
const LessEqual = sign('LessEqual', '<=');
const GreaterEqual = sign('GreaterEqual', '>=');
const Equal = sign('Equal', '==');
const Unequal = sign('Unequal', '!=');
const Less = sign('Less', '<');
const Greater = sign('Greater', '>');
const Star = sign('Star', '*');
const Divide = sign('Divide', '/');
const Modulo = sign('Modulo', '%');
const At = sign('At', '@');
const Plus = sign('Plus', '+');
const Minus = sign('Minus', '-');
const Ampersand = sign('Ampersand', '&');
const Bar = sign('Bar', '|');
const Caret = sign('Caret', '^');
const Tilde = sign('Tilde', '~');
const OpenRound = sign('OpenRound', '(');
const CloseRound = sign('CloseRound', ')');
const OpenSquare = sign('OpenSquare', '[');
const CloseSquare = sign('CloseSquare', ']');
const OpenCurly = sign('OpenCurly', '{');
const CloseCurly = sign('CloseCurly', '}');
const Comma = sign('Comma', ',');
const Colon = sign('Colon', ':');
const Dot = sign('Dot', '.');
const Assign = sign('Assign', '=');

const tokens: TokenType[] = [
  ...[Blank, Comment, StringToken, NumberToken, Reserved],
  ...[Lambda, If, Else, Or, And, Not, In, Is, For, Await, word],
  ...[Ellipsis, Walrus, Power, FloorDivide, ShiftLeft, ShiftRight, LessEqual, GreaterEqual, Equal, Unequal],
  ...[Less, Greater, Star, Divide, Modulo, At, Plus, Minus, Ampersand, Bar, Caret, Tilde],
  ...[OpenRound, CloseRound, OpenSquare, CloseSquare, OpenCurly, CloseCurly, Comma, Colon, Dot, Assign],
];

type Binary = (left: Expression, operator: string, right: Expression) => Expression;
const binary: Binary = (left, operator, right) => ({kind: 'binary', operator, left, right});

class ExpressionParser extends EmbeddedActionsParser {
  constructor() {
    super(tokens, {skipValidations: true, recoveryEnabled: false, maxLookahead: 2});
    this.performSelfAnalysis();
  }

  readonly whole = this.RULE('whole', (): Expression => {
    const items = this.SUBRULE(this.items);
    this.CONSUME(EOF);
    return this.ACTION(() =>
      items.list.length === 1 && !items.comma ? items.list[0]! : {kind: 'tuple', items: items.list},
    );
  });

  /** Expressions between commas, a last comma allowed. */
  private readonly items = this.RULE('items', (): {list: Expression[]; comma: boolean} => {
    const list = [this.SUBRULE(this.item)];
    let last = false;
    this.MANY({
      GATE: () => !last,
      DEF: () => {
        this.CONSUME(Comma);
        last = true;
        this.OPTION(() => {
          list.push(this.SUBRULE1(this.item));
          last = false;
        });
      },
    });
    return {list, comma: last || list.length > 1};
  });

  private readonly item = this.RULE(
    'item',
    (): Expression =>
      this.OR<Expression>([
        {
          ALT: () => {
            this.CONSUME(Star);
            this.SUBRULE(this.bitOr);
            return {kind: 'other', what: '*'};
          },
        },
        {ALT: () => this.SUBRULE(this.named)},
      ]),
  );

  private readonly named = this.RULE('named', (): Expression => {
    const value = this.SUBRULE(this.expression);
    let result = value;
    this.OPTION(() => {
      this.CONSUME(Walrus);
      this.SUBRULE1(this.expression);
      result = {kind: 'other', what: ':='};
    });
    return result;
  });

  readonly expression = this.RULE(
    'expression',
    (): Expression =>
      this.OR<Expression>([
        {ALT: () => this.SUBRULE(this.lambda)},
        {
          ALT: () => {
            const yes = this.SUBRULE(this.disjunction);
            let result = yes;
            this.OPTION(() => {
              this.CONSUME(If);
              const test = this.SUBRULE1(this.disjunction);
              this.CONSUME(Else);
              const no = this.SUBRULE(this.expression);
              result = {kind: 'conditional', test, yes, no};
            });
            return result;
          },
        },
      ]),
  );

  private readonly lambda = this.RULE('lambda', (): Expression => {
    const parameters: string[] = [];
    let plain = true;
    this.CONSUME(Lambda);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        this.OPTION(() => {
          this.OR([{ALT: () => this.CONSUME(Star)}, {ALT: () => this.CONSUME(Power)}]);
          plain = false;
        });
        parameters.push(this.CONSUME(word).image);
        this.OPTION1(() => {
          this.CONSUME(Assign);
          this.SUBRULE(this.expression);
          plain = false;
        });
      },
    });
    this.CONSUME(Colon);
    const body = this.SUBRULE1(this.expression);
    return plain ? {kind: 'lambda', parameters, body} : {kind: 'other', what: 'lambda'};
  });

  private readonly disjunction = this.RULE('disjunction', (): Expression => {
    const operands = [this.SUBRULE(this.conjunction)];
    this.MANY(() => {
      this.CONSUME(Or);
      operands.push(this.SUBRULE1(this.conjunction));
    });
    return operands.length === 1 ? operands[0]! : {kind: 'logical', operator: 'or', operands};
  });

  private readonly conjunction = this.RULE('conjunction', (): Expression => {
    const operands = [this.SUBRULE(this.inversion)];
    this.MANY(() => {
      this.CONSUME(And);
      operands.push(this.SUBRULE1(this.inversion));
    });
    return operands.length === 1 ? operands[0]! : {kind: 'logical', operator: 'and', operands};
  });

  private readonly inversion = this.RULE('inversion', (): Expression => {
    let count = 0;
    this.MANY(() => {
      this.CONSUME(Not);
      count++;
    });
    let result = this.SUBRULE(this.comparison);
    for (; count > 0; count--) result = {kind: 'unary', operator: 'not', operand: result};
    return result;
  });

  private readonly comparison = this.RULE('comparison', (): Expression => {
    const first = this.SUBRULE(this.bitOr);
    const rest: {operator: string; operand: Expression}[] = [];
    this.MANY(() => {
      const operator = this.OR<string>([
        ...[Less, Greater, LessEqual, GreaterEqual, Equal, Unequal].map((token, index) => ({
          ALT: () => this.consume(index, token).image,
        })),
        {
          ALT: () => {
            this.CONSUME(In);
            return 'in';
          },
        },
        {
          ALT: () => {
            this.CONSUME(Not);
            this.CONSUME1(In);
            return 'not in';
          },
        },
        {
          ALT: () => {
            this.CONSUME(Is);
            return this.OPTION(() => this.CONSUME1(Not)) ? 'is not' : 'is';
          },
        },
      ]);
      rest.push({operator, operand: this.SUBRULE1(this.bitOr)});
    });
    return rest.length === 0 ? first : {kind: 'compare', first, rest};
  });

  private readonly bitOr: () => Expression = this.leftAssociative('bitOr', [Bar], () => this.bitXor);
  private readonly bitXor: () => Expression = this.leftAssociative('bitXor', [Caret], () => this.bitAnd);
  private readonly bitAnd: () => Expression = this.leftAssociative('bitAnd', [Ampersand], () => this.shift);
  private readonly shift: () => Expression = this.leftAssociative('shift', [ShiftLeft, ShiftRight], () => this.sum);
  private readonly sum: () => Expression = this.leftAssociative('sum', [Plus, Minus], () => this.term);
  private readonly term: () => Expression = this.leftAssociative(
    'term',
    [Star, Divide, FloorDivide, Modulo, At],
    () => this.factor,
  );

  private readonly factor = this.RULE('factor', (): Expression => {
    const operators: string[] = [];
    this.MANY(() => {
      const token = this.OR<IToken>([
        {ALT: () => this.CONSUME(Plus)},
        {ALT: () => this.CONSUME(Minus)},
        {ALT: () => this.CONSUME(Tilde)},
      ]);
      operators.push(token.image);
    });
    let result = this.SUBRULE(this.primary);
    this.OPTION(() => {
      this.CONSUME(Power);
      result = binary(result, '**', this.SUBRULE(this.factor));
    });
    for (const operator of operators.reverse()) result = {kind: 'unary', operator, operand: result};
    return result;
  });

  private readonly primary = this.RULE('primary', (): Expression => {
    const awaited = this.OPTION(() => this.CONSUME(Await));
    let result = this.SUBRULE(this.atom);
    this.MANY(() => {
      result = this.OR<Expression>([
        {
          ALT: () => {
            this.CONSUME(Dot);
            return {kind: 'attribute', object: result, name: this.CONSUME(word).image};
          },
        },
        {
          ALT: () => {
            this.CONSUME(OpenRound);
            const args = this.SUBRULE(this.args);
            this.CONSUME(CloseRound);
            return {kind: 'call', callee: result, args};
          },
        },
        {
          ALT: () => {
            this.CONSUME(OpenSquare);
            const index = this.SUBRULE(this.index);
            this.CONSUME(CloseSquare);
            return {kind: 'subscript', object: result, index};
          },
        },
      ]);
    });
    return awaited ? {kind: 'other', what: 'await'} : result;
  });

  private readonly args = this.RULE('args', (): Argument[] => {
    const found: Argument[] = [];
    let last = false;
    this.MANY({
      GATE: () => !last,
      DEF: () => {
        found.push(this.SUBRULE(this.argument));
        last = true;
        this.OPTION(() => {
          this.CONSUME(Comma);
          last = false;
        });
      },
    });
    return found;
  });

  private readonly argument = this.RULE(
    'argument',
    (): Argument =>
      this.OR<Argument>([
        {
          ALT: () => {
            this.OR1([{ALT: () => this.CONSUME(Star)}, {ALT: () => this.CONSUME(Power)}]);
            this.SUBRULE(this.expression);
            return {value: {kind: 'other', what: '*'}};
          },
        },
        {
          ALT: () => {
            const name = this.CONSUME(word).image;
            this.CONSUME(Assign);
            return {name, value: this.SUBRULE1(this.expression)};
          },
        },
        {
          ALT: () => {
            let value = this.SUBRULE(this.named);
            this.OPTION(() => {
              const clauses = this.SUBRULE(this.clauses);
              value = {kind: 'comprehension', of: 'generator', element: value, clauses};
            });
            return {value};
          },
        },
      ]),
  );

  private readonly index = this.RULE('index', (): Expression => {
    const list = [this.SUBRULE(this.slice)];
    let comma = false;
    let last = false;
    this.MANY({
      GATE: () => !last,
      DEF: () => {
        this.CONSUME(Comma);
        comma = true;
        last = true;
        this.OPTION(() => {
          list.push(this.SUBRULE1(this.slice));
          last = false;
        });
      },
    });
    return comma ? {kind: 'tuple', items: list} : list[0]!;
  });

  private readonly slice = this.RULE('slice', (): Expression => {
    const bounds: (Expression | undefined)[] = [this.OPTION(() => this.SUBRULE(this.named))];
    this.OPTION1(() => {
      this.CONSUME(Colon);
      bounds.push(this.OPTION2(() => this.SUBRULE(this.expression)));
      this.OPTION3(() => {
        this.CONSUME1(Colon);
        bounds.push(this.OPTION4(() => this.SUBRULE1(this.expression)));
      });
    });
    return bounds.length === 1 ? (bounds[0] ?? {kind: 'other', what: 'nothing'}) : {kind: 'slice', bounds};
  });

  private readonly clauses = this.RULE('clauses', (): Clause[] => {
    const found: Clause[] = [];
    this.AT_LEAST_ONE(() => {
      this.CONSUME(For);
      const targets: string[] = [];
      this.AT_LEAST_ONE_SEP({SEP: Comma, DEF: () => targets.push(this.CONSUME(word).image)});
      this.CONSUME(In);
      found.push({targets, source: this.SUBRULE(this.disjunction)});
      this.MANY(() => {
        this.CONSUME(If);
        found.push({test: this.SUBRULE1(this.disjunction)});
      });
    });
    return found;
  });

  private readonly atom = this.RULE(
    'atom',
    (): Expression =>
      this.OR<Expression>([
        {ALT: () => ({kind: 'name', name: this.CONSUME(word).image})},
        {ALT: () => ({kind: 'number', text: this.CONSUME(NumberToken).image})},
        {ALT: () => this.SUBRULE(this.strings)},
        {
          ALT: () => {
            this.CONSUME(Ellipsis);
            return {kind: 'other', what: '...'};
          },
        },
        {ALT: () => this.SUBRULE(this.round)},
        {ALT: () => this.SUBRULE(this.square)},
        {ALT: () => this.SUBRULE(this.curly)},
      ]),
  );

  private readonly strings = this.RULE('strings', (): Expression => {
    const texts: string[] = [];
    this.AT_LEAST_ONE(() => texts.push(this.CONSUME(StringToken).image));
    return texts.map((text): Expression => ({kind: 'string', text})).reduce((left, right) => binary(left, '+', right));
  });

  private readonly round = this.RULE('round', (): Expression => {
    this.CONSUME(OpenRound);
    let result: Expression = {kind: 'tuple', items: []};
    this.OPTION(() => {
      const items = this.SUBRULE(this.items);
      this.ACTION(() => {
        result = items.comma ? {kind: 'tuple', items: items.list} : items.list[0]!;
      });
      this.OPTION1(() => {
        result = {kind: 'comprehension', of: 'generator', element: result, clauses: this.SUBRULE(this.clauses)};
      });
    });
    this.CONSUME(CloseRound);
    return result;
  });

  private readonly square = this.RULE('square', (): Expression => {
    this.CONSUME(OpenSquare);
    let result: Expression = {kind: 'list', items: []};
    this.OPTION(() => {
      const items = this.SUBRULE(this.items);
      this.ACTION(() => {
        result = {kind: 'list', items: items.list};
      });
      this.OPTION1(() => {
        const clauses = this.SUBRULE(this.clauses);
        this.ACTION(() => {
          result = {kind: 'comprehension', of: 'list', element: items.list[0]!, clauses};
        });
      });
    });
    this.CONSUME(CloseSquare);
    return result;
  });

  private readonly curly = this.RULE('curly', (): Expression => {
    this.CONSUME(OpenCurly);
    const items: Expression[] = [];
    const entries: [Expression, Expression][] = [];
    let other = false;
    let last = false;
    this.MANY({
      GATE: () => !last,
      DEF: () => {
        last = true;
        this.OR([
          {
            ALT: () => {
              this.CONSUME(Power);
              this.SUBRULE(this.bitOr);
              other = true;
            },
          },
          {
            ALT: () => {
              const key = this.SUBRULE(this.item);
              this.OPTION(() => {
                this.CONSUME(Colon);
                entries.push([key, this.SUBRULE(this.expression)]);
              });
              items.push(key);
            },
          },
        ]);
        this.OPTION1(() => {
          this.CONSUME(Comma);
          last = false;
        });
      },
    });
    this.OPTION2(() => {
      this.SUBRULE(this.clauses);
      other = true;
    });
    this.CONSUME(CloseCurly);
    if (other) return {kind: 'other', what: '{…}'};
    return entries.length === items.length ? {kind: 'dict', entries} : {kind: 'set', items};
  });

  private leftAssociative(
    name: string,
    operators: readonly TokenType[],
    next: () => () => Expression,
  ): () => Expression {
    return this.RULE(name, (): Expression => {
      let left = this.SUBRULE(next());
      this.MANY(() => {
        const operator = this.OR<IToken>(operators.map((token, index) => ({ALT: () => this.consume(index, token)})));
        left = binary(left, operator.image, this.SUBRULE1(next()));
      });
      return left;
    });
  }
}

/** Brackets within each other, as many as CPython's tokenizer takes; and a length that no condition reaches. */
const depthLimit = 200;
const tokenLimit = 5000;

let lexer: Lexer | undefined;
let parser: ExpressionParser | undefined;

/** @returns where it goes wrong, as an offset, for what is no expression */
export function parseExpression(text: string): Expression | {readonly errorAt: number} {
  lexer ??= new Lexer(tokens, lexerOptions);
  const lexed = lexer.tokenize(text);
  if (lexed.errors.length > 0) return {errorAt: lexed.errors[0]!.offset};
  let depth = 0;
  for (const {tokenType, startOffset} of lexed.tokens) {
    if (tokenType === OpenRound || tokenType === OpenSquare || tokenType === OpenCurly) depth++;
    else if (tokenType === CloseRound || tokenType === CloseSquare || tokenType === CloseCurly) depth--;
    if (depth > depthLimit) return {errorAt: startOffset};
  }
  if (lexed.tokens.length > tokenLimit) return {errorAt: lexed.tokens[tokenLimit]!.startOffset};
  parser ??= new ExpressionParser();
  parser.input = lexed.tokens;
  const expression = parser.whole();
  const [error] = parser.errors;
  if (!error) return expression;
  return {errorAt: Number.isNaN(error.token.startOffset) ? text.length : error.token.startOffset};
}
