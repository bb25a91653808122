import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {caseFolders} from '../harness/tools.js';
import type {Answer} from './answer.js';
import type {Program} from './oracle.js';

/** A behaviour of zc.buildout: a folder of files, how they are asked about, and what zc.buildout answered. */
export interface OwnCase {
  readonly name: string;
  readonly program: Program;
  /** Undefined until `npm run oracle` has asked. */
  readonly answer: Answer | undefined;
  record(answer: Answer): void;
}

/**
 * The cases of `test/oracle/cases/`. A folder holds the profile `a.cfg`, what it extends, `home/` with the user's own
 * files, perhaps `question.json` (the fields of a Program that are not files), and `answer.json`.
 */
export function ownCases(): readonly OwnCase[] {
  return caseFolders('oracle').map(({name, folder}) => {
    const files: Record<string, {readonly b64: string}> = {};
    const home: Record<string, string> = {};
    let question: Partial<Program> = {};
    let answer: Answer | undefined;
    for (const entry of readdirSync(folder, {recursive: true, withFileTypes: true})) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const file = path.slice(folder.length + 1);
      const bytes = readFileSync(path);
      if (file === 'question.json') question = JSON.parse(bytes.toString('utf8')) as Partial<Program>;
      else if (file === 'answer.json') answer = JSON.parse(bytes.toString('utf8')) as Answer;
      else if (file.startsWith('home/')) home[file.slice(5)] = bytes.toString('utf8');
      else files[file] = {b64: bytes.toString('base64')};
    }
    const program: Program = {op: 'resolve', entry: 'a.cfg', ...question, files, home};
    return {name, program, answer, record: (found) => writeFileSync(join(folder, 'answer.json'), asText(found))};
  });
}

/** One section's options a line each, so that a change shows as one. */
function asText(answer: Answer): string {
  const fields = Object.entries(answer).map(([field, value]) => {
    if (field !== 'sections') return `  ${JSON.stringify(field)}: ${JSON.stringify(value)}`;
    const sections = (value as NonNullable<Answer['sections']>).map(([name, rows]) => {
      const options = rows.map((row) => `      ${JSON.stringify(row)}`).join(',\n');
      return `    [${JSON.stringify(name)}, [${options === '' ? '' : `\n${options}\n    `}]]`;
    });
    return `  "sections": [${sections.length === 0 ? '' : `\n${sections.join(',\n')}\n  `}]`;
  });
  return `{\n${fields.join(',\n')}\n}\n`;
}
