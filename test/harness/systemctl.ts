/** `systemctl` where systemd is not the first process: see systemctl.py. */
import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {findPython, projectRoot} from './tools.js';

export interface FakeSystemd {
  /** What the script needs to find it. */
  readonly env: {readonly PATH: string; readonly SYSTEMD_FOLDER: string; readonly FAKE_SYSTEMD: string};
  /** The folder of units. */
  readonly units: string;
  /** What systemd would remember. */
  readonly memory: string;
  /** What it was called for since the last time this was asked, a call each; questions are none. */
  calls(): Promise<readonly string[]>;
}

/** @param path the PATH behind it */
export async function fakeSystemd(folder: string, path: string): Promise<FakeSystemd> {
  const python = await findPython();
  const [units, memory, bin] = ['units', 'memory', 'systemctl'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [units, memory, bin]) await mkdir(each);
  const program = join(bin, 'systemctl');
  await writeFile(program, `#!/bin/sh\nexec '${python.path}' -I '${projectRoot}/test/harness/systemctl.py' "$@"\n`);
  await chmod(program, 0o755);
  const record = join(memory, 'calls');
  await writeFile(record, '');
  return {
    env: {PATH: `${bin}:${path}`, SYSTEMD_FOLDER: units, FAKE_SYSTEMD: memory},
    units,
    memory,
    async calls() {
      const text = await readFile(record, 'utf8');
      await writeFile(record, '');
      return text.split('\n').filter(Boolean);
    },
  };
}
