/** Makes up configurations: sensible ones with every operator, and broken ones. */
import {answersTo, type Program} from '../oracle/oracle.js';
import {makeCondition} from './conditions.js';
import type {Random} from './random.js';

export function makeProgram(random: Random): Program {
  const kind = random.below(12);
  if (kind === 0) return {op: 'parse', files: {'a.cfg': {b64: bytes(random).toString('base64')}}, entry: 'a.cfg'};
  if (kind <= 3) return {op: 'parse', files: {'a.cfg': spoiled(random, file(random, []))}, entry: 'a.cfg'};
  const program = graph(random);
  if (kind > 4) return program;
  // One of the files is damaged, and the others are read with it.
  const name = random.pick(Object.keys(program.files));
  const text = program.files[name] as string;
  const damaged = random.once(3) ? {b64: spoiledBytes(random, text).toString('base64')} : spoiled(random, text);
  return {...program, files: {...program.files, [name]: damaged}};
}

const names = ['f0.cfg', 'f1.cfg', 'f2.cfg', 'd/f3.cfg', 'd/f4.cfg'];
const url = 'http://h.example/p/';
const oddNames = [
  ...['d/../f1.cfg', './f2.cfg', 'nothing.cfg', `${url}u.cfg`, '# x', '@ROOT@/f1.cfg', 'd//f3.cfg', 'd/./f3.cfg', 'd'],
  ...[
    'no/../f1.cfg',
    './/f1.cfg',
    'd/../d/f4.cfg',
    '../root/f1.cfg',
    '${buildout:directory}/f1.cfg',
    `${url}../p/u.cfg`,
  ],
  ...['f1.cfg/', '~/f1.cfg', '..', `${url}none.cfg`, 'F1.cfg', ';', 'd/..//f1.cfg'],
];

/** Files that extend each other. */
function graph(random: Random): Program {
  const count = 1 + random.below(names.length);
  const files: Record<string, string> = {};
  for (let at = 0; at < count; at++) {
    const later = names.slice(at + 1, count);
    const targets = random.once(60) ? names.slice(0, count) : later;
    const extended = random.many(3, () => random.pick(targets)).filter((name) => name !== undefined);
    const here = names[at]!.startsWith('d/');
    const seen = extended.map((name) => (here ? (name.startsWith('d/') ? name.slice(2) : `../${name}`) : name));
    if (random.once(20)) seen.push(random.pick(oddNames));
    files[names[at]!] = file(random, seen);
  }
  return {
    op: 'resolve',
    files,
    entry: 'f0.cfg',
    ...(random.once(5) && {cmdline: random.many(3, () => assignment(random))}),
    ...(random.once(10) && {home: {'default.cfg': file(random, [])}}),
    urls: random.once(12)
      ? {[`${url}u.cfg`]: file(random, random.once(3) ? ['v.cfg'] : []), [`${url}v.cfg`]: file(random, [])}
      : {},
  };
}

function file(random: Random, extended: readonly string[]): string {
  const blocks: string[] = [];
  if (random.once(15)) blocks.push(random.pick(['\n', '# c\n', '; c\n\n', '  \n']));
  if (extended.length > 0 || !random.once(3)) {
    const lines = [header(random, 'buildout')];
    if (extended.length > 0) {
      const key = random.once(8) ? 'optional-extends' : 'extends';
      const sign = random.once(25) ? random.pick([' += ', '+= ', ' -= ']) : ' = ';
      const list = extended.join(random.once(20) ? '\n# gone\n    ' : '\n    ');
      lines.push(random.once(3) ? `${key}${sign.trimEnd()}\n    ${list}\n` : `${key}${sign}${extended.join(' ')}\n`);
      if (random.once(12)) lines.push(`optional-extends = ${random.pick([...names, 'nothing.cfg'])}\n`);
    }
    if (!random.once(4))
      lines.push(`parts${operator(random)}${random.pick(['a', 'a b', 'b c', '\n  a\n  c', '', '${a:x}'])}\n`);
    lines.push(...random.many(2, () => buildoutOption(random)));
    blocks.push(lines.join(''));
  }
  blocks.push(...random.many(4, () => section(random)));
  const text = blocks.join(random.once(2) ? '\n' : '');
  return random.once(30) ? text.replaceAll('\n', random.pick(['\r\n', '\r'])) : text;
}

function header(random: Random, name: string): string {
  if (random.once(9))
    return `[${name}${random.pick([':', ' :', ': '])}${condition(random)}]${random.pick(['', ' ', ' # c', '; c'])}\n`;
  return random.pick([
    `[${name}]\n`,
    `[${name}]\n`,
    `[${name}]\n`,
    `[ ${name} ]\n`,
    `[${name}] # comment\n`,
    `[${name}];c\n`,
  ]);
}

/** One that the target decides: what only the host can say is compared by itself. */
function condition(random: Random): string {
  if (!random.once(3)) return random.pick(conditions);
  const made = makeCondition(random);
  return answersTo([made])[0] === 'Undecidable' ? 'linux' : made;
}

const conditions = [
  'True',
  'False',
  'python3',
  'python2',
  'linux',
  'windows',
  'not windows',
  'linux and python3',
  'python2 or posix',
  'sys.version_info >= (3, 8)',
  'sys.version_info[0] == 2',
  "sys_platform == 'linux'",
  'python_version < "3"',
  "python_version >= '3.10' and os_name == 'posix'",
  'bits64',
  '1 < 2 < 3',
  '[]',
  "'a' in 'abc'",
  '1 if linux else 0',
  '(1, 2)[1:]',
  'nonesuch',
  'a b',
  '{}',
  'None',
  "platform.machine() == 'x86_64'",
  'len("abc") > 2',
  '" ".join(["a"]) == "a"',
  '[x for x in (0, 1) if x]',
  '"\\x23" == chr(35)',
];

const sections = ['a', 'b', 'c', 'd', 'versions', 'buildout'];
const keys = ['x', 'y', 'z', 'w'];
const oddSections = ['A', 'a.b', 'a-b', 'é', 'a+', '<', '10', 'constructor', '__proto__', 'a/b', "a'b"];
const oddKeys = [
  ...['X', 'x.y', 'x-y', '10', 'é', '__proto__', 'constructor', 'x+', '-x', '+', '-', 'x--', 'x++', 'x -', '<', 'x,y'],
  ...[
    'zc.buildout',
    'zc.recipe.egg',
    'parts',
    'recipe',
    '_buildout_section_name_',
    'extends',
    '>',
    '=x',
    'a#b',
    'a;b',
    '#x',
  ],
];

function section(random: Random): string {
  const name = random.once(15) ? random.pick(oddSections) : random.pick(sections);
  const lines = [header(random, name)];
  if (name !== 'versions' && name !== 'buildout') {
    if (random.once(2))
      lines.push(`recipe${random.once(8) ? ' += ' : ' = '}${random.pick(['r', 'r:e', 'r:e:f', '${b:x}', 'r', 'r'])}\n`);
    if (random.once(5))
      lines.push(
        `${random.pick(['<= ', '<=', '< = ', '<= ', '< += ', '< -= ', '<  ='])}${random.pick(['a', 'b', 'c', 'd', 'b\n  c', '\n  c\n  d', 'b c', 'buildout'])}\n`,
      );
    if (random.once(8))
      lines.push(
        `${random.pick(['=> ', '=>', '<part-dependencies> = '])}${random.pick(['a', 'b', 'c d', '${b:x}'])}\n`,
      );
  }
  lines.push(...random.many(4, () => option(random)));
  // Operators, macros and dependencies stand anywhere in a section.
  if (random.once(6)) lines.splice(1, lines.length - 1, ...lines.slice(1).reverse());
  return lines.join('');
}

function option(random: Random): string {
  const line = `${random.once(25) ? random.pick(oddKeys) : random.pick(keys)}${operator(random)}${value(random)}\n`;
  if (random.once(20)) return `${line}${random.pick(['# gone\n', '; gone\n', '\n', '   \n', '\t\n', '  more\n'])}`;
  return line;
}

function operator(random: Random): string {
  return random.pick([' = ', ' = ', ' = ', '=', ' += ', ' += ', ' -= ', ' -= ', '+= ', '-=', '  += ', '\t+=', '  =  ']);
}

function value(random: Random): string {
  const kind = random.below(8);
  if (kind === 0) return '';
  if (kind <= 3) return word(random);
  if (kind === 4) return `${word(random)} ${word(random)}`;
  const lines = random.many(4, () => `${random.pick(['  ', '  ', '    ', '\t', ' '])}${word(random)}`);
  return `${kind === 5 ? word(random) : ''}\n${lines.join('\n')}${random.once(6) ? '\n\n' : ''}`;
}

const referred = [
  ...[
    'nope',
    '_buildout_section_name_',
    'recipe',
    'directory',
    'parts',
    'eggs-directory',
    'bin-directory',
    'executable',
  ],
  ...[
    'develop-eggs-directory',
    'parts-directory',
    'installed',
    'log-level',
    'newest',
    'offline',
    'versions',
    'python',
    'x +',
  ],
  ...[
    'download-cache',
    'find-links',
    'X',
    'x.y',
    'x-y',
    '10',
    ' x',
    'x ',
    'zc.buildout',
    'extends',
    '<part-dependencies>',
    'é',
  ],
];

function word(random: Random): string {
  const kind = random.below(10);
  if (kind < 5) return random.pick(['l', 'm', 'n', 'one', 'two']);
  if (kind < 8) {
    const name = random.once(3) ? '' : random.once(25) ? 'nope' : random.pick(sections);
    return `\${${name}:${random.once(20) ? random.pick(referred) : random.pick(keys)}}`;
  }
  if (kind === 8)
    return random.pick(['$$', '$', '$${b:y}', '$$${b:y}', '$$$${b:y}', '{', '}', 'é', '\u00a0', '"', "'"]);
  return random.pick([
    '${b}',
    '${a:b:c}',
    '${}',
    '${:}',
    '${b:y',
    'x=y',
    '[a]',
    '#h',
    ';s',
    '${b:y}${c:z}',
    '${buildout:directory}',
    '${b/c:d}',
    '${b :x}',
    ...[
      '${: x}',
      '${b:x }',
      '${b:\n  x}',
      '${b:x',
      '$ {b:x}',
      '${b:x}}',
      '${${b:x}:y}',
      '$${b:x}${b:x}',
      '${b:x}$$',
      '${é:x}',
    ],
    ...[
      '${d:_buildout_section_name_}',
      '${:_buildout_section_name_}',
      '${a-b:x}',
      '${a.b:x}',
      '${b:}',
      '${:x}${:x}',
      '$$$',
    ],
    ...[
      '\\',
      '%s',
      '%(x)s',
      '|',
      '<',
      '=>',
      '+= x',
      '-= x',
      '\u2028',
      '\x1c',
      '\x85',
      '=',
      '${b:x}/lib',
      'l#m',
      'l ;m',
    ],
  ]);
}

function buildoutOption(random: Random): string {
  const [name, values] = random.pick([
    ['newest', ['true', 'false', 'maybe']],
    ['offline', ['true', 'false', 'false', 'yes']],
    ['versions', ['versions', 'a', '', 'nope']],
    ['eggs-directory', ['e', '/abs/e', '~/e', '${buildout:directory}/e']],
    ['bin-directory', ['b', '/abs/b', '${buildout:directory}/b', '${a:x}']],
    ['download-cache', ['dl', '~/dl', '${a:y}']],
    ['eggs-directory-version', ['', 'v6']],
    ['log-level', ['DEBUG', '10', 'LOUD', '${a:x}']],
    ['installed', ['', 'i.cfg']],
    ['allow-picked-versions', ['false', 'no']],
    ['directory', ['/abs', '..', '${a:x}']],
    ['find-links', ['http://l', '${b:x}']],
    ['x', ['l', '${a:x}', '${versions:x}']],
    ['extends-cache', ['${buildout:directory}/c', '']],
    ['verbosity', ['1', '${a:x}', 'x']],
    ['socket-timeout', ['5', 'x', '']],
    ['install-from-cache', ['true', 'false', 'x']],
    ['prefer-final', ['false', 'x']],
    ['abi-tag-eggs', ['false', 'x']],
    ['extensions', ['', '${a:x}']],
    ['develop', ['', 'src']],
    ['parts-directory', ['p', '', '${b:x}']],
    ['develop-eggs-directory', ['de', '../de']],
    ['executable', ['py', '${a:x}']],
    ['python', ['python', '${a:x}']],
    ['show-picked-versions', ['true', 'x']],
    ['use-dependency-links', ['x', 'true']],
    ['allow-hosts', ['*.x', '']],
    ['index', ['http://i', '']],
    ['recipe', ['r']],
    ['<', ['a', 'b']],
  ] as const);
  // Operators on options that are needed while files are read would make the reading itself depend on the order of files.
  const sign = name === 'newest' || name === 'offline' ? ' = ' : random.once(5) ? ' += ' : ' = ';
  return `${name}${sign}${random.pick(values)}\n`;
}

function assignment(random: Random): string {
  if (random.once(8)) return random.pick(['-N', '-o', '-v', '-U', '-n']);
  if (random.once(8))
    return random.pick([
      ...[
        'buildout:parts=a',
        'parts=b c',
        'buildout:extends=f1.cfg',
        'buildout:eggs-directory=/e',
        'buildout:offline=true',
      ],
      ...[
        'buildout:newest=x',
        'buildout:parts+=c',
        'buildout:parts-=a',
        'a:recipe=r',
        'new:x=1',
        'buildout:versions=a',
        'a:<=b',
      ],
      ...[
        'buildout:directory=/abs',
        'buildout:bin-directory=b',
        'log-level=LOUD',
        'versions:zc.buildout=1',
        'a : x = 1',
      ],
    ]);
  const sign = random.pick(['=', '=', '=', '+=', ' += ', '-=', ' -= ']);
  return `${random.pick(sections)}:${random.pick(keys)}${sign}${random.pick(['l', 'm', '${b:y}', '', 'n'])}`;
}

/** A file with a few characters put in, left out or doubled. */
function spoiled(random: Random, text: string): string {
  let result = text;
  for (const _ of random.many(4, () => 0)) {
    const at = random.below(result.length + 1);
    const what = random.pick([
      ...'[]=+-<>#;:${}\n\r\t \f\v\0',
      '\u00a0',
      '\u2028',
      '\u0085',
      '\x1c',
      '\ufeff',
      '😀',
      '=>',
      '\r\n',
      '\n[',
      ' \n',
    ]);
    const cut = random.below(3);
    result = result.slice(0, at) + (random.once(3) ? '' : what) + result.slice(at + cut);
  }
  // Half a character is no text.
  return Buffer.from(result, 'utf8').toString('utf8');
}

/** A file with a few bytes put in, left out or changed: it may be no UTF-8 any more. */
function spoiledBytes(random: Random, text: string): Buffer {
  let result = Buffer.from(text, 'utf8');
  for (const _ of random.many(3, () => 0)) {
    const at = random.below(result.length + 1);
    const put = random.once(2) ? Buffer.from([random.below(256)]) : Buffer.alloc(0);
    result = Buffer.concat([result.subarray(0, at), put, result.subarray(at + random.below(3))]);
  }
  return result;
}

function bytes(random: Random): Buffer {
  const alphabet = [
    ...Buffer.from('[ab]=+-<#;$\n \t:{}xy\r'),
    0x00,
    0x80,
    0xc3,
    0xa9,
    0xe2,
    0x80,
    0xa8,
    0xff,
    0xc2,
    0xa0,
    0x0c,
  ];
  const usual = [...Buffer.from('[a]\nx=1\n +-y')];
  return Buffer.from(Array.from({length: random.below(40)}, () => random.pick(random.once(3) ? alphabet : usual)));
}
