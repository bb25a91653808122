import type {Config} from '../model/config.js';
import type {Target} from '../model/settings.js';

/** What conditions are decided for until a [release] section says otherwise. */
export const defaultTarget: Target = {python: '3.11', implementation: 'cpython', platform: 'linux-x86_64'};

/**
 * The target that a merged configuration declares, read before anything is substituted: the target decides
 * which sections there are. An option that refers to another (`${…}`), or has a bad form, leaves the default;
 * `readSettings` reports it.
 */
export function readTarget(config: Config, fallback: Target = defaultTarget): Target {
  const release = config.sections.get('release')?.options;
  const raw = (name: string): string => release?.get(name)?.raw.trim() ?? '';
  const implementation = raw('implementation');
  return {
    python: isPython(raw('python')) ? raw('python') : fallback.python,
    implementation:
      implementation === 'cpython' || implementation === 'pypy' ? implementation : fallback.implementation,
    platform: isPlatform(raw('platform')) ? raw('platform') : fallback.platform,
  };
}

/** Major.minor of a Python that a release can be made for. */
export function isPython(text: string): boolean {
  const [, minor] = /^3\.(\d{1,2})$/.exec(text) ?? [];
  return minor !== undefined && Number(minor) >= 8;
}

export function isPlatform(text: string): boolean {
  return /^(linux|macosx|win32|cygwin|freebsd)-[a-z0-9_]+$/.test(text);
}
