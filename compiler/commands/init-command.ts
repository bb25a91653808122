import {basename, dirname, relative, resolve} from 'node:path';
import {checkProfile, planRelease, resolveLiteral} from '../compile.js';
import type {Diagnostic} from '../diagnostics/diagnostic.js';
import {severityOf} from '../diagnostics/severity.js';
import {decisionsComment, startingProfile} from '../inspect/starting-profile.js';
import type {Io} from '../io.js';
import {nodeIo} from '../node-io.js';
import {foreignOutput, writeText} from '../output.js';
import {readProfile} from '../read-profile.js';
import type {ReadOptions} from './options.js';
import {requestOf, usage} from './request.js';
import {startSession} from './session.js';

export interface InitOptions extends ReadOptions {
  readonly output?: string;
}

/**
 * `cfgc init FILE`: a first prod.cfg that extends an existing buildout. Nothing is ever overwritten.
 * What the compile of the new file would still find joins what is to be decided by hand: at its end, and on standard output.
 */
export async function initCommand(file: string, options: InitOptions, version: string): Promise<number> {
  const input = resolve(file);
  const output = resolve(options.output ?? `${dirname(input)}/prod.cfg`);
  const shown = relative(process.cwd(), output) || output;
  const request = requestOf(file, [], {...options, allowDirty: true});
  if ('wrong' in request) return usage(request.wrong);
  if (/\s/.test(relative(dirname(output), input)))
    return usage('`extends` splits at blanks: write the new profile beside the old one, with -o');
  const session = startSession(options, version);
  if (await isThere(output)) {
    session.report({
      kind: foreignOutput,
      message: `\`${shown}\` is there, and is left alone`,
      hint: `give another name, as \`cfgc init ${file} -o ${dirname(shown) === '.' ? '' : `${dirname(shown)}/`}release-prod.cfg\``,
    });
    return session.finish();
  }
  // What is wrong with the old files is no reason not to begin: the check of the new one tells it again.
  const read = await readProfile(request, nodeIo, ignore, session.learn);
  if (!read || (await nodeIo.readFile(input).catch(() => undefined)) === undefined)
    return usage(`\`${file}\` can't be read`);
  const directory = dirname(input);
  const {text, decisions} = startingProfile({
    resolved: resolveLiteral(read.config, ignore),
    extended: relative(dirname(output), input),
    folderName: basename(directory),
    directory,
  });
  const found = await findings(text, output, {...options, allowDirty: true}, version);
  const all = [...decisions, ...found];
  const hint = 'give another name with -o';
  if (!(await writeText(output, text + decisionsComment(all), nodeIo, session.report, {hint}))) return session.finish();
  process.stdout.write(`wrote  ${shown}\nto be decided by hand:\n${all.map((line) => `  - ${line}\n`).join('')}`);
  process.stdout.write(`then: cfgc check ${shown}\n`);
  return 0;
}

/** What a compile would say of the new profile before it is on the disk: errors alone, one line a message. */
async function findings(text: string, path: string, options: ReadOptions, version: string): Promise<readonly string[]> {
  const request = requestOf(path, [], options);
  if ('wrong' in request) return [];
  const io: Io = {
    ...nodeIo,
    readFile: async (asked) => (asked === path ? Buffer.from(text) : nodeIo.readFile(asked)),
  };
  const found: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    if (severityOf(diagnostic.kind, 'prod') === 'error') found.push(diagnostic);
  };
  const checked = await checkProfile(request, io, report, version);
  if (checked) await planRelease(checked, io, report, request);
  const kinds = [...new Set(found.map(({kind}) => kind))];
  return kinds.map((kind) => {
    const messages = [...new Set(found.filter((other) => other.kind === kind).map(({message}) => message))];
    const more = messages.length > 3 ? `; and ${messages.length - 3} more` : '';
    const told = messages.slice(0, 3).join('; ').replace(/\s+/g, ' ');
    return `${told}${more} (cfgc explain ${kind.id})`;
  });
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await nodeIo.readFile(path)) !== undefined || (await nodeIo.pathKind(path)) !== undefined;
  } catch {
    return true;
  }
}

function ignore(): void {
  // The check of the new profile reports.
}
