/** The names that a section condition can use, for a target. Source: zc.buildout 6.0.1, buildout._default_globals. */
import type {Target} from '../model/settings.js';
import {regularExpressions} from '../python/regex.js';
import {
  type FunctionValue,
  type ModuleValue,
  type PrefixValue,
  PythonError,
  tuple,
  Undecidable,
  type Value,
} from '../python/value.js';
import {basename, dirname, isAbsolute, joinPath, normalisePath} from '../util/path.js';

/** A target with the third number of its Python. */
export interface Machine extends Target {
  readonly major: number;
  readonly minor: number;
  readonly micro: number;
}

/** What a machine is called, by operating system; undefined where a target does not tell. */
export interface PlatformNames {
  readonly sysPlatform: string | PrefixValue;
  readonly osName: 'posix' | 'nt';
  readonly system: string | PrefixValue | undefined;
  readonly machine: string;
}

export function platformNames({platform}: Target): PlatformNames {
  const [os = '', ...rest] = platform.split('-');
  const machine = rest.join('-');
  switch (os) {
    case 'linux':
      return {sysPlatform: 'linux', osName: 'posix', system: 'Linux', machine};
    case 'macosx':
      return {sysPlatform: 'darwin', osName: 'posix', system: 'Darwin', machine};
    case 'win32':
      return {
        sysPlatform: 'win32',
        osName: 'nt',
        system: 'Windows',
        machine: {x86_64: 'AMD64', amd64: 'AMD64', arm64: 'ARM64', aarch64: 'ARM64'}[machine] ?? machine,
      };
    case 'cygwin':
      return {sysPlatform: 'cygwin', osName: 'posix', system: prefix('CYGWIN_NT-', 'platform.system()'), machine};
    default:
      // `freebsd14`: the release is part of the name.
      return {
        sysPlatform: prefix(os, 'sys.platform'),
        osName: 'posix',
        system: os === 'freebsd' ? 'FreeBSD' : undefined,
        machine,
      };
  }
}

function prefix(known: string, what: string): PrefixValue {
  return {kind: 'prefix', known, what};
}

/** Names of the globals; asking for one may find that it can't be known. */
export function globalNames(machine: Machine, onMicro: () => void): ReadonlyMap<string, () => Value> {
  const {major, minor, implementation, platform} = machine;
  const names = platformNames(machine);
  const os = platform.split('-')[0]!;
  const word = wordSize(names.machine);
  const known =
    (value: Value | undefined, what: string): (() => Value) =>
    () => {
      if (value === undefined) throw new Undecidable(what);
      return value;
    };
  const modules = modulesOf(machine, names, word, onMicro);
  const found = new Map<string, () => Value>([
    ...modules.map((module): [string, () => Value] => [module.name, () => module]),
    ['python2', known(major === 2, 'python2')],
    ['python3', known(major === 3, 'python3')],
    ['cpython', known(implementation === 'cpython', 'cpython')],
    ['pypy', known(implementation === 'pypy', 'pypy')],
    ['jython', known(false, 'jython')],
    ['ironpython', known(false, 'ironpython')],
    ['linux', known(os === 'linux', 'linux')],
    ['windows', known(os === 'win32', 'windows')],
    ['cygwin', known(os === 'cygwin', 'cygwin')],
    ['solaris', known(false, 'solaris')],
    ['macosx', known(os === 'macosx', 'macosx')],
    ['posix', known(names.osName === 'posix', 'posix')],
    ['bits32', known(word && word.bits === 32, 'bits32')],
    ['bits64', known(word && word.bits === 64, 'bits64')],
    ['little_endian', known(word?.little, 'little_endian')],
    ['big_endian', known(word && !word.little, 'big_endian')],
  ]);
  const versions = ['24', '25', '26', '27', ...Array.from({length: 20}, (_, each) => `3${each}`)];
  for (const version of versions) found.set(`python${version}`, known(version === `${major}${minor}`, version));
  return found;
}

interface WordSize {
  readonly bits: 32 | 64;
  readonly little: boolean;
}

function wordSize(machine: string): WordSize | undefined {
  if (/^(x86_64|amd64|aarch64|arm64|ppc64le|riscv64|loongarch64|mips64el|alpha|ia64)$/i.test(machine))
    return {bits: 64, little: true};
  if (/^(s390x|ppc64|mips64|sparc64)$/.test(machine)) return {bits: 64, little: false};
  if (/^(i[3-6]86|x86|armv\d+l|armv\d+hf|mipsel|riscv32)$/.test(machine)) return {bits: 32, little: true};
  return /^(ppc|mips|s390|sparc)$/.test(machine) ? {bits: 32, little: false} : undefined;
}

function modulesOf(
  machine: Machine,
  names: PlatformNames,
  word: WordSize | undefined,
  onMicro: () => void,
): ModuleValue[] {
  const {major, minor, micro, implementation} = machine;
  const info: Value = {
    kind: 'tuple',
    names: ['major', 'minor', 'micro', 'releaselevel', 'serial'],
    get items(): readonly Value[] {
      onMicro();
      return [BigInt(major), BigInt(minor), BigInt(micro), 'final', 0n];
    },
  };
  const cpython = implementation === 'cpython';
  const sys: Record<string, Value> = {
    version_info: info,
    version: {kind: 'prefix', known: `${major}.${minor}.`, what: 'sys.version'},
    byteorder: word?.little === false ? 'big' : 'little',
    maxunicode: 1114111n,
    hexversion: 0n,
  };
  sys.platform = names.sysPlatform;
  if (word) sys.maxsize = word.bits === 64 ? 2n ** 63n - 1n : 2n ** 31n - 1n;
  else delete sys.byteorder;
  sys.implementation = {kind: 'module', name: 'sys.implementation', members: {name: cpython ? 'cpython' : 'pypy'}};
  Object.defineProperty(sys, 'hexversion', {
    enumerable: true,
    get: () => {
      onMicro();
      return BigInt(((major * 256 + minor) * 256 + micro) * 256 + 0xf0);
    },
  });
  const nt = names.osName === 'nt';
  const path: Record<string, Value> = {
    sep: nt ? '\\' : '/',
    curdir: '.',
    pardir: '..',
    extsep: '.',
    pathsep: nt ? ';' : ':',
  };
  if (!nt)
    Object.assign(path, {
      join: textFunction('join', (base, ...parts) => joinPath(base!, ...parts)),
      basename: textFunction('basename', (text) => basename(text!)),
      dirname: textFunction('dirname', (text) => dirname(text!)),
      normpath: textFunction('normpath', (text) => normalisePath(text!)),
      isabs: textFunction('isabs', (text) => isAbsolute(text!)),
    });
  const os: Record<string, Value> = {
    name: names.osName,
    sep: path.sep!,
    linesep: nt ? '\r\n' : '\n',
    pathsep: path.pathsep!,
    curdir: '.',
    pardir: '..',
    extsep: '.',
    devnull: nt ? 'nul' : '/dev/null',
    path: {kind: 'module', name: 'os.path', members: path},
  };
  const version = (): string => {
    onMicro();
    return `${major}.${minor}.${micro}`;
  };
  const platform: Record<string, Value> = {
    machine: constantFunction('machine', () => names.machine),
    python_implementation: constantFunction('python_implementation', () => (cpython ? 'CPython' : 'PyPy')),
    python_version: constantFunction('python_version', version),
    python_version_tuple: constantFunction('python_version_tuple', () => tuple(...versionTuple(machine, onMicro))),
  };
  if (names.system !== undefined) platform.system = constantFunction('system', () => names.system!);
  if (word) {
    // Elsewhere the `file` program of the host says it, where there is one.
    const linkage = names.osName === 'nt' ? 'WindowsPE' : prefix('', 'platform.architecture()[1]');
    platform.architecture = constantFunction('architecture', () => tuple(`${word.bits}bit`, linkage));
  }
  return [
    {kind: 'module', name: 'sys', members: sys},
    {kind: 'module', name: 'os', members: os},
    {kind: 'module', name: 'platform', members: platform},
    {kind: 'module', name: 're', members: regularExpressions({minor, pypy: !cpython})},
  ];
}

function versionTuple({major, minor, micro}: Machine, onMicro: () => void): Value[] {
  onMicro();
  return [String(major), String(minor), String(micro)];
}

function constantFunction(name: string, value: () => Value): FunctionValue {
  return {
    kind: 'function',
    name,
    call: (args, named) => {
      if (args.length > 0 || named.size > 0) throw new Undecidable(`${name}(…) with arguments`);
      return value();
    },
  };
}

function textFunction(name: string, value: (...texts: string[]) => Value): FunctionValue {
  return {
    kind: 'function',
    name,
    call: (args, named) => {
      if (named.size > 0) throw new Undecidable(`${name}(…) with names`);
      const texts = args.map((each) => {
        if (typeof each !== 'string') throw new PythonError('TypeError', `${name} takes texts`);
        return each;
      });
      if (texts.length === 0) throw new PythonError('TypeError', `${name} takes an argument`);
      return value(...texts);
    },
  };
}
