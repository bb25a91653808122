/** Release scripts for whoever runs the bench. */

import {join} from 'node:path';
import {execute, findProgram, projectRoot} from '../../test/harness/tools.js';

export const cfgc = join(projectRoot, 'dist/cfgc.cjs');

/**
 * Compiles a profile.
 * @param version      of the release
 * @param assignments  `section:option=value`, as on the command line
 * @param uv           makes the lock anew where the assignments ask for other distributions than the sample's lock has
 * @returns the path of the script
 * @throws with cfgc's own words where it does not compile
 */
export async function compiled(
  profile: string,
  script: string,
  version: string,
  assignments: readonly string[],
  uv?: string,
): Promise<string> {
  const ran = await execute(
    [
      ...[process.execPath, cfgc, profile, '-o', script, '--allow-dirty', `release:version=${version}`],
      ...(await ownAccount()),
      ...assignments,
    ],
    {env: {...process.env, ...(uv !== undefined && {CFGC_UV: uv})}},
  );
  if (ran.status !== 0) throw new Error(ran.stderr);
  return script;
}

/** The release belongs to who runs the bench, and nothing of it goes to the machine's own log or crontab. */
async function ownAccount(): Promise<readonly string[]> {
  const ask = async (flag: string): Promise<string> => (await execute([findProgram('id') ?? 'id', flag])).stdout.trim();
  return [`release:user=${await ask('-un')}`, `release:group=${await ask('-gn')}`, 'release:syslog=off'];
}

/**
 * Deploys without starting anything: the commands after a switch, which `deploy` runs too, would wait for a Zope that nobody starts.
 * To be compiled with `services = none` and without health checks.
 */
export async function deployed(script: string, env: NodeJS.ProcessEnv): Promise<void> {
  for (const step of ['complete', 'switch', 'verify']) await succeed(['sh', script, '-q', step], {env});
}

/** Runs a command that is not measured; throws with its last words where it fails. */
export async function succeed(command: readonly string[], how: {cwd?: string; env?: NodeJS.ProcessEnv}): Promise<void> {
  const ran = await execute(command, how);
  if (ran.status !== 0) throw new Error(`${command.join(' ')}: ${ran.stderr.slice(-2000)}`);
}
