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

/** What a target decides. */
const decided: readonly string[] = [
  ...names,
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
  "implementation_version ~= '3'",
  "os_name == 'none' and implementation_version ~= '3.11.*'",
  "platform_version ~= 'x'",
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
