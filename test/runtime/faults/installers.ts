/** Sites whose releases have a virtualenv with one distribution, put there by the real pip or the real uv. */
import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {dir} from 'tmp-promise';
import {findPython, toolBox} from '../../harness/tools.js';
import {type IndexServer, indexServer} from './index-server.js';
import {makeSite, type Site} from './site.js';

export interface Installer {
  readonly name: 'pip' | 'uv';
  readonly index: IndexServer;
  makeSite(): Promise<Site>;
}

const shortTimes = {
  PIP_CONFIG_FILE: '/dev/null',
  PIP_RETRIES: '0',
  PIP_DEFAULT_TIMEOUT: '2',
  UV_NO_CONFIG: '1',
  UV_HTTP_TIMEOUT: '2',
  UV_HTTP_RETRIES: '0',
};

/** Runs `work` with pip, then with uv where this machine can have it, each with an index that is honest. */
export async function withInstallers(work: (installer: Installer) => Promise<void>): Promise<void> {
  const {path, cleanup} = await dir({unsafeCleanup: true});
  const index = await indexServer(path, (await findPython()).path);
  const uv = await toolBox('uv');
  for (const name of ['pip', 'uv'] as const) {
    if (name === 'uv' && uv.missing) continue;
    index.manner = 'honest';
    await work({
      name,
      index,
      makeSite: () =>
        makeSite({
          env: {...shortTimes, PIP_INDEX_URL: index.url},
          release: {
            installer: name,
            data: `each_environment() { "$@" main; }
environment_requirements() { [ "$1" != main ] || echo '${index.requirement}'; }`,
            // The uv of the lock comes from an index too; this one has but one distribution.
            instead: `environment_uv() { echo '${uv.bin('uv')}'; }`,
          },
        }),
    });
  }
  index.close();
  await cleanup();
}

/** Takes away what was fetched for 1.0.0, or nothing would be asked from the index. */
export async function forget(site: Site): Promise<void> {
  await rm(join(site.host.prefix, '.cfgc/cache'), {recursive: true, force: true});
  await mkdir(join(site.host.prefix, '.cfgc/cache'), {mode: 0o700});
}
