/** What no profile should be: every one of these ends with a message and exit status 1, in bounded time and memory. */
import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import test from 'ava';
import {withDir} from 'tmp-promise';
import {execute, findProgram, projectRoot} from '../harness/tools.js';

type Content = string | Uint8Array;

interface Case {
  /** Files by name; `a.cfg` is the profile. */
  readonly files: Readonly<Record<string, Content>>;
  /** Done in the folder before cfgc starts. */
  readonly prepare?: (folder: string) => Promise<unknown>;
  /** What the messages hold; nothing is said of what is merely large. */
  readonly says?: RegExp;
}

const head = '[buildout]\nparts =\n';
const deep = 10_000;
const many = (count: number, make: (index: number) => string): string =>
  Array.from({length: count}, (_, at) => make(at)).join('');
const condition = (text: string): Case['files'] => ({'a.cfg': `${head}[x: ${text}]\ny = 1\n`});
const extending = (name: string): Case['files'] => ({'a.cfg': `[buildout]\nextends = ${name}\nparts =\n`});
const part = `[buildout]\nparts = p\n[p]\nrecipe = zc.recipe.egg\n`;

const cases: Readonly<Record<string, Case>> = {
  'an empty file': {files: {'a.cfg': ''}, says: /CFG302/},
  'all bytes there are': {
    files: {'a.cfg': Buffer.from(Array.from({length: 1 << 18}, (_, at) => at % 256))},
    says: /CFG003/,
  },
  'UTF-16': {files: {'a.cfg': Buffer.from(`\ufeff${head}`, 'utf16le')}, says: /CFG003/},
  'Latin-1': {files: {'a.cfg': Buffer.from(`${head}x = \u00e9\n`, 'latin1')}, says: /CFG003/},
  'half a character at the end': {
    files: {'a.cfg': Buffer.concat([Buffer.from(head), Buffer.from([0xc3])])},
    says: /CFG003/,
  },
  'a byte-order mark': {files: {'a.cfg': `\ufeff${head}`}, says: /CFG103/},
  'CRLF and NUL bytes in a value': {files: {'a.cfg': '[buildout]\r\nparts =\r\nx = a\0b\r\n'}},
  'a NUL in a name of a file': {files: extending('a\0b.cfg'), says: /CFG002.*NUL/s},
  'a name longer than any file has': {files: extending(`${'a'.repeat(5000)}.cfg`), says: /CFG002.*too long/s},
  'a folder in place of a file': {
    files: extending('d'),
    prepare: (folder) => mkdir(join(folder, 'd')),
    says: /CFG002.*folder/s,
  },
  'a pipe that nobody writes to': {
    files: extending('pipe'),
    prepare: (folder) => execute(['mkfifo', join(folder, 'pipe')]),
    says: /CFG002.*no regular file/s,
  },
  'a device that never ends': {files: extending('/dev/zero'), says: /CFG002.*no regular file/s},
  'lines of megabytes': {
    files: {
      'a.cfg': `${head}x = ${'a'.repeat(2 << 20)}\ny = $${'{'.repeat(1 << 20)}\nz = ${'${'.repeat(1 << 18)}\n[s]\n${'${s:x}'.repeat(20_000)} = 1\n`,
    },
    says: /CFG102/,
  },
  'a hundred thousand lines that are no option': {
    files: {'a.cfg': `${head}${many(100_000, (at) => `line ${at}\n`)}`},
    says: /^… and 99950 more of CFG102 in a\.cfg: --max-diagnostics 0 shows them\n100001 errors$/m,
  },
  'a hundred thousand options': {files: {'a.cfg': `${head}[s]\n${many(100_000, (at) => `o${at} = v\n`)}`}},
  'one option added to fifty thousand times': {files: {'a.cfg': `${head}[s]\n${many(50_000, (at) => `x += ${at}\n`)}`}},
  'thirty thousand lines taken from as many': {
    files: {
      'a.cfg': `[buildout]\nextends = b.cfg\nparts =\n[s]\nx -=\n${many(30_000, (at) => `  ${at}\n`)}`,
      'b.cfg': `[s]\nx =\n${many(30_000, (at) => `  ${at}\n`)}`,
    },
  },
  'files that extend each other, deep': {
    files: {
      'a.cfg': '[buildout]\nextends = 0.cfg\n',
      ...Object.fromEntries(
        Array.from({length: 3000}, (_, at) => [`${at}.cfg`, `[buildout]\nextends = ${at + 1}.cfg\n`]),
      ),
      '3000.cfg': head,
    },
  },
  'references, deep': {
    files: {
      'a.cfg': `${part}x = \${s0:x}\n${many(deep, (at) => `[s${at}]\nx = \${s${at + 1}:x}\n`)}[s${deep}]\nx = 1\n`,
    },
  },
  'a circle of references, long': {
    files: {'a.cfg': `${part}x = \${s0:x}\n${many(deep, (at) => `[s${at}]\nx = \${s${(at + 1) % deep}:x}\n`)}`},
    says: /CFG303/,
  },
  'macros, deep': {
    files: {'a.cfg': `${part}<= s0\n${many(3000, (at) => `[s${at}]\n<= s${at + 1}\n`)}[s3000]\nx = 1\n`},
  },
  'a circle of macros, long': {
    files: {'a.cfg': `${part}<= s0\n${many(3000, (at) => `[s${at}]\n<= s${(at + 1) % 3000}\n`)}`},
    says: /CFG306/,
  },
  'values that double': {
    files: {'a.cfg': `${part}x0 = ha\n${many(60, (at) => `x${at + 1} = \${:x${at}}\${:x${at}}\n`)}`},
    says: /CFG311/,
  },
  'brackets in a condition, deep': {files: condition(`${'('.repeat(deep)}1${')'.repeat(deep)}`), says: /CFG105/},
  'brackets in a marker, deep': {
    files: condition(`${'('.repeat(deep)}os_name == 'posix'${')'.repeat(deep)}`),
    says: /CFG105/,
  },
  'operators in a condition, many': {files: condition(`${'not '.repeat(deep)}1`), says: /CFG106/},
  'powers in a condition, many': {files: condition(`${'1 ** '.repeat(2000)}1`), says: /CFG106/},
  'a condition of a megabyte': {files: condition(`${'1 + '.repeat(1 << 18)}1`), says: /CFG106/},
  'a function that calls itself': {files: condition('(lambda f: f(f))(lambda f: f(f))'), says: /CFG106/},
  'a regular expression that tries for ever': {
    files: condition(`re.match("(a+)+$", "${'a'.repeat(40)}b")`),
    says: /CFG106/,
  },
  'numbers beyond any memory': {files: condition('9**9**9**9 > 1'), says: /CFG106/},
};

for (const [name, {files, prepare, says}] of Object.entries(cases))
  test.serial(`bad input: ${name}`, async (t) => {
    if (name.includes('pipe') && !findProgram('mkfifo')) return t.pass('skipped: no mkfifo on this machine');
    t.timeout(120_000);
    await withDir(
      async ({path}) => {
        for (const [file, content] of Object.entries(files)) {
          await mkdir(dirname(join(path, file)), {recursive: true});
          await writeFile(join(path, file), content);
        }
        await prepare?.(path);
        const {status, stdout, stderr} = await check(path);
        t.is(status, 1, stderr.slice(0, 2000));
        t.is(stdout, '');
        t.regex(stderr, /^error\[CFG\d+\]/m);
        t.notRegex(stderr, /defect|heap|RangeError|^ {4}at /m);
        if (says) t.regex(stderr, says);
        else t.notRegex(stderr, /error\[CFG[0-3]/);
        t.true(stderr.length < 2 << 20, `${stderr.length} characters of messages`);
      },
      {unsafeCleanup: true},
    );
  });

const asRoot = process.getuid?.() === 0;
(asRoot ? test.skip : test.serial)(
  `bad input: a file that may not be read${asRoot ? ' [skipped: root reads every file]' : ''}`,
  async (t) => {
    await withDir(
      async ({path}) => {
        await writeFile(join(path, 'a.cfg'), '[buildout]\nextends = b.cfg\nparts =\n');
        await writeFile(join(path, 'b.cfg'), '');
        await chmod(join(path, 'b.cfg'), 0);
        const {status, stderr} = await check(path);
        t.is(status, 1);
        t.regex(stderr, /CFG002.*no permission/s);
      },
      {unsafeCleanup: true},
    );
  },
);

/** In a process of its own that gets no more memory than this: more would end it. */
function check(folder: string): ReturnType<typeof execute> {
  return execute(
    [process.execPath, '--max-old-space-size=400', join(projectRoot, 'dist/cfgc.cjs'), 'check', 'a.cfg', '--offline'],
    {cwd: folder, timeoutMs: 100_000},
  );
}
