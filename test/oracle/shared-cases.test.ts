/** The recorded cases beside the project, where they are present. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {memoryIo} from '../../compiler/io.js';
import {cachePath} from '../../compiler/load/remote.js';
import {sharedFolder} from '../harness/tools.js';
import {type Answer, parseAnswer, resolveAnswer} from './answer.js';
import {compareParse, compareResolve} from './compare.js';

interface Case {
  readonly name: string;
  readonly op: 'parse' | 'resolve';
  readonly files: Readonly<Record<string, string | {readonly b64: string}>>;
  readonly entry: string;
  readonly cmdline?: readonly string[];
  readonly urls?: Readonly<Record<string, string>>;
  readonly home?: Readonly<Record<string, string>>;
  readonly expected: Answer;
}

const list = join(sharedFolder('oracle') ?? '', 'cases.jsonl');
const root = '/oracle-root';

if (existsSync(list)) {
  for (const line of readFileSync(list, 'utf8').split('\n').slice(1)) {
    if (line === '') continue;
    const each = JSON.parse(line) as Case;
    test(`shared case ${each.name}`, async (t) => {
      const {differences} =
        each.op === 'parse'
          ? compareParse(each.expected, parseOne(each))
          : compareResolve(each.expected, await resolveOne(each));
      t.deepEqual(differences, []);
    });
  }
} else test.skip('shared cases: ../shared/oracle/cases.jsonl is not here', () => {});

function bytesOf(content: string | {readonly b64: string}): Uint8Array {
  return typeof content === 'string'
    ? new TextEncoder().encode(content.replaceAll('@ROOT@', root))
    : Buffer.from(content.b64, 'base64');
}

function normal(text: string): string {
  return text
    .replaceAll('/usr/bin/oracle-python', '@PYTHON@')
    .replaceAll(`${root}/.home`, '@HOME@')
    .replaceAll(root, '@ROOT@');
}

function parseOne({files, entry}: Case): Answer {
  try {
    const text = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytesOf(files[entry]!));
    return parseAnswer(`${root}/${entry}`, text, normal);
  } catch (error) {
    if (error instanceof TypeError) return {error: {class: 'UnicodeDecodeError'}};
    throw error;
  }
}

async function resolveOne(each: Case): Promise<Answer> {
  const files = Object.fromEntries([
    ...Object.entries(each.files).map(([name, content]) => [`${root}/${name}`, bytesOf(content)]),
    ...Object.entries(each.home ?? {}).map(([name, content]) => [`${root}/.home/.buildout/${name}`, bytesOf(content)]),
    ...Object.entries(each.urls ?? {}).map(([url, content]) => [cachePath(`${root}/.cache`, url), bytesOf(content)]),
  ]);
  const answer = await resolveAnswer({
    path: `${root}/${each.entry}`,
    io: memoryIo({files}),
    home: `${root}/.home`,
    executable: '/usr/bin/oracle-python',
    commandLine: (each.cmdline ?? []).map((word) => word.replaceAll('@ROOT@', root)),
    extendsCache: `${root}/.cache`,
    normal,
  });
  // buildout shows a file that the command line names as it stands there; cfgc shows where it is.
  const relative = (each.cmdline ?? []).flatMap((word) => /^buildout:extends=([^/].*)$/.exec(word)?.[1] ?? []);
  return {
    ...answer,
    ...(answer.files && {
      files: answer.files.map((file) => relative.find((name) => file === `@ROOT@/${name}`) ?? file),
    }),
  };
}
