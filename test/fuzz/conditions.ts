/** Makes up section conditions: markers and Python expressions, and some with a piece put in, left out or doubled. */
import type {Random} from './random.js';

export function makeCondition(random: Random): string {
  const text = random.once(4) ? marker(random, 2) : expression(random, 1 + random.below(3));
  const blank = random.once(6) ? random.pick([' ', '  ', '\t', '\f', '\v', '\u00a0']) : random.pick(['', ' ']);
  const made = random.once(5) ? spoiled(random, text) : text;
  const result = endless.test(made) ? 'True' : made;
  // What a header can't hold is written as buildout asks.
  return `${blank}${result
    .replaceAll(/[\n\r]/g, ' ')
    .replaceAll('#', '\\x23')
    .replaceAll(';', '\\x3b')}`;
}

/** What Python itself might compute for hours. */
const endless =
  /\*\*.*\*\*|<<.*(?:maxsize|hexversion|maxunicode|\d{4}|1e3|<<)|\*.*(?:maxsize|hexversion|maxunicode)|(?:maxsize|hexversion|maxunicode).*\*|range\(.*(?:maxsize|hexversion|maxunicode)/;

const names = [
  ...[
    'sys',
    'os',
    'platform',
    're',
    'python2',
    'python3',
    'python27',
    'python310',
    'python311',
    'python312',
    'python39',
  ],
  ...['cpython', 'pypy', 'jython', 'ironpython', 'linux', 'windows', 'cygwin', 'solaris', 'macosx', 'posix'],
  ...['bits32', 'bits64', 'little_endian', 'big_endian', 'True', 'False', 'None', 'nonesuch', 'x'],
  ...['int', 'str', 'bytes', 'complex', 'len', 'object', 'type', '...'],
];

const facts = [
  ...[
    'sys.version_info',
    'sys.version_info.major',
    'sys.version_info[0]',
    'sys.version_info[:2]',
    'sys.version_info.minor',
  ],
  ...['sys.platform', 'sys.maxsize', 'sys.byteorder', 'sys.hexversion', 'sys.maxunicode', 'sys.implementation.name'],
  ...['sys.version[:3]', 'os.name', 'os.sep', 'os.pathsep', 'os.linesep', 'os.curdir', 'os.path.sep'],
  ...['platform.machine()', 'platform.system()', 'platform.python_version()', 'platform.python_version_tuple()'],
  ...['platform.python_implementation()', 'platform.architecture()[0]', 'sys.version.startswith("3")'],
  ...['re.match("(a+)(b)?", "aab").group(1)', 're.search(r"\\d+", "a12")', 're.match("x", "y")', 'sys.nothing'],
  ...['os.path.join("a", "b")', 'os.path.basename("/a/b")', 'os.path.dirname("/a/b")', 'os.path.isabs("/a")'],
];

const texts = [
  ...["''", '"abc"', "'3.11'", "'linux'", "'a b'", 'r"\\d"', '"é"', "'a' 'b'", "'\\x41'", "'%s-%d'", "'{}'", 'u"u"'],
  ...["b'abc'", "b''", "b'3.11'", "rb'\\d'", "b'\\x41'", 'B"a"', "b'a' b'b'", "'abc'.encode()"],
  ...['"""long"""', "'a,b,c'", "'-12'", "'\\\\'", '"it\'s"'],
];

const numbers = [
  ...['0', '1', '2', '3', '-1', '10', '0x1f', '0b11', '0o17', '1_000', '1.5', '.5', '1e3', '00', '2.0'],
  ...['1j', '(1+2j)', '-0.5j', '-0.0', '1e16', '0.1', '2.675', '1234567.891'],
];

function atom(random: Random, depth: number): string {
  switch (random.below(depth > 0 ? 9 : 4)) {
    case 0:
      return random.pick(names);
    case 1:
      return random.pick(facts);
    case 2:
      return random.pick(texts);
    case 3:
      return random.pick(numbers);
    case 4:
      return `(${expression(random, depth - 1)})`;
    case 5:
      return display(random, depth - 1);
    case 6:
      return comprehension(random, depth - 1);
    default:
      return call(random, depth - 1);
  }
}

function expression(random: Random, depth: number): string {
  const inner = (): string => expression(random, depth - 1);
  if (depth <= 0) return atom(random, 0);
  switch (random.below(14)) {
    case 0:
      return `not ${inner()}`;
    case 1:
    case 2:
      return `${inner()} ${random.pick(['and', 'or'])} ${inner()}`;
    case 3:
    case 4:
      return `${atom(random, depth)} ${random.pick(comparisons)} ${atom(random, depth - 1)}`;
    case 5:
      return `${atom(random, depth)} ${random.pick(comparisons)} ${atom(random, 0)} ${random.pick(comparisons)} ${atom(random, 0)}`;
    case 6:
    case 7:
      return `${atom(random, depth - 1)} ${random.pick(['+', '-', '*', '/', '//', '%', '&', '|', '^', '<<', '>>', '@'])} ${atom(random, depth - 1)}`;
    case 8:
      return `${random.pick(['-', '+', '~'])}${atom(random, depth - 1)}`;
    case 9:
      return `${inner()} if ${inner()} else ${inner()}`;
    case 10:
      return subscript(random, depth - 1);
    case 11:
      return `${random.pick(['2', 'x', '1.5', '-1'])} ** ${random.pick(['2', '0', '-1', '3'])}`;
    case 12:
      return random.pick([
        `(y := ${inner()}) and y`,
        `(lambda a: ${random.pick(['a', 'a == 1', 'not a'])})(${inner()})`,
        `${inner()}, ${inner()}`,
        `${inner()}] or [${inner()}`,
        `f"${random.pick(['', 'a', '{1}', '{{}}', `{${random.pick(numbers)}:${spec(random)}}`, '{sys.platform!r:>9}'])}"`,
        `format(${atom(random, 0)}, '${spec(random)}')`,
        `'{:${spec(random)}}'.format(${atom(random, 0)})`,
        `'%${spec(random)}' % ${atom(random, 0)}`,
        `${random.pick(['', 'b'])}'%${printf(random)}' % ${random.pick(['', '(1, ', '(3, 2, '])}${atom(random, 0)}`.replace(
          /(%.*% )(\(.*)$/,
          '$1$2)',
        ),
        `f"${field(random, 2)}"`,
        `f'${field(random, 1)}${field(random, 1)}' == ${random.pick(texts)}`,
        `'${brace(random)}'.format(${random.many(3, () => random.pick([...numbers, ...texts.slice(0, 5)])).join(', ')})`,
        `complex(${random.many(2, () => random.pick([...numbers, "'1+2j'", "'j'", "'1 + j'"])).join(', ')})`,
        `{**${random.pick(['{1: 2}', "{'a': 3}", '{}', 'x', '(1,)'])}, 'b': ${inner()}}`,
        `${random.pick(['dict', "'{a}'.format", '(lambda a: a)'])}(**${random.pick(["{'a': 1}", '{}', '{1: 1}', '2'])})`,
      ]);
    default:
      return atom(random, depth);
  }
}

/** What follows the `%` of a printf-style format. */
function printf(random: Random): string {
  return [
    random.pick(['', '', '', '', '(a)']),
    ...random.many(2, () => random.pick(['#', '0', '-', ' ', '+'])),
    random.pick(['', '', '5', '12', '*']),
    random.pick(['', '', '.2', '.0', '.', '.*', '.10']),
    random.pick(['', '', '', 'l', 'h', 'L']),
    random.pick([...'diouxXeEfFgGcrsab%y', '']),
  ].join('');
}

/** A field of a formatted text. */
function field(random: Random, depth: number): string {
  const value = random.pick([
    ...numbers,
    "'a'",
    '"a"',
    'sys.platform',
    '(1, 2)',
    'x',
    '',
    ' 1 ',
    '1 != 2',
    "{'a': 1}",
    'None',
  ]);
  const own = random.pick(['', '', '=', ' = ']) + random.pick(['', '', '!r', '!s', '!a', '!x', ' !r', '!r ']);
  const format = random.pick([
    '',
    `:${spec(random)}`,
    depth > 0 ? `:${field(random, depth - 1)}` : ':>5',
    ':{5}',
    ':.{2}',
    ':{{',
  ]);
  const piece = `{${value}${own}${format}}`;
  return random.pick(['', 'a', '{{', '}}', '\\n', '\\']) + piece + random.pick(['', '', 'b', '{', '}}']);
}

/** A template of `str.format`. */
function brace(random: Random): string {
  return random
    .many(3, () => {
      const name = random.pick(['', '', '0', '1', 'a', '0.real', '0[0]', '[0]', '.imag', '0.', '0[', ' ']);
      const conversion = random.pick(['', '', '!r', '!s', '!a', '!']);
      const format = random.pick(['', `:${spec(random)}`, ':{}', ':{1}', ':{0}{1}', ':{']);
      return random.pick(['', 'a', '{{', '}}', '}']) + random.pick([`{${name}${conversion}${format}}`, '{}', '{']);
    })
    .join('');
}

/** A format specification, most often one that Python knows. */
function spec(random: Random): string {
  return [
    random.pick(['', '', '', '<', '>', '^', '=', '*^', '0=']),
    random.pick(['', '', '', '+', ' ', '-']),
    random.pick(['', '', '', '#', '0', 'z']),
    random.pick(['', '5', '12', '3']),
    random.pick(['', '', '', ',', '_']),
    random.pick(['', '', '.2', '.0', '.12', '._', '.6_']),
    random.pick(['', 's', 'd', 'x', 'X', 'o', 'b', 'c', 'e', 'f', 'g', 'G', '%', 'n', 'r', 'q']),
  ].join('');
}

const comparisons = ['==', '==', '!=', '<', '<=', '>', '>=', 'in', 'not in', 'is', 'is not'];

function display(random: Random, depth: number): string {
  const items = random.many(3, () => (random.once(12) ? `*${atom(random, depth)}` : expression(random, depth)));
  switch (random.below(4)) {
    case 0:
      return `[${items.join(', ')}]`;
    case 1:
      return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
    case 2:
      return items.length === 0 ? 'set()' : `{${items.join(', ')}}`;
    default:
      return `{${random.many(3, () => `${expression(random, depth)}: ${expression(random, depth)}`).join(', ')}}`;
  }
}

function comprehension(random: Random, depth: number): string {
  const [target, element, source] = random.pick([
    ['x', 'x', "(1, 'a', None)"],
    ['x', 'x == 1', 'range(3)'],
    ['a, b', 'a', '((1, 2), (3, 4))'],
    ['x', 'x', "'abc'"],
    ['x', 'x', '{1: 2}'],
    ['(a, b)', 'b', "{1: 2, 'k': 'v'}.items()"],
    ['x', 'x', atom(random, depth)],
  ]);
  const test = random.once(2) ? ` if ${random.pick([element, 'x', expression(random, depth)])}` : '';
  const body = `${element} for ${target} in ${source}${test}`;
  return random.pick([`[${body}]`, `any(${body})`, `all(${body})`, `(${body})`, `{${body}}`, `{${element}: ${body}}`]);
}

function call(random: Random, depth: number): string {
  const arg = (): string => expression(random, depth);
  if (random.once(2)) {
    const args = random.many(2, arg);
    return `${random.pick(functions)}(${args.join(', ')})`;
  }
  return `${random.pick([...texts, atom(random, depth), '(1, 2)', '{1: 2}', '{1, 2}'])}.${random.pick(methods)(arg)}`;
}

const functions = [
  ...['len', 'int', 'float', 'str', 'bool', 'repr', 'chr', 'ord', 'any', 'all', 'abs', 'min', 'max', 'sum', 'sorted'],
  ...[
    'tuple',
    'list',
    'set',
    'frozenset',
    'dict',
    'range',
    'map',
    'filter',
    'zip',
    'enumerate',
    'reversed',
    'iter',
    'next',
  ],
  ...['complex', 'bytes', 'type', 'round', 'pow', 'ascii', 'issubclass', 'getattr', 'format'],
  ...['callable', 'hasattr', 'isinstance', 'divmod', 'bin', 'hex', 'nonesuch', 'len', 'int', 'str'],
];

const methods: readonly ((arg: () => string) => string)[] = [
  ...['lower', 'upper', 'strip', 'lstrip', 'rstrip', 'split', 'splitlines', 'isdigit', 'isalpha', 'isspace'].map(
    (name) => () => `${name}()`,
  ),
  ...[
    'startswith',
    'endswith',
    'split',
    'join',
    'find',
    'index',
    'count',
    'partition',
    'rpartition',
    'get',
    'strip',
  ].map((name) => (arg: () => string) => `${name}(${arg()})`),
  ...['format', 'removeprefix', 'removesuffix', 'zfill', 'union', 'issubset', 'intersection', 'rfind', 'title'].map(
    (name) => (arg: () => string) => `${name}(${arg()})`,
  ),
  () => 'replace("a", "b")',
  () => 'real',
  () => 'imag',
  () => 'conjugate()',
  () => 'is_integer()',
  () => 'as_integer_ratio()',
  () => 'bit_length()',
  (arg) => `encode(${arg()})`,
  (arg) => `decode(${arg()})`,
  () => 'keys()',
  () => 'items()',
  () => 'values()',
  () => 'nothing()',
  () => 'isupper()',
];

function subscript(random: Random, depth: number): string {
  const index = random.pick([
    '0',
    '1',
    '-1',
    ':2',
    '1:',
    '::2',
    '::-1',
    ':',
    '-2:',
    '5',
    "'a'",
    expression(random, depth),
  ]);
  return `${random.pick([...texts.slice(0, 5), '(1, 2, 3)', '[1, 2]', 'range(4)', '{1: 2}', atom(random, depth)])}[${index}]`;
}

const variables = [
  ...['python_version', 'python_full_version', 'os_name', 'sys_platform', 'platform_system', 'platform_machine'],
  ...[
    'platform_python_implementation',
    'implementation_name',
    'implementation_version',
    'extra',
    'os.name',
    'sys.platform',
  ],
  ...['platform.machine', 'python_implementation', 'platform.python_implementation'],
];

const values = [
  ..."'3.11'|'3.6'|\"3.10\"|'3'|'3.12'|'3.11.*'|'linux'|'win32'|'posix'|'Linux'|'x86_64'|'CPython'|'cpython'|''".split(
    '|',
  ),
  ..."'3.11.7'|'3.11rc1'|'2.7, 3.11'|'v3.11'|'3.11.post1'|'1!3'|'3.x'|'nt posix'|'\\x41'|'3.11+local'|'3.11.7.dev1'".split(
    '|',
  ),
];

function marker(random: Random, depth: number): string {
  if (depth > 0 && random.once(3))
    return `${marker(random, depth - 1)} ${random.pick(['and', 'or'])} ${marker(random, depth - 1)}`;
  if (depth > 0 && random.once(6)) return `(${marker(random, depth - 1)})`;
  const operator = random.pick(['==', '!=', '<', '<=', '>', '>=', '~=', '===', 'in', 'not in', '>=', '<']);
  const [left, right] = random.once(5)
    ? [random.pick(values), random.pick(variables)]
    : [random.pick(variables), random.pick(random.once(12) ? variables : values)];
  return `${left} ${operator} ${right}`;
}

/** Pieces of Python's that a mutation puts anywhere. */
const pieces = [
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '.',
    '=',
    ':=',
    '==',
    '<',
    '*',
    '**',
    ' and ',
    ' or ',
    ' not ',
    ' if ',
    ' else ',
  ],
  ...[
    ' for ',
    ' in ',
    ' is ',
    ' lambda ',
    ' yield ',
    ' await ',
    ' class ',
    "'",
    '"',
    '\\',
    '!',
    '$',
    '?',
    '`',
    '@',
    '~',
    '_',
  ],
  ...['é', '\u00a0', '\v', '😀', '\u2028', 'ｐ', '0', '1', 'x', ' ', '  ', '\t', '#', ';', 'b', 'None', '...'],
];

function spoiled(random: Random, text: string): string {
  const tokens = text.match(/\w+|\s+|[^\w\s]/gu) ?? [];
  const at = random.below(tokens.length + 1);
  const before = tokens.slice(0, at).join('');
  switch (random.below(4)) {
    case 0:
      return `${before}${tokens.slice(at + 1).join('')}`;
    case 1:
      return `${before}${random.pick(pieces)}${tokens.slice(at + 1).join('')}`;
    case 2:
      return `${before}${tokens[at] ?? ''}${tokens.slice(at).join('')}`;
    default:
      return `${before}${random.pick(pieces)}${tokens.slice(at).join('')}`;
  }
}
