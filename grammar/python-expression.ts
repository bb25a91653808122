/**
 * The grammar of Python expressions, as far as a section condition can use them.
 * Source: the Python language reference, chapter 6 (expressions), for 3.10 to 3.14.
 */
import {createToken, EmbeddedActionsParser, EOF, type IToken, Lexer, type TokenType} from 'chevrotain';
import {
  beginsFormatted,
  endOfString,
  type FormattedPiece,
  type FormattedText,
  readFormatted,
} from './formatted-string.js';
import {lexerOptions} from './lexer-options.js';
import {isPythonString} from './python-string-literal.js';

/** A node of the syntax tree. Operators keep their spelling. */
export type Expression =
  | {readonly kind: 'number' | 'string'; readonly text: string}
  | {readonly kind: 'name'; readonly name: string}
  | {readonly kind: 'list' | 'tuple' | 'set'; readonly items: readonly Expression[]}
  /** `starred` is `*x`; `group` is `(x)`. */
  | {readonly kind: 'starred' | 'group'; readonly value: Expression}
  | {readonly kind: 'named'; readonly name: string; readonly value: Expression}
  | {readonly kind: 'dict'; readonly entries: readonly (readonly [Expression, Expression] | Unpacked)[]}
  | Unpacked
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
  | {
      readonly kind: 'comprehension';
      readonly of: 'dict';
      readonly key: Expression;
      readonly element: Expression;
      readonly clauses: readonly Clause[];
    }
  /** Python that is known and not worked out ahead: slices of several dimensions, parameters with defaults. */
  | {readonly kind: 'other'; readonly what: string};

/** `**x` among the entries of a dict or the arguments of a call. */
export interface Unpacked {
  readonly kind: 'unpacked';
  readonly value: Expression;
}

export interface Argument {
  readonly name?: string;
  readonly value: Expression;
}

export type Clause = {readonly target: Target; readonly source: Expression} | {readonly test: Expression};

/** What a loop binds: a name, or one for each item; undefined for what is not worked out ahead, such as `x[0]`. */
export type Target = string | readonly Target[] | undefined;

/** What ends a name in Python, as a part of a pattern. */
const noMore = '(?![\\w\\u0080-\\uffff])';
const identifier = /[\p{XID_Start}_]\p{XID_Continue}*/uy;
const word = createToken({
  name: 'Name',
  // A custom one, since the lexer's own take no classes of Unicode. A character that no name can hold ends the lexing.
  pattern: (text: string, offset: number) => {
    identifier.lastIndex = offset;
    return identifier.exec(text) as RegExpExecArray & [string];
  },
  line_breaks: false,
});
const keyword = (text: string): TokenType =>
  createToken({name: `Keyword_${text}`, pattern: new RegExp(`(?:${text})${noMore}`)});
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
const Constant = keyword('True|False|None');
/** Words that begin no expression outside a function. */
const Reserved = keyword(
  'assert|async|as|await|break|class|continue|def|del|elif|except|finally|from|global|import|nonlocal|pass|raise|return|try|while|with|yield',
);
const Blank = createToken({name: 'Blank', pattern: /[ \t\f]+/, group: Lexer.SKIPPED});
const Comment = createToken({name: 'Comment', pattern: /#[^\n]*/, group: Lexer.SKIPPED});
const number =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*\.(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*|\d(?:_?\d)*)(?:[eE][-+]?\d(?:_?\d)*)?[jJ]?)/y;
const afterNumber = /(?:and|else|for|if|in|is|not|or)|(?![\w\u0080-\uffff])/y;
const NumberToken = createToken({
  name: 'Number',
  // As long as it can be, and only then is what follows looked at: `1.real` is no number and a name.
  pattern: (text: string, offset: number) => {
    number.lastIndex = offset;
    const found = number.exec(text);
    // `0or` begins an octal number, and ends in an error.
    if (found?.[0] === '0' && /[xob]/i.test(text[offset + 1] ?? '')) return null;
    afterNumber.lastIndex = number.lastIndex;
    return found && afterNumber.test(text) ? (found as RegExpExecArray & [string]) : null;
  },
  line_breaks: false,
});
/** Where a formatted text ends depends on the version. */
let lexedMinor = 0;
/** Where one began that has no end: nothing behind it is looked at. */
let unfinished: number | undefined;
const StringToken = createToken({
  name: 'String',
  pattern: (text: string, offset: number) => {
    if (unfinished !== undefined) return null;
    const end = endOfString(text, offset, lexedMinor);
    if (end === undefined && beginsFormatted(text, offset, lexedMinor)) unfinished = offset;
    return end === undefined ? null : ([text.slice(offset, end)] as unknown as RegExpExecArray & [string]);
  },
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
  ...[Lambda, If, Else, Or, And, Not, In, Is, For, Constant, word],
  ...[Ellipsis, Walrus, Power, FloorDivide, ShiftLeft, ShiftRight, LessEqual, GreaterEqual, Equal, Unequal],
  ...[Less, Greater, Star, Divide, Modulo, At, Plus, Minus, Ampersand, Bar, Caret, Tilde],
  ...[OpenRound, CloseRound, OpenSquare, CloseSquare, OpenCurly, CloseCurly, Comma, Colon, Dot, Assign],
];

type Binary = (left: Expression, operator: string, right: Expression) => Expression;
const binary: Binary = (left, operator, right) => ({kind: 'binary', operator, left, right});

class ExpressionParser extends EmbeddedActionsParser {
  /** Where the text is none of Python's although the grammar takes it: an offset. */
  fault: number | undefined;
  /** The formatted texts: what is in their braces is read later. */
  formatted: {readonly literal: string; readonly offset: number}[] = [];
  /** The second number of Python 3: what its grammar takes grew. */
  minor = 0;

  constructor() {
    super(tokens, {skipValidations: true, recoveryEnabled: false, maxLookahead: 2});
    this.performSelfAnalysis();
  }

  /** Python's compiler refuses more than its grammar does. */
  private refuse(when: () => boolean): void {
    this.ACTION(() => {
      if (this.fault === undefined && when()) this.fault = this.LA(0).startOffset;
    });
  }

  readonly whole = this.RULE('whole', (): Expression => {
    const items = this.SUBRULE(this.items);
    this.refuse(() => items.list.some((item) => rebinds(item, [])));
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
            return {kind: 'starred', value: this.SUBRULE(this.bitOr)};
          },
        },
        {ALT: () => this.SUBRULE(this.named)},
      ]),
  );

  private readonly named = this.RULE('named', (): Expression => {
    const name = this.OPTION({
      GATE: () => this.LA(2).tokenType === Walrus,
      DEF: () => {
        const {image} = this.CONSUME(word);
        this.CONSUME(Walrus);
        return image;
      },
    });
    const value = this.SUBRULE(this.expression);
    return this.ACTION(() => (name === undefined ? value : {kind: 'named', name: named(name), value}));
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
    const parameters: Parameter[] = [];
    let last = false;
    this.CONSUME(Lambda);
    this.MANY({
      GATE: () => !last,
      DEF: () => {
        parameters.push(this.SUBRULE(this.parameter));
        last = true;
        this.OPTION(() => {
          this.CONSUME(Comma);
          last = false;
        });
      },
    });
    this.refuse(() => !isSignature(parameters));
    this.CONSUME(Colon);
    const body = this.SUBRULE(this.expression);
    const names = parameters.map(({name}) => name ?? '');
    const plain = parameters.every(({mark, fallback}) => mark === '' && !fallback);
    return plain ? {kind: 'lambda', parameters: names, body} : {kind: 'other', what: 'lambda'};
  });

  private readonly parameter = this.RULE(
    'parameter',
    (): Parameter =>
      this.OR<Parameter>([
        {
          ALT: () => {
            const mark = this.OR1<IToken>([
              {ALT: () => this.CONSUME(Star)},
              {ALT: () => this.CONSUME(Power)},
              {ALT: () => this.CONSUME(Divide)},
            ]).image;
            const name = this.OPTION(() => this.CONSUME(word).image);
            return {mark, name: this.ACTION(() => name && named(name)), fallback: false};
          },
        },
        {
          ALT: () => {
            const name = named(this.CONSUME1(word).image);
            const fallback = this.OPTION1(() => {
              this.CONSUME(Assign);
              this.SUBRULE(this.expression);
              return true;
            });
            return {mark: '', name, fallback: fallback === true};
          },
        },
      ]),
  );

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
    let result = this.SUBRULE(this.atom);
    this.MANY(() => {
      result = this.OR<Expression>([
        {
          ALT: () => {
            this.CONSUME(Dot);
            return {kind: 'attribute', object: result, name: named(this.CONSUME(word).image)};
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
    return result;
  });

  private readonly args = this.RULE('args', (): Argument[] => {
    const found: (Argument & {readonly star?: string})[] = [];
    let last = false;
    let comma = false;
    this.MANY({
      GATE: () => !last,
      DEF: () => {
        found.push(this.SUBRULE(this.argument));
        last = true;
        this.OPTION(() => {
          this.CONSUME(Comma);
          last = false;
          comma = true;
        });
      },
    });
    this.refuse(() => !isCall(found, comma));
    return found;
  });

  private readonly argument = this.RULE('argument', (): Argument & {readonly star?: string; readonly bare?: boolean} =>
    this.OR<Argument & {readonly star?: string; readonly bare?: boolean}>([
      {
        ALT: () => {
          this.CONSUME(Star);
          return {star: '*', value: {kind: 'starred', value: this.SUBRULE(this.expression)}};
        },
      },
      {
        ALT: () => {
          this.CONSUME(Power);
          return {star: '**', value: {kind: 'unpacked', value: this.SUBRULE2(this.expression)}};
        },
      },
      {
        ALT: () => {
          const name = this.CONSUME(word).image;
          this.CONSUME(Assign);
          return {name: named(name), value: this.SUBRULE1(this.expression)};
        },
      },
      {
        ALT: () => {
          const value = this.SUBRULE(this.named);
          const clauses = this.OPTION(() => this.SUBRULE(this.clauses));
          return clauses
            ? {bare: true, value: {kind: 'comprehension', of: 'generator', element: value, clauses}}
            : {value};
        },
      },
    ]),
  );

  private readonly index = this.RULE('index', (): Expression => {
    const list = [this.SUBRULE(this.slice)];
    const starred = (): boolean => list.some(({kind}) => kind === 'starred');
    let comma = false;
    let last = false;
    this.MANY({
      GATE: () => !last,
      DEF: () => {
        this.CONSUME(Comma);
        comma = true;
        last = true;
        this.OPTION({
          GATE: () => this.LA(1).tokenType !== CloseSquare,
          DEF: () => {
            list.push(this.SUBRULE1(this.slice));
            last = false;
          },
        });
      },
    });
    this.refuse(() => starred() && this.minor < 11);
    if (list.some(({kind}) => kind === 'slice') && comma) return {kind: 'other', what: 'a slice of several dimensions'};
    return comma || starred() ? {kind: 'tuple', items: list} : list[0]!;
  });

  private readonly slice = this.RULE('slice', (): Expression => {
    const bounds: (Expression | undefined)[] = [this.OPTION(() => this.SUBRULE(this.item))];
    this.OPTION1(() => {
      this.CONSUME(Colon);
      this.refuse(() => bounds[0]?.kind === 'starred' || bounds[0]?.kind === 'named');
      bounds.push(this.OPTION2(() => this.SUBRULE(this.expression)));
      this.OPTION3(() => {
        this.CONSUME1(Colon);
        bounds.push(this.OPTION4(() => this.SUBRULE1(this.expression)));
      });
    });
    this.refuse(() => bounds.length === 1 && bounds[0] === undefined);
    return bounds.length === 1 ? (bounds[0] ?? {kind: 'other', what: 'nothing'}) : {kind: 'slice', bounds};
  });

  private readonly clauses = this.RULE('clauses', (): Clause[] => {
    const found: Clause[] = [];
    this.AT_LEAST_ONE(() => {
      this.CONSUME(For);
      const target = this.SUBRULE(this.target);
      this.CONSUME(In);
      const from = this.ACTION(() => this.LA(1).startOffset);
      found.push({target, source: this.SUBRULE(this.disjunction)});
      // "assignment expression cannot be used in a comprehension iterable expression", however deep in it.
      this.refuse(() => {
        const to = this.LA(0).startOffset;
        return this.input.some(
          ({tokenType, startOffset}) => tokenType === Walrus && startOffset >= from && startOffset <= to,
        );
      });
      this.MANY(() => {
        this.CONSUME(If);
        found.push({test: this.SUBRULE1(this.disjunction)});
      });
    });
    return found;
  });

  private readonly target = this.RULE('target', (): Target => {
    const list: Expression[] = [];
    let comma = false;
    let last = false;
    this.AT_LEAST_ONE({
      GATE: () => !last,
      DEF: () => {
        const star = this.OPTION(() => this.CONSUME(Star));
        const value = this.SUBRULE(this.bitOr);
        list.push(star ? {kind: 'starred', value} : value);
        last = true;
        this.OPTION1(() => {
          this.CONSUME(Comma);
          comma = true;
          last = false;
        });
      },
    });
    this.refuse(() => !areTargets(list, comma));
    return this.ACTION(() => (comma ? list.map(targetOf) : targetOf(list[0]!)));
  });

  private readonly atom = this.RULE(
    'atom',
    (): Expression =>
      this.OR<Expression>([
        {ALT: () => ({kind: 'name', name: named(this.CONSUME(word).image)})},
        {ALT: () => ({kind: 'name', name: this.CONSUME(Constant).image})},
        {
          ALT: () => {
            const text = this.CONSUME(NumberToken).image;
            this.refuse(() => !isNumber(text));
            return {kind: 'number', text};
          },
        },
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
    this.AT_LEAST_ONE(() => {
      const {image, startOffset} = this.CONSUME(StringToken);
      texts.push(image);
      if (/^r?[ft]/i.test(image)) this.formatted.push({literal: image, offset: startOffset});
    });
    this.refuse(() => !areStrings(texts, this.minor));
    return texts.map((text): Expression => ({kind: 'string', text})).reduce((left, right) => binary(left, '+', right));
  });

  private readonly round = this.RULE('round', (): Expression => {
    this.CONSUME(OpenRound);
    const items = this.OPTION(() => this.SUBRULE(this.items));
    const clauses = this.OPTION1({GATE: () => items !== undefined, DEF: () => this.SUBRULE(this.clauses)});
    this.refuse(
      () => items !== undefined && !items.comma && items.list[0]!.kind === 'starred', // `(*a)`
    );
    this.refuse(() => clauses !== undefined && items!.comma);
    this.CONSUME(CloseRound);
    return this.ACTION((): Expression => {
      if (!items) return {kind: 'tuple', items: []};
      if (clauses) return {kind: 'comprehension', of: 'generator', element: items.list[0]!, clauses};
      if (items.comma) return {kind: 'tuple', items: items.list};
      return {kind: 'group', value: items.list[0]!};
    });
  });

  private readonly square = this.RULE('square', (): Expression => {
    this.CONSUME(OpenSquare);
    const items = this.OPTION(() => this.SUBRULE(this.items));
    const clauses = this.OPTION1({GATE: () => items !== undefined, DEF: () => this.SUBRULE(this.clauses)});
    this.refuse(() => clauses !== undefined && (items!.comma || items!.list[0]!.kind === 'starred'));
    this.CONSUME(CloseSquare);
    return this.ACTION(
      (): Expression =>
        clauses
          ? {kind: 'comprehension', of: 'list', element: items!.list[0]!, clauses}
          : {kind: 'list', items: items?.list ?? []},
    );
  });

  private readonly curly = this.RULE('curly', (): Expression => {
    this.CONSUME(OpenCurly);
    const items: Expression[] = [];
    const entries: ([Expression, Expression] | Unpacked)[] = [];
    let unpacked = 0;
    let last = false;
    let comma = false;
    this.MANY({
      GATE: () => !last,
      DEF: () => {
        last = true;
        this.OR([
          {
            ALT: () => {
              this.CONSUME(Power);
              entries.push({kind: 'unpacked', value: this.SUBRULE(this.bitOr)});
              unpacked++;
            },
          },
          {
            ALT: () => {
              const key = this.SUBRULE(this.item);
              const value = this.OPTION(() => {
                this.CONSUME(Colon);
                this.refuse(() => key.kind === 'starred' || key.kind === 'named');
                return this.SUBRULE(this.expression);
              });
              if (value) entries.push([key, value]);
              else items.push(key);
            },
          },
        ]);
        this.OPTION1(() => {
          this.CONSUME(Comma);
          last = false;
          comma = true;
        });
      },
    });
    const clauses = this.OPTION2({GATE: () => last, DEF: () => this.SUBRULE(this.clauses)});
    this.refuse(() => items.length > 0 && entries.length > 0);
    this.refuse(() => clauses !== undefined && (comma || unpacked > 0 || items[0]?.kind === 'starred'));
    this.CONSUME(CloseCurly);
    return this.ACTION((): Expression => {
      if (!clauses) return items.length > 0 ? {kind: 'set', items} : {kind: 'dict', entries};
      if (items.length > 0) return {kind: 'comprehension', of: 'set', element: items[0]!, clauses};
      const [key, element] = entries[0] as [Expression, Expression];
      return {kind: 'comprehension', of: 'dict', key, element, clauses};
    });
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
const lengthLimit = 100_000;
/** What nests without brackets: `2 ** 2 ** 2`, `lambda: lambda: 1`, `a if b else c if d else e`. */
const nestingLimit = 200;

/** Of the Pythons whose grammar is known here. */
const newestMinor = 14;

let lexer: Lexer | undefined;
let parser: ExpressionParser | undefined;

/**
 * @param minor  the second number of Python 3
 * @param known  whether the formatted texts in it were found to be some already
 * @returns where it goes wrong, as an offset, for what is no expression; `tooLong` for more than is worked out ahead
 */
export function parseExpression(
  text: string,
  minor = newestMinor,
  known = false,
): Expression | {readonly errorAt: number; readonly tooLong?: true} {
  if (text.length > lengthLimit) return {errorAt: 0, tooLong: true};
  const nul = text.indexOf('\0');
  if (nul >= 0) return {errorAt: nul};
  lexedMinor = minor;
  unfinished = undefined;
  lexer ??= new Lexer(tokens, lexerOptions);
  const lexed = lexer.tokenize(text);
  if (unfinished !== undefined) return {errorAt: unfinished};
  if (lexed.errors.length > 0) return {errorAt: lexed.errors[0]!.offset};
  let depth = 0;
  let nested = 0;
  for (const {tokenType, startOffset} of lexed.tokens) {
    if (tokenType === OpenRound || tokenType === OpenSquare || tokenType === OpenCurly) depth++;
    else if (tokenType === CloseRound || tokenType === CloseSquare || tokenType === CloseCurly) depth--;
    else if (tokenType === Power || tokenType === Lambda || tokenType === Else) nested++;
    if (depth > depthLimit) return {errorAt: startOffset};
  }
  if (lexed.tokens.length > tokenLimit || nested > nestingLimit) return {errorAt: 0, tooLong: true};
  parser ??= new ExpressionParser();
  parser.input = lexed.tokens;
  parser.fault = undefined;
  parser.formatted = [];
  parser.minor = minor;
  const expression = parser.whole();
  const [error] = parser.errors;
  if (error) return {errorAt: Number.isNaN(error.token.startOffset) ? text.length : error.token.startOffset};
  if (parser.fault !== undefined) return {errorAt: parser.fault};
  const {formatted} = parser;
  parser.formatted = [];
  if (known) return expression;
  for (const {literal, offset} of formatted) if (!isFormatted(literal, minor)) return {errorAt: offset};
  return expression;
}

function isFormatted(literal: string, minor: number): boolean {
  const found = readFormatted(literal, minor);
  return found !== undefined && arePieces(found.pieces, found, minor);
}

function arePieces(pieces: readonly FormattedPiece[], {raw, quote}: FormattedText, minor: number): boolean {
  return pieces.every((piece) => {
    if (typeof piece === 'string') return raw || isPythonString(quote + piece + quote);
    const field = parseField(piece.field, minor);
    return field !== undefined && arePieces(piece.spec, {raw, quote, pieces: []}, minor);
  });
}

/** The expression of a field; undefined for what is none. */
export function parseField(field: string, minor: number, known = false): Expression | undefined {
  if (/^[ \t\f\n\r]*$/.test(field)) return undefined;
  const found = parseExpression(`(${field})`, minor, known);
  if (!('kind' in found)) return undefined;
  // `x for x in y` is an expression in brackets alone: up to 3.11 those of the field are such.
  return minor >= 12 && found.kind === 'comprehension' ? undefined : found;
}

/** Python takes names that are written differently for one: NFKC. */
function named(image: string): string {
  return image.normalize('NFKC');
}

interface Parameter {
  readonly mark: string;
  readonly name: string | undefined;
  readonly fallback: boolean;
}

function isSignature(parameters: readonly Parameter[]): boolean {
  const names = parameters.flatMap(({name}) => name ?? []);
  if (new Set(names).size < names.length) return false;
  let seen = '';
  let fallback = false;
  for (const [at, {mark, name, fallback: own}] of parameters.entries()) {
    if (seen === '**') return false;
    if (mark === '/') {
      if (name !== undefined || own || at === 0 || seen !== '') return false;
      seen = '/';
    } else if (mark !== '') {
      if (own || (mark === '*' ? seen === '*' : name === undefined)) return false;
      const next = parameters[at + 1];
      if (mark === '*' && name === undefined && (next?.mark !== '' || next.name === undefined)) return false;
      seen = mark;
    } else if (name === undefined || (fallback && !own && seen !== '*')) return false;
    else fallback ||= own && seen !== '*';
  }
  return true;
}

function isCall(
  found: readonly (Argument & {readonly star?: string; readonly bare?: boolean})[],
  comma: boolean,
): boolean {
  const names = found.flatMap(({name}) => name ?? []);
  if (new Set(names).size < names.length) return false;
  if (found.some(({bare}) => bare) && (found.length > 1 || comma)) return false;
  const double = found.findIndex(({star}) => star === '**');
  return found.every(({name, star}, at) => {
    if (star === '**' || name !== undefined) return true;
    if (double >= 0 && at > double) return false;
    return star === '*' || !found.slice(0, at).some((before) => before.name !== undefined);
  });
}

function areTargets(list: readonly Expression[], comma: boolean): boolean {
  const stars = list.filter(({kind}) => kind === 'starred').length;
  if (list.length === 0 || stars > 1 || (stars === 1 && !comma)) return false;
  return list.every((each) => isTarget(each.kind === 'starred' ? each.value : each));
}

function isTarget(expression: Expression): boolean {
  switch (expression.kind) {
    case 'name':
      return !/^(?:True|False|None)$/.test(expression.name);
    case 'group':
      return isTarget(expression.value);
    case 'tuple':
    case 'list':
      return expression.items.length === 0 || areTargets(expression.items, true);
    default:
      return expression.kind === 'attribute' || expression.kind === 'subscript';
  }
}

function targetOf(expression: Expression): Target {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind === 'group') return targetOf(expression.value);
  return expression.kind === 'tuple' || expression.kind === 'list' ? expression.items.map(targetOf) : undefined;
}

/** "assignment expression cannot rebind comprehension iteration variable". A lambda has names of its own. */
function rebinds(node: unknown, variables: readonly string[]): boolean {
  if (Array.isArray(node)) return node.some((each) => rebinds(each, variables));
  if (!isNode(node)) return false;
  if (node.kind === 'named' && variables.includes(node.name)) return true;
  const inside =
    node.kind === 'lambda'
      ? []
      : node.kind === 'comprehension'
        ? [...variables, ...node.clauses.flatMap((clause) => ('target' in clause ? boundNames(clause.target) : []))]
        : variables;
  return Object.values(node).some((each) => rebinds(each, inside));
}

function isNode(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null;
}

function boundNames(target: Target): readonly string[] {
  if (target === undefined) return [];
  return typeof target === 'string' ? [target] : target.flatMap(boundNames);
}

function isNumber(text: string): boolean {
  const plain = text.replaceAll('_', '');
  // CPython reads no decimal number of more digits.
  return !/^0+[1-9]\d*$/.test(plain) && !/^\d{4301,}$/.test(plain);
}

function areStrings(literals: readonly string[], minor: number): boolean {
  const kinds = new Set(literals.map((literal) => /^[a-z]*/i.exec(literal)![0].toLowerCase().replaceAll(/[ru]/g, '')));
  if (kinds.has('t') && minor < 14) return false;
  if ((kinds.has('b') || kinds.has('t')) && kinds.size > 1) return false;
  return literals.every((literal) => /^r?[ft]/i.test(literal) || isPythonString(literal));
}
