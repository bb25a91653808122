import {stat} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import type {DiagnosticKind, Report} from './diagnostics/diagnostic.js';
import type {Io} from './io.js';
import {faultOfFile} from './util/file-fault.js';

export interface OutputFile {
  readonly path: string;
  readonly content: string;
  readonly mode?: number;
  /** What is written where `path` is someone else's. */
  readonly otherwise?: OutputFile;
  /** Whether a file that cfgc made is for something else, and stays. */
  readonly isAnother?: (before: string) => boolean;
}

export interface Written {
  readonly path: string;
  readonly change: 'made' | 'changed' | 'unchanged';
  /** The path that was wanted and is someone else's, and whose it is: `is not made by cfgc`. */
  readonly insteadOf?: {readonly path: string; readonly why: string};
}

export const foreignOutput: DiagnosticKind = {
  id: 'CFG790',
  name: 'foreign-output',
  severity: 'error',
  explain: `
What it does: stops where the output would replace a file that cfgc did not make.
Why: nothing of the user's is overwritten. What cfgc makes says so in its first lines, and only that is replaced.
Example: "cfgc prod.cfg -o deploy.sh" where deploy.sh was written by hand. Give another name, or move the file away.
A Makefile of someone else, or of another script, is no error: cfgc writes release.mk beside it (dev.mk for dev.sh), to be included.
Source: design of cfgc.`,
};

export const outputFailed: DiagnosticKind = {
  id: 'CFG791',
  name: 'output-failed',
  severity: 'error',
  environment: true,
  explain: `
What it does: says why a file could not be written.
Why: the folder is missing or may not be written, or the disk is full. What was there before is still there.
Example: "cfgc prod.cfg -o /nowhere/release.sh". Make the folder, or give another.
Source: the operating system.`,
};

export const outputKinds: readonly DiagnosticKind[] = [foreignOutput, outputFailed];

/**
 * Writes files that were made, each by way of a temporary file and a rename; a file with the same content is left alone.
 * Every file is looked at before the first is written. Nothing is written where one would replace a file that cfgc did not make.
 */
export async function writeOutputs(
  files: readonly OutputFile[],
  io: Io,
  report: Report,
): Promise<readonly Written[] | undefined> {
  const wanted: {
    readonly file: OutputFile;
    readonly before: string | undefined;
    readonly insteadOf?: Written['insteadOf'];
  }[] = [];
  let refused = false;
  for (const file of files) {
    const before = await current(file.path, io);
    const generated = before !== undefined && isGenerated(before);
    if (before === undefined || (generated && !file.isAnother?.(before))) {
      wanted.push({file, before});
      continue;
    }
    const other = file.otherwise;
    const otherBefore = other && (await current(other.path, io));
    if (other && (otherBefore === undefined || isGenerated(otherBefore))) {
      const why = generated ? "is another script's" : 'is not made by cfgc';
      wanted.push({file: other, before: otherBefore, insteadOf: {path: file.path, why}});
      continue;
    }
    refused = true;
    const blamed = other ?? file;
    const folder = (await io.pathKind(blamed.path)) === 'folder';
    report({
      kind: foreignOutput,
      message: `\`${blamed.path}\` is ${folder ? 'a folder' : 'not made by cfgc, and is left alone'}`,
      hint: folder
        ? `name a file in it: -o ${join(blamed.path, 'release.sh')}`
        : 'give another name with -o, or move the file away',
    });
  }
  if (refused) return undefined;

  const written: Written[] = [];
  for (const {file, before, insteadOf} of wanted) {
    const rest = insteadOf === undefined ? {} : {insteadOf};
    if (before === file.content && (await hasMode(file))) {
      written.push({path: file.path, change: 'unchanged', ...rest});
      continue;
    }
    const hint = `make \`${dirname(file.path)}\` a folder that you may write to, or give another with -o`;
    const mode = file.mode === undefined ? {} : {mode: file.mode};
    if (!(await writeText(file.path, file.content, io, report, {hint, ...mode}))) return undefined;
    written.push({path: file.path, change: before === undefined ? 'made' : 'changed', ...rest});
  }
  return written;
}

/**
 * Writes a file of the user's, or says why it could not be.
 * @returns whether it was written
 */
export async function writeText(
  path: string,
  content: string,
  io: Io,
  report: Report,
  {hint, ...options}: {readonly hint?: string; readonly mode?: number; readonly folders?: number} = {},
): Promise<boolean> {
  try {
    await io.writeFile(path, content, options);
    return true;
  } catch (error) {
    report({
      kind: outputFailed,
      message: `\`${path}\` can't be written: ${faultOfFile(error)}`,
      hint: hint ?? `make \`${dirname(path)}\` a folder that you may write to`,
    });
    return false;
  }
}

/**
 * The Makefile beside a script; `release.mk` (`dev.mk` for `dev.sh`) where there is a Makefile of someone else or of another
 * script, its targets named `release-…` so that both can be one Makefile.
 */
export function makefileBeside(script: string, content: (targetPrefix: string) => string): OutputFile {
  const [path, otherwise] = makefilePaths(script);
  const own = content('');
  const scriptLine = (makefile: string): string | undefined => /^SCRIPT = .*$/m.exec(makefile)?.[0];
  return {
    path,
    content: own,
    isAnother: (before) => scriptLine(before) !== scriptLine(own),
    otherwise: {path: otherwise, content: content(`${basename(otherwise, '.mk')}-`)},
  };
}

/** Where the Makefile of a script goes, and where else. */
export function makefilePaths(script: string): readonly [string, string] {
  const folder = dirname(script);
  // A target's name is part of Make's syntax.
  const stem = /^[A-Za-z0-9][A-Za-z0-9_-]*/.exec(basename(script))?.[0] ?? 'release';
  return [join(folder, 'Makefile'), join(folder, `${stem}.mk`)];
}

/** Whether the first lines of a file say that cfgc made it. */
export function isGenerated(content: string): boolean {
  return /(made|generated|written) by cfgc\b|"schema": ?"cfgc-/i.test(content.slice(0, 2000));
}

async function current(path: string, io: Io): Promise<string | undefined> {
  try {
    const bytes = await io.readFile(path);
    return bytes && Buffer.from(bytes).toString();
  } catch {
    // A folder, or a file that may not be read: it is not cfgc's.
    return '';
  }
}

async function hasMode({path, mode}: OutputFile): Promise<boolean> {
  if (mode === undefined) return true;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && (found.mode & 0o777) === mode;
}
