import {basename, resolve} from 'node:path';
import {checkProfile, lockRelease, planRelease} from '../compile.js';
import type {Report} from '../diagnostics/diagnostic.js';
import type {Lock} from '../model/lock.js';
import type {ReleasePlan} from '../model/release-plan.js';
import {nodeIo} from '../node-io.js';
import {makefileBeside, makefilePaths, type OutputFile, writeOutputs} from '../output.js';
import type {CompileOptions, emitKinds} from './options.js';
import {requestOf, usage} from './request.js';
import {startSession} from './session.js';

/** `cfgc FILE -o release.sh`, and `--emit KIND`. */
export async function compileCommand(
  file: string,
  words: readonly string[],
  options: CompileOptions,
  version: string,
): Promise<number> {
  const request = requestOf(file, words, options);
  if ('wrong' in request) return usage(request.wrong);
  if (options.output === undefined && options.emit === undefined) {
    return usage(`where does the script go? cfgc ${file} -o release.sh`);
  }
  const session = startSession(options, version);
  const output = options.output === undefined || options.output === '-' ? undefined : resolve(options.output);
  const outputs = output ? [output, ...makefilePaths(output)] : [];
  const checked = await checkProfile({...request, outputs}, nodeIo, session.report, version, session.learn);
  if (!checked) return session.finish();
  const plan = await planRelease(checked, nodeIo, session.report, request);
  const broken = session.hasErrors();
  // What is not pinned is best told whole, and only the lock knows what distributions need in turn.
  if (broken && !session.onlyErrorsOf('CFG412')) return session.finish();
  const lock = await lockRelease(plan, checked, nodeIo, session.report, options.locked ? 'locked' : 'use', request);
  if (!lock || session.hasErrors()) return session.finish();

  if (options.emit !== undefined) {
    const text = await emit(options.emit as (typeof emitKinds)[number], plan, lock, session.report);
    if (output === undefined) process.stdout.write(text);
    else await write([{path: output, content: text}], session.report, options);
    return session.finish();
  }
  const [{emitScript}, {emitMakefile}] = await Promise.all([import('../emit/sh.js'), import('../emit/make.js')]);
  const script = emitScript(plan, lock, session.report);
  if (output === undefined) process.stdout.write(script);
  else {
    const made: OutputFile = {path: output, content: script, mode: 0o755};
    const makefile = (prefix: string): string => emitMakefile(plan, {script: basename(output), prefix});
    await write([made, makefileBeside(output, makefile)], session.report, options);
  }
  return session.finish();
}

async function write(
  files: readonly OutputFile[],
  report: Parameters<typeof writeOutputs>[2],
  options: CompileOptions,
): Promise<void> {
  const written = await writeOutputs(files, nodeIo, report);
  if (options.format !== 'text') return;
  for (const {path, change, insteadOf} of written ?? []) {
    const instead =
      insteadOf === undefined
        ? ''
        : ` (\`${insteadOf.path}\` ${insteadOf.why}: include this file from it, or type make -f)`;
    process.stderr.write(`${change}  ${path}${instead}\n`);
  }
}

/** Each backend is loaded when it is asked for. */
async function emit(kind: (typeof emitKinds)[number], plan: ReleasePlan, lock: Lock, report: Report): Promise<string> {
  switch (kind) {
    case 'plan':
      return (await import('../emit/plan-json.js')).emitPlan(plan, lock);
    case 'make':
      return (await import('../emit/make.js')).emitMakefile(plan, {script: 'release.sh'});
    case 'puppet':
      return (await import('../emit/puppet.js')).emitPuppet(plan);
    case 'mtree':
      return (await import('../emit/host-tables.js')).emitMtree(plan);
    case 'tmpfiles':
      return (await import('../emit/host-tables.js')).emitTmpfiles(plan);
    case 'sysusers':
      return (await import('../emit/host-tables.js')).emitSysusers(plan);
    case 'rsyslog':
      return (await import('../emit/rsyslog.js')).rsyslogDropIn(plan.release.name, plan.logging) ?? '';
    case 'systemd':
      return (await import('../emit/service-files.js')).emitUnits(plan, report);
    case 'ansible':
      return (await import('../emit/ansible.js')).emitPlaybook(plan);
    case 'report':
      return (await import('../emit/report.js')).emitReport(plan, lock);
  }
}
