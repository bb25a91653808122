import {homedir} from 'node:os';
import {isAbsolute, join} from 'node:path';

/**
 * The user's folder; `~` as it stands for a user whom the machine does not know, as in many containers, where no HOME is set.
 * Source: `os.path.expanduser`.
 */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HOME !== undefined) return env.HOME.replace(/\/+$/, '') || '/';
  try {
    return homedir();
  } catch {
    return '~';
  }
}

/** Where a user's programs keep what they can make again; undefined where there is no such place. Source: XDG base directories. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const base =
    env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : join(homeFolder(env), '.cache');
  return isAbsolute(base) ? base : undefined;
}
