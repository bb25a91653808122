import {spawn} from 'node:child_process';
import {chmod, mkdir, readFile, rm, unlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {testWith} from '../harness/test-with.js';
import {type Box, toolBox} from '../harness/tools.js';
import {copyTree, type DataSite, makeDataSite, treeOf} from './data-site.js';

const zodb64 = await toolBox('zodb64');
const test = testWith(zodb64);

test('a backup that is killed before any of its commands harms no earlier backup, and the next one is whole', async (t) => {
  const site = await faultySite(zodb64);
  await site.write(2);
  t.is((await site.run(['backup_run'])).status, 0);
  let killed = 0;
  for (let at = 1; at < 200; at += 1) {
    await site.write(1);
    const before = await completeBackups(site);
    // Increments and full sets in turn: both are killed everywhere.
    if (!(await killedAt(site, ['backup_run', ...(at % 2 ? [] : ['--full'])], at))) break;
    killed += 1;
    for (const [name, bytes] of Object.entries(before)) {
      const now = await readFile(join(site.backups, name)).catch(() => undefined);
      // The list of a set grows; nothing else changes, and nothing goes before its successor is there.
      const records = await site.records();
      if (now === undefined) t.true(records.length >= 2, `${name} is gone after a kill at command ${at}`);
      else t.true(now.subarray(0, bytes.length).equals(bytes), `${name} changed by a kill at command ${at}`);
    }
  }
  t.true(killed > 15, `only ${killed} commands were found`);
  t.is((await site.run(['backup_run'])).status, 0);
  const wanted = await site.read();
  await unlink(site.file);
  const restored = await site.run(['restore_run', '-n']);
  t.is(restored.status, 0, restored.stderr);
  t.deepEqual(await site.read(), wanted);
  t.deepEqual(
    Object.keys(await treeOf(site.backups)).filter((name) => name.includes('.partial')),
    [],
  );
});

test('a restore that is killed before any of its commands leaves the live state or the restored one', async (t) => {
  const site = await faultySite(zodb64);
  await site.write(2);
  t.is((await site.run(['backup_run'])).status, 0);
  const restored = await stateOf(site);
  await site.write(2);
  const live = await stateOf(site);
  const saved = `${site.prefix}/saved`;
  await copyTree(site.data, saved);
  let killed = 0;
  const seen = new Set<string>();
  for (let at = 1; at < 200; at += 1) {
    await rm(site.data, {recursive: true});
    await copyTree(saved, site.data);
    if (!(await killedAt(site, ['restore_run', '-n'], at))) break;
    killed += 1;
    const now = await stateOf(site);
    const which = now.file === live.file ? 'live' : now.file === restored.file ? 'restored' : 'neither';
    seen.add(which);
    t.not(which, 'neither', `after a kill at command ${at}`);
    const wanted = which === 'live' ? live : restored;
    for (const [name, bytes] of Object.entries(wanted.blobs)) {
      t.is(now.blobs[name], bytes, `blob ${name} of the ${which} state, after a kill at command ${at}`);
    }
  }
  t.true(killed > 10, `only ${killed} commands were found`);
  t.deepEqual([...seen].sort(), ['live', 'restored']);
  const again = await site.run(['restore_run', '-n']);
  t.is(again.status, 0, again.stderr);
  t.is((await stateOf(site)).file, restored.file);
});

test('killed at moments of its own, in the middle of what its commands do', async (t) => {
  const site = await faultySite(zodb64);
  await site.write(3);
  const started = process.hrtime.bigint();
  t.is((await site.run(['backup_run'])).status, 0);
  const lasted = Number(process.hrtime.bigint() - started) / 1e6;
  const saved = await stateOf(site);
  for (let part = 1; part <= 8; part += 1) {
    await killedAfter(site, ['backup_run', '--full'], (lasted * part) / 9);
    t.is((await stateOf(site)).file, saved.file);
  }
  t.is((await site.run(['backup_run'])).status, 0);
  await site.write(1);
  const live = await stateOf(site);
  for (let part = 1; part <= 8; part += 1) {
    await killedAfter(site, ['restore_run', '-n'], (lasted * part) / 9);
    const now = (await stateOf(site)).file;
    t.true(now === live.file || now === saved.file, `restore killed in part ${part}`);
  }
  t.is((await site.run(['restore_run', '-n'])).status, 0);
  t.is((await stateOf(site)).file, saved.file);
});

interface State {
  readonly file: string | undefined;
  readonly blobs: Record<string, string>;
}

async function stateOf(site: DataSite): Promise<State> {
  const file = await readFile(site.file, 'base64').catch(() => undefined);
  return {file, blobs: await treeOf(site.blobs)};
}

/** Bytes of every file that a record names, by path: sets, copies of blobs, records. */
async function completeBackups(site: DataSite): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (const [name, text] of Object.entries(await treeOf(site.backups))) {
    if (!name.includes('.partial') && !name.endsWith('.index')) files[name] = Buffer.from(text, 'base64');
  }
  return files;
}

/**
 * A site whose commands are counted, Python among them; before the one with the number FAULT_AT the process group is killed.
 * Both sides of a pipe count themselves before either looks: "that number or more", or a busy machine would pass it by.
 */
async function faultySite(box: Box): Promise<DataSite> {
  const commands = ['mv', 'ln', 'mkdir', 'rm', 'rsync', 'cp'];
  const site = await makeDataSite(box, {
    keep: 3,
    more: [
      'fault() { [ -n "${FAULT_AT:-}" ] || return 0; echo x >>"$FAULT_COUNT"; [ "$(($(wc -l <"$FAULT_COUNT")))" -lt "$FAULT_AT" ] || kill -KILL 0; }',
      ...commands.map((name) => `${name}() { fault; command ${name} "$@"; }`),
    ].join('\n'),
  });
  const venv = join(site.prefix, 'releases/1.0/lib/venv');
  await unlink(venv);
  await mkdir(join(venv, 'bin'), {recursive: true});
  const wrapper = `#!/bin/sh
if [ -n "\${FAULT_AT:-}" ]; then
    echo x >>"$FAULT_COUNT"
    [ "$(($(wc -l <"$FAULT_COUNT")))" -lt "$FAULT_AT" ] || kill -KILL 0
fi
exec ${box.python} "$@"
`;
  await writeFile(join(venv, 'bin/python'), wrapper);
  await chmod(join(venv, 'bin/python'), 0o755);
  return site;
}

/** Whether the command was killed: false where it ended by itself before. */
async function killedAt(site: DataSite, command: readonly string[], at: number): Promise<boolean> {
  const count = join(site.prefix, 'fault-count');
  await writeFile(count, '');
  return (await runAlone(site, command, {...process.env, FAULT_AT: String(at), FAULT_COUNT: count})) === 'SIGKILL';
}

/** Kills the command's process group after a while, if it still runs. */
async function killedAfter(site: DataSite, command: readonly string[], afterMs: number): Promise<void> {
  await runAlone(site, command, process.env, afterMs);
}

/** Runs it as a process group of its own. Resolves with the signal that ended it. */
function runAlone(
  site: DataSite,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  killAfterMs?: number,
): Promise<NodeJS.Signals | null> {
  const words = site.words(command);
  const child = spawn(words[0]!, words.slice(1), {detached: true, stdio: 'ignore', env});
  const timer =
    killAfterMs === undefined
      ? undefined
      : setTimeout(() => {
          try {
            process.kill(-child.pid!, 'SIGKILL');
          } catch {
            // It was faster.
          }
        }, killAfterMs);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => {
      clearTimeout(timer);
      resolve(signal);
    });
  });
}
