import {basename, dirname, join, resolve} from 'node:path';
import {checkProfile, planRelease} from '../compile.js';
import {addDistribution, type Edited, removeDistribution} from '../edit/distribution.js';
import {nodeIo} from '../node-io.js';
import {writeText} from '../output.js';
import {isUrl} from '../util/path.js';
import type {ReadOptions} from './options.js';
import {requestOf, usage} from './request.js';
import {startSession} from './session.js';

export interface EditOptions extends ReadOptions {
  /** The file that is edited. */
  readonly to: string;
  /** The profile that it belongs to; `prod.cfg` beside it where not given. */
  readonly profile?: string;
  readonly section?: string;
}

/** `cfgc add DISTRIBUTION --to FILE` and `cfgc remove DISTRIBUTION --from FILE`. */
export async function editCommand(
  way: 'add' | 'remove',
  distribution: string,
  options: EditOptions,
  version: string,
): Promise<number> {
  if (isUrl(options.to))
    return usage(`a URL can't be edited: name the file that is put there, with --map ${options.to}=FILE`);
  const path = resolve(options.to);
  const bytes = await nodeIo.readFile(path).catch(() => undefined);
  if (!bytes) return usage(`\`${options.to}\` can't be read`);
  const profile = options.profile ?? (await profileBeside(options.to));
  const request = requestOf(profile, [], {...options, allowDirty: true});
  if ('wrong' in request) return usage(request.wrong);
  const session = startSession(options, version);
  const checked = await checkProfile(request, nodeIo, session.report, version, session.learn);
  if (!checked) return session.finish();
  // A file that a profile extends by its URL is edited where it is kept: --map says that both are one.
  const file = checked.config.sources.find((source) => {
    const standsIn = request.map.get(source.path);
    return source.path === path || (standsIn !== undefined && resolve(standsIn) === path);
  });
  if (!file) return usage(`\`${profile}\` does not extend \`${options.to}\`; name its profile with --profile`);
  const plan = await planRelease(checked, nodeIo, session.report, request);
  if (session.hasErrors() && !session.onlyErrorsOf('CFG412')) return session.finish();
  const work = way === 'add' ? addDistribution : removeDistribution;
  const edited = await work(
    {
      distribution,
      file,
      ...(options.section !== undefined && {section: options.section}),
      resolved: checked.resolved,
      plan,
    },
    nodeIo,
    session.report,
  );
  if (edited) {
    const changed = edited.text !== file.text;
    if (!changed || (await writeText(path, edited.text, nodeIo, session.report)))
      tell(way, distribution, options.to, profile, edited, changed);
  }
  return session.finish();
}

function tell(
  way: 'add' | 'remove',
  distribution: string,
  file: string,
  profile: string,
  edited: Edited,
  changed: boolean,
): void {
  const out = [
    changed
      ? `${way === 'add' ? 'added' : 'removed'}  ${distribution} ${way === 'add' ? 'to' : 'from'} [${edited.section}] of ${file}`
      : `unchanged  ${file}`,
    ...edited.pins.map(({name, version}) => `  ${way === 'add' ? 'pinned' : 'unpinned'}  ${name} = ${version}`),
  ];
  if (changed) out.push(`then: cfgc lock ${profile}`);
  process.stderr.write(`${out.join('\n')}\n`);
}

/** `prod.cfg` in the same folder, else the file itself. */
async function profileBeside(path: string): Promise<string> {
  const prod = join(dirname(path), 'prod.cfg');
  return basename(path) !== 'prod.cfg' && (await nodeIo.readFile(prod).catch(() => undefined)) ? prod : path;
}
