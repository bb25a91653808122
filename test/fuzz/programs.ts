/** Makes up configurations: sensible ones with every operator, and broken ones. */
import type {Program} from '../oracle/oracle.js';
import type {Random} from './random.js';

export function makeProgram(random: Random): Program {
  const kind = random.below(10);
  if (kind === 0) return {op: 'parse', files: {'a.cfg': {b64: bytes(random).toString('base64')}}, entry: 'a.cfg'};
  if (kind <= 3) return {op: 'parse', files: {'a.cfg': spoiled(random, file(random, []))}, entry: 'a.cfg'};
  return graph(random);
}

const names = ['f0.cfg', 'f1.cfg', 'f2.cfg', 'd/f3.cfg', 'd/f4.cfg'];
const url = 'http://h.example/p/';

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
    if (random.once(25)) seen.push(random.pick(['d/../f1.cfg', './f2.cfg', 'nothing.cfg', `${url}u.cfg`, '# x']));
    files[names[at]!] = file(random, seen);
  }
  return {
    op: 'resolve',
    files,
    entry: 'f0.cfg',
    ...(random.once(6) && {cmdline: random.many(2, () => assignment(random))}),
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
      const key = random.once(20) ? 'optional-extends' : 'extends';
      lines.push(random.once(3) ? `${key} =\n    ${extended.join('\n    ')}\n` : `${key} = ${extended.join(' ')}\n`);
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
    return `[${name}${random.pick([':', ' :', ': '])}${random.pick(conditions)}]${random.pick(['', ' ', ' # c', '; c'])}\n`;
  return random.pick([
    `[${name}]\n`,
    `[${name}]\n`,
    `[${name}]\n`,
    `[ ${name} ]\n`,
    `[${name}] # comment\n`,
    `[${name}];c\n`,
  ]);
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

function section(random: Random): string {
  const name = random.pick(sections);
  const lines = [header(random, name)];
  if (name !== 'versions' && name !== 'buildout') {
    if (random.once(2))
      lines.push(`recipe${random.once(8) ? ' += ' : ' = '}${random.pick(['r', 'r:e', 'r:e:f', '${b:x}', 'r', 'r'])}\n`);
    if (random.once(5))
      lines.push(
        `${random.pick(['<= ', '<=', '< = '])}${random.pick(['a', 'b', 'c', 'd', 'b\n  c', '\n  c\n  d', 'b c', 'buildout'])}\n`,
      );
    if (random.once(8))
      lines.push(
        `${random.pick(['=> ', '=>', '<part-dependencies> = '])}${random.pick(['a', 'b', 'c d', '${b:x}'])}\n`,
      );
  }
  lines.push(...random.many(4, () => option(random)));
  return lines.join('');
}

function option(random: Random): string {
  const line = `${random.pick(keys)}${operator(random)}${value(random)}\n`;
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

function word(random: Random): string {
  const kind = random.below(10);
  if (kind < 5) return random.pick(['l', 'm', 'n', 'one', 'two']);
  if (kind < 8) {
    const name = random.once(3) ? '' : random.once(25) ? 'nope' : random.pick(sections);
    return `\${${name}:${random.once(20) ? random.pick(['nope', '_buildout_section_name_', 'recipe', 'directory']) : random.pick(keys)}}`;
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
  ] as const);
  // Operators on options that are needed while files are read would make the reading itself depend on the order of files.
  const sign = name === 'newest' || name === 'offline' ? ' = ' : random.once(5) ? ' += ' : ' = ';
  return `${name}${sign}${random.pick(values)}\n`;
}

function assignment(random: Random): string {
  if (random.once(8)) return random.pick(['-N', '-o', '-v', '-U', '-n']);
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
