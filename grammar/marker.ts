/**
 * The grammar of environment markers (PEP 508), as `packaging` reads them.
 * Source: packaging 26.3, _parser.py and _tokenizer.py.
 */
import {createToken, EmbeddedActionsParser, EOF, Lexer, type TokenType} from 'chevrotain';
import {lexerOptions} from './lexer-options.js';
import {readPythonString} from './python-string-literal.js';

export type MarkerOperand = {readonly variable: string} | {readonly value: string};

export interface MarkerItem {
  readonly left: MarkerOperand;
  readonly operator: string;
  readonly right: MarkerOperand;
}

/** Items joined by `and` and `or`, flat as written: `and` binds tighter. */
export interface Marker {
  readonly first: MarkerAtom;
  readonly rest: readonly {readonly operator: 'and' | 'or'; readonly atom: MarkerAtom}[];
}

export type MarkerAtom = MarkerItem | Marker;

const Blank = createToken({name: 'Blank', pattern: /[ \t]+/, group: Lexer.SKIPPED});
const Open = createToken({name: 'Open', pattern: '('});
const Close = createToken({name: 'Close', pattern: ')'});
const Quoted = createToken({name: 'Quoted', pattern: /'[^']*'|"[^"]*"/, line_breaks: true});
const Comparison = createToken({name: 'Comparison', pattern: /===|==|~=|!=|<=|>=|<|>/});
const And = createToken({name: 'And', pattern: /and\b/});
const Or = createToken({name: 'Or', pattern: /or\b/});
const In = createToken({name: 'In', pattern: /in\b/});
const Not = createToken({name: 'Not', pattern: /not\b/});
const Variable = createToken({
  name: 'Variable',
  pattern:
    /(?:python_version|python_full_version|os[._]name|sys[._]platform|platform_(?:release|system)|platform[._](?:version|machine|python_implementation)|python_implementation|implementation_(?:name|version)|extras?|dependency_groups)\b/,
});

const tokens: TokenType[] = [Blank, Open, Close, Quoted, Comparison, And, Or, In, Not, Variable];

/** Brackets within each other; a stack is all that limits them in Python. */
const depthLimit = 200;

class MarkerParser extends EmbeddedActionsParser {
  constructor() {
    super(tokens, {skipValidations: true, recoveryEnabled: false, maxLookahead: 1});
    this.performSelfAnalysis();
  }

  readonly whole = this.RULE('whole', (): Marker => {
    const marker = this.SUBRULE(this.marker);
    this.CONSUME(EOF);
    return marker;
  });

  readonly marker = this.RULE('marker', (): Marker => {
    const first = this.SUBRULE(this.atom);
    const rest: {operator: 'and' | 'or'; atom: MarkerAtom}[] = [];
    this.MANY(() => {
      const operator = this.OR<'and' | 'or'>([
        {
          ALT: () => {
            this.CONSUME(And);
            return 'and';
          },
        },
        {
          ALT: () => {
            this.CONSUME(Or);
            return 'or';
          },
        },
      ]);
      rest.push({operator, atom: this.SUBRULE1(this.atom)});
    });
    return {first, rest};
  });

  readonly atom = this.RULE(
    'atom',
    (): MarkerAtom =>
      this.OR<MarkerAtom>([
        {
          ALT: () => {
            this.CONSUME(Open);
            const marker = this.SUBRULE(this.marker);
            this.CONSUME(Close);
            return marker;
          },
        },
        {ALT: () => this.SUBRULE(this.item)},
      ]),
  );

  readonly item = this.RULE('item', (): MarkerItem => {
    const left = this.SUBRULE(this.operand);
    const operator = this.SUBRULE(this.operator);
    const right = this.SUBRULE1(this.operand);
    return {left, operator, right};
  });

  readonly operator = this.RULE('operator', (): string =>
    this.OR<string>([
      {ALT: () => this.CONSUME(Comparison).image},
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
    ]),
  );

  readonly operand = this.RULE(
    'operand',
    (): MarkerOperand =>
      this.OR<MarkerOperand>([
        {
          ALT: () => {
            const name = this.CONSUME(Variable).image.replaceAll('.', '_');
            return {variable: name === 'python_implementation' ? 'platform_python_implementation' : name};
          },
        },
        {ALT: () => ({value: this.CONSUME(Quoted).image})},
      ]),
  );
}

let lexer: Lexer | undefined;
let parser: MarkerParser | undefined;

/** Characters of a marker; a longer one is left to what reads expressions, which refuses it. */
const lengthLimit = 100_000;

/** @returns undefined where the text is no marker */
export function parseMarker(text: string): Marker | undefined {
  if (text.length > lengthLimit) return undefined;
  lexer ??= new Lexer(tokens, lexerOptions);
  const lexed = lexer.tokenize(text);
  if (lexed.errors.length > 0 || isTooDeep(text)) return undefined;
  parser ??= new MarkerParser();
  parser.input = lexed.tokens;
  const marker = parser.whole();
  return parser.errors.length === 0 ? readStrings(marker) : undefined;
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    else if (character === ')') depth--;
    if (depth > depthLimit) return true;
  }
  return false;
}

/** Quoted text is a Python string: `\x41` is `A` in it, and a bad escape makes it no marker. */
function readStrings(marker: Marker): Marker | undefined {
  const first = readAtom(marker.first);
  const rest = marker.rest.map(({operator, atom}) => ({operator, atom: readAtom(atom)}));
  if (!first || rest.some(({atom}) => !atom)) return undefined;
  return {first, rest: rest.map(({operator, atom}) => ({operator, atom: atom!}))};
}

function readAtom(atom: MarkerAtom): MarkerAtom | undefined {
  if ('first' in atom) return readStrings(atom);
  const left = readOperand(atom.left);
  const right = readOperand(atom.right);
  return left && right && {left, operator: atom.operator, right};
}

function readOperand(operand: MarkerOperand): MarkerOperand | undefined {
  if ('variable' in operand) return operand;
  const value = readPythonString(operand.value);
  return value === undefined ? undefined : {value};
}
