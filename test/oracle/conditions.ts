/** Section conditions, and the targets that they are decided for. What zc.buildout answers is in conditions.json. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Target} from '../../compiler/model/settings.js';
import {projectRoot} from '../harness/tools.js';
import type {ConditionAnswer} from './oracle.js';

const cpython = (minor: number, platform: string): Target => ({
  python: `3.${minor}`,
  implementation: 'cpython',
  platform,
});

export const targets: readonly Target[] = [
  ...[10, 11, 12, 13, 14].map((minor) => cpython(minor, 'linux-x86_64')),
  ...['linux-aarch64', 'linux-i686', 'linux-armv7l', 'linux-s390x', 'linux-ppc64le'].map((platform) =>
    cpython(12, platform),
  ),
  ...[
    'macosx-x86_64',
    'macosx-arm64',
    'win32-x86_64',
    'win32-x86',
    'win32-arm64',
    'cygwin-x86_64',
    'freebsd-amd64',
  ].map((platform) => cpython(12, platform)),
  ...[10, 11].map((minor): Target => ({python: `3.${minor}`, implementation: 'pypy', platform: 'linux-x86_64'})),
  {python: '3.11', implementation: 'pypy', platform: 'macosx-arm64'},
  {python: '3.11', implementation: 'pypy', platform: 'win32-x86_64'},
];

export function targetName({python, implementation, platform}: Target): string {
  return `${implementation} ${python} ${platform}`;
}

const names = [
  ...['python2', 'python3', 'cpython', 'pypy', 'jython', 'ironpython'],
  ...['linux', 'windows', 'cygwin', 'solaris', 'macosx', 'posix', 'bits32', 'bits64', 'little_endian', 'big_endian'],
  ...['24', '25', '26', '27', ...Array.from({length: 20}, (_, at) => `3${at}`)].map((version) => `python${version}`),
];

/** Bytes, formats, powers and `**`: what is no matter of the target. */
const values: readonly string[] = String.raw`
b'abc' == b'abc'
float(b' 1_0.5\n') == 10.5
float(b'ab')
chr(2 ** 31)
chr(2 ** 31 - 1)
chr(-2 ** 31 - 1)
float(b'\xb2')
'abc' % b'x' == 'abc'
'%s' % b'x'
b'abc' == 'abc'
b'abc' < b'abd'
b'abc' < 'abd'
b'a' in b'abc'
97 in b'abc'
'a' in b'abc'
b'a' in 'abc'
300 in b'abc'
None in b'abc'
b'abc'[0] == 97
b'abc'[1:] == b'bc'
b'abc'[::-1] == b'cba'
b'abc'[5]
b'a' + b'b' == b'ab'
b'a' + 'b'
'a' + b'b'
b'a' * 3 == b'aaa'
3 * b'ab' == b'ababab'
b'\x41\101\n\u0041\N' == b'AA\n\\u0041\\N'
rb'\x41' == b'\\x41'
b'\400' == b'\x00'
b'a' b'b' == b'ab'
b'abc'.decode() == 'abc'
'abc'.encode() == b'abc'
'abc'.encode('ascii').decode('utf8') == 'abc'
b'abc'.startswith(b'a')
b'abc'.startswith('a')
b'abc'.startswith((b'x', b'a'))
b'abc'.nonesuch
b'ABC'.lower() == b'abc'
b'abc'.upper() == b'ABC'
b'\xff'.hex() == 'ff'
len(b'abc') == 3
list(b'ab') == [97, 98]
repr(b"a'b\xff\n\t\\") == 'b"a\'b\\xff\\n\\t\\\\"'
str(b'a') == "b'a'"
'%s' % b'a' == "b'a'"
not b''
bool(b'')
isinstance(b'a', bytes)
isinstance('a', bytes)
isinstance(b'a', (str, bytes))
isinstance(b'a', str)
bytes() == b''
bytes('a', 'ascii') == b'a'
bytes('a')
bytes(b'ab') == b'ab'
{b'a': 1}[b'a'] == 1
{b'a', 'a'} == {'a', b'a'}
b'a' is None
ord(b'a') == 97
ord(b'ab')
-b'a'
b'a' - b'a'
b'a' / 2
b'a'()
b'a'.x
sorted([b'b', b'a'])[0] == b'a'
max(b'abc') == 99
min(b'')
b'ab' in [b'ab']
hasattr(b'a', 'decode')
hasattr(b'a', 'encode')
hasattr(b'a', 'format')
sum(b'ab') == 195
any(b'\0')
[x for x in b'ab'] == [97, 98]
b'a' == None
b'a' != 'a'
f"{1:>5}" == '    1'
f"{1!r}" == '1'
f"{sys.platform:>8}" == '   linux'
f"{sys.platform!r}" == "'linux'"
f"{3.14159:.2f}" == '3.14'
f"{1:5d}|{2:<3}|" == '    1|2  |'
f"{1!r:>3}" == '  1'
f"{1 == 1}" == 'True'
f"{1 != 2:>5}" == '    1'
f"{1 != 2}" == 'True'
f"{None:5}"
f"{None}" == 'None'
f"{[1]:3}"
f"{(1,2)}" == '(1, 2)'
f"{sys.version_info[:2]}"
f"{True:d}" == '1'
f"{1:q}"
f"{:>5}"
f"{!r}"
f"{1:}" == '1'
f"{x:>5}"
f"{1!s:>3}" == '  1'
f"{{}}" == '{}'
f"{1:,}"
f"{1234567:,}" == '1,234,567'
f"{{1:2}}" == '{1:2}'
f"{(lambda: 1)():>2}" == ' 1'
f"{lambda: 1}"
f"{[1,2][0:1]}" == '[1]'
f"{sys.version_info.major}.{sys.version_info.minor:02}" == '3.11'
'{:>5}'.format(1) == '    1'
'{0:x}{1!r}'.format(255, 'a') == "ff'a'"
'{a:03}'.format(a=7) == '007'
'{:d}'.format('a')
'{:s}'.format(1)
'{:%}'.format(0.5) == '50.000000%'
'{!r}'.format('a') == "'a'"
'{:5'.format(1)
'{:'.format(1)
'{!r:>5}'.format('a') == "  'a'"
'{0:}'.format(1) == '1'
'%x' % 255 == 'ff'
'%X' % 255 == 'FF'
'%o' % 8 == '10'
'%.2f' % 1.005 == '1.00'
'%5.1f|' % 2.25 == '  2.2|'
'%-8.3f|' % 1.5 == '1.500   |'
'%08.3f' % -1.5 == '-001.500'
'%e' % 12345 == '1.234500e+04'
'%g' % 1e10 == '1e+10'
'%x' % 1.5
'%5%' % 1
'%5%' % ()
'%%' % () == '%'
f"{sys.platform!x}"
'{a}'.format(**{1: 1})
'%f' % 'a'
'%x' % 'a'
'%f' % True == '1.000000'
'%.f' % 2.5 == '2'
'%x' % -255 == '-ff'
'%06x' % -255 == '-000ff'
'% x' % 255 == ' ff'
'%5x|%-5x|' % (255, 255) == '   ff|ff   |'
'%(a).1f' % {'a': 2} == '2.0'
format(1) == '1'
format('a', 5)
format(1, b'')
format()
format(1, '', 2)
2 ** 10 == 1024
2 ** -1 == 0.5
(-2) ** 3 == -8
2 ** 0.5 > 1.41
0 ** -1
0 ** 0 == 1
1 ** 10 ** 30 == 1
(-1) ** 10 ** 30 == 1
(-1) ** (10 ** 30 + 1) == -1
2 ** 5000 > 2 ** 4999
10 ** 400 ** 1 > 0
(10 ** 400) ** -1
'a' ** 2
2 ** 'a'
pow(2, 3) == 8
pow(2, -1) == 0.5
pow(2)
2 ** True == 2
{**{'a': 1}, 'b': 2} == {'a': 1, 'b': 2}
{'a': 0, **{'a': 1}}['a'] == 1
{**{}} == {}
{**1}
{**None}
{**[1]}
(lambda a: a)(**{'a': 1}) == 1
(lambda a: a)(1, **{'a': 1})
(lambda a, b: a)(a=1, **{'b': 1}) == 1
(lambda a: a)(a=1, **{'a': 1})
(lambda a: a)(**{1: 1})
(lambda a: a)(**1)
'{a}'.format(**{'a': 1}) == '1'
'{}{a}'.format(*[1], **{'a': 2}) == '12'
{**{'a': 1}, **{'b': 2}} == {'a': 1, 'b': 2}
`
  .trim()
  .split('\n');

/** What a target decides. */
const decided: readonly string[] = [
  ...names,
  ...values,
  ...['True', 'False', 'None', 'sys', 'os', 'platform', 're', 'python320', 'python3_11', 'Linux', 'freebsd'],
  ...['not windows', 'linux or macosx', 'linux and python3', 'cpython and not bits32', 'windows if bits64 else posix'],
  'sys.version_info >= (3, 8)',
  'sys.version_info < (3, 12)',
  'sys.version_info[:2] == (3, 11)',
  'sys.version_info[0] == 3 and sys.version_info[1] > 10',
  'sys.version_info.major == 3',
  'sys.version_info.minor in (10, 11)',
  'sys.version_info.releaselevel == "final"',
  'len(sys.version_info) == 5',
  'sys.version.startswith("3.12")',
  'sys.version[0] == "3"',
  'sys.version[:4] >= "3.12"',
  'int(sys.version[0]) > 2',
  "sys.platform == 'linux'",
  "sys.platform.startswith('win')",
  "sys.platform in ('darwin', 'win32')",
  "'win' in sys.platform",
  'sys.maxsize > 2**32',
  'sys.maxsize == 2147483647',
  "sys.byteorder == 'little'",
  'sys.hexversion >= 0x030b0000',
  'sys.maxunicode == 0x10ffff',
  "sys.implementation.name == 'cpython'",
  "hasattr(sys, 'nonesuch')",
  "os.name == 'posix'",
  "os.name == 'nt'",
  "os.sep == '/'",
  "os.pathsep == ':'",
  "os.linesep == '\\n'",
  "os.devnull == '/dev/null'",
  "os.curdir == '.' and os.pardir == '..' and os.extsep == '.'",
  'os.path.sep == os.sep',
  "platform.machine() == 'x86_64'",
  "platform.machine() in ('AMD64', 'x86_64')",
  "platform.machine().startswith('arm')",
  "platform.machine() == 'aarch64' and linux",
  "platform.machine().lower() == 'amd64'",
  "re.match('i[3-6]86', platform.machine())",
  "platform.system() == 'Linux'",
  "platform.system() == 'Darwin' or platform.system() == 'Windows'",
  "platform.system().lower() in ('linux', 'darwin')",
  "platform.python_implementation() == 'PyPy'",
  "platform.python_version() >= '3.10'",
  "platform.python_version().startswith('3.1')",
  "platform.python_version_tuple()[:2] == ('3', '12')",
  "platform.python_version_tuple()[0] == '3'",
  "platform.architecture()[0] == '64bit'",
  "'32' in platform.architecture()[0]",
  "python_version < '3.11'",
  "python_version >= '3.10'",
  "python_version == '3.12'",
  "python_version != '3.12'",
  "python_version ~= '3.11'",
  "python_version in '3.10 3.11'",
  "python_version not in '2.7, 3.6'",
  "python_version === '3.11'",
  "'3.12' <= python_version",
  "python_version == '3.*'",
  "python_full_version >= '3.11'",
  "python_full_version < '3.12'",
  "python_full_version == '3.11.*'",
  "os_name == 'posix'",
  "os_name == 'nt'",
  "os.name == 'posix' and True",
  "sys_platform == 'linux'",
  "sys_platform == 'darwin' or sys_platform == 'win32'",
  "'linux' in sys_platform",
  "sys_platform != 'win32'",
  "platform_system == 'Windows'",
  "platform_system == 'Linux' and platform_machine == 'x86_64'",
  "platform_machine == 'aarch64'",
  "platform_machine in 'x86_64 AMD64'",
  "platform_python_implementation == 'CPython'",
  "implementation_name == 'pypy'",
  "extra == 'test'",
  "python_version >= '3.10' and (os_name == 'posix' or sys_platform == 'win32')",
  "python_version < '3' or python_version >= '3.12' and os_name == 'posix'",
  "python_version > 'three'",
  "sys_platform > 'l'",
  "os_name >= 'posix'",
  '1 < 2 < 3',
  '[x for x in (0, 1) if x]',
  "any(each in sys.platform for each in ('linux', 'darwin'))",
  "{'linux': 1}.get(sys.platform, 0)",
  "{'a': True}['b']",
  "'%d.%d' % sys.version_info[:2] == '3.12'",
  "'{}.{}'.format(*sys.version_info) == '3.12'",
  "'.'.join(str(each) for each in sys.version_info[:2]) == '3.13'",
  "f'{sys.version_info[0]}' == '3'",
  '(lambda v: v >= (3, 12))(sys.version_info)',
  '(minor := sys.version_info[1]) > 11 and minor < 14',
  "sys.version_info > '3'",
  'platform.machin()',
  'linux windows',
  'import sys',
  'python3 = 1',
  '1/0',
];

/** What only the host can say, for each target or for some: of these an Undecidable is right, and a wrong answer is not. */
export const hostConditions: readonly string[] = [
  ...['sys.version_info[2] > 3', "python_full_version >= '3.12.3'", "platform.python_version() == '3.12.4'"],
  ...["implementation_version >= '3.10'", "platform_release == '1'", "platform_version == '1'"],
  ...["os.path.isdir('/nowhere')", "os.environ.get('NO_SUCH_VARIABLE')", "os.path.join('a', 'b') == 'a/b'"],
  ...["os.path.basename('/a/b') == 'b'", "platform.release() == '1'", "os.uname()[0] == 'Linux'"],
  ...["re.search('win', sys.platform) is None", "re.compile('linux').match(sys.platform)"],
  ...["'GCC' in sys.version", "hasattr(sys, 'pypy_version_info')", "hasattr(os, 'uname')", 'sys.executable'],
  ...[
    "platform.architecture() == ('64bit', 'ELF')",
    "os.path.normpath('a/../b') == 'b'",
    'sys.implementation.version > (3, 9)',
  ],
];

export const conditions: readonly string[] = [...decided, ...hostConditions];

/** An answer for each condition: one that is the same for all targets, or one each, in their order. */
export type Recorded = Readonly<Record<string, ConditionAnswer | readonly ConditionAnswer[]>>;

const file = join(projectRoot, 'test/oracle/conditions.json');

export function recordedConditions(): Recorded {
  return JSON.parse(readFileSync(file, 'utf8')) as Recorded;
}

export function recordConditions(answers: Readonly<Record<string, readonly ConditionAnswer[]>>): void {
  const lines = Object.entries(answers).map(([condition, list]) => {
    const same = list.every((answer) => answer === list[0]);
    return `  ${JSON.stringify(condition)}: ${JSON.stringify(same ? list[0] : list)}`;
  });
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);
}

export function answerFor(recorded: Recorded, condition: string, target: number): ConditionAnswer | undefined {
  const found = recorded[condition];
  return typeof found === 'object'
    ? (found as readonly ConditionAnswer[])[target]
    : (found as ConditionAnswer | undefined);
}
