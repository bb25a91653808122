import {existsSync} from 'node:fs';
import {type Command, CommanderError} from 'commander';
import {buildProgram, withCommand} from './commands/program.js';
import {hasCode} from './node-io.js';
import {faultOfFile} from './util/file-fault.js';

/** The release of cfgc, put in by the build. */
declare const CFGC_VERSION: string;

/** Exit statuses: 0 fine, 1 errors in the files, 2 usage, 3 a fault of the machine, 70 a defect of cfgc. */
async function main(words: readonly string[]): Promise<number> {
  const program: Command = buildProgram(CFGC_VERSION, (status) => {
    process.exitCode = Math.max(status, Number(process.exitCode ?? 0));
  });
  const whole = withCommand(words, program, existsSync);
  if ('wrong' in whole) {
    process.stderr.write(`cfgc: ${whole.wrong}\nrun \`cfgc --help\` for examples\n`);
    return 2;
  }
  try {
    await program.parseAsync(whole, {from: 'user'});
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (hasCode(error, 'ENOENT') && /\buv_cwd\b/.test((error as Error).message)) {
      process.stderr.write('cfgc: the current folder is not there any more\nchange into one that is\n');
      return 3;
    }
    return defect(error);
  }
}

/** Whatever is thrown is a fault of cfgc: the user can do nothing but tell. */
function defect(error: unknown): number {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`cfgc: this is a defect of cfgc ${CFGC_VERSION}, not of your files. Nothing was written.
Please report it with the command line, the lines below and, if you can, the files that lead to it.

${what.replace(/^/gm, '    ')}

    node ${process.version}, ${process.platform}-${process.arch}
`);
  return 70;
}

// Whoever reads the output may stop reading (`cfgc annotate … | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`cfgc: standard output can't be written: ${faultOfFile(error)}\n`);
  process.exit(3);
});
// Messages that can't be written can't be told either: the status is what is left.
process.stderr.on('error', () => {});

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
