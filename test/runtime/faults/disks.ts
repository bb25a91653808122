/** Disks that are full, have no inodes left, or are read-only, and a full /tmp. */
import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {execute, needsProgram, shells} from '../../harness/tools.js';
import {inLanes} from './lanes.js';
import {expectRefusal, type Fault, makeSite, type Site, withoutVirtualenv} from './site.js';

const mounts = mayMount() ?? needsProgram('mount', 'umount', 'unshare', 'dd');

function mayMount(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'not root: no file system can be mounted';
}

/** The space of the disk went after preflight had looked. */
const withoutDiskCheck = 'preflight_disk() { :; }\n';

/** What a run says that found no space. */
const noSpace = /No space left|cannot write|could not|failed with status|cannot make/i;

/**
 * Tries with nothing left, then with `step` more, until a deploy comes to its end; gives how often.
 * @param most  what no deploy needs
 */
async function less(
  make: () => Promise<Site>,
  step: number,
  most: number,
  succeeds: (site: Site, left: number) => Promise<boolean>,
): Promise<number> {
  let tried = 0;
  let enough = most;
  await inLanes(
    Array.from({length: Math.floor(most / step) + 1}, (_, index) => index * step),
    make,
    async (site, left) => {
      if (left >= enough) return;
      tried += 1;
      if (await succeeds(site, left)) enough = Math.min(enough, left);
    },
  );
  if (enough === most) throw new Error(`a deploy takes more than ${most}`);
  return tried;
}

/** Runs `work` while PREFIX of the site is a file system of its own, with these options of tmpfs. */
async function mounted(site: Site, options: string, work: () => Promise<void>): Promise<void> {
  const {prefix} = site.host;
  const made = await execute(['mount', '-t', 'tmpfs', '-o', `mode=0755,${options}`, 'cfgc-faults', prefix]);
  if (made.status !== 0) throw new Error(`mount: ${made.stderr}`);
  try {
    await site.reset();
    await work();
  } finally {
    await execute(['umount', '-l', prefix]);
  }
}

export const diskFull: Fault = {
  name: 'the disk is full',
  missing: mounts,
  try: async (bounded, sayer) => {
    let tried = 0;
    // Preflight sees it coming, and nothing is changed.
    const seen = await makeSite({release: {instead: withoutVirtualenv}});
    await mounted(seen, 'size=10m', async () => {
      tried += 1;
      const say = sayer('before the deploy');
      expectRefusal(await seen.deploy(), [78], /MiB free, a release needs about/, say);
      if ((await readdir(join(seen.host.prefix, 'releases'))).join() !== '1.0.0') say('a release was begun');
      await seen.look(say);
    });
    // It fills up while the deploy runs: so many KiB are left.
    const make = () => makeSite({release: {instead: withoutVirtualenv + withoutDiskCheck}});
    const outcome = await less(make, bounded ? 96 : 4, 4096, async (site, left) => {
      const filler = join(site.host.prefix, 'filler');
      let status = 0;
      await mounted(site, 'size=40m', async () => {
        const free = await execute(['df', '-Pk', site.host.prefix]);
        const kib = Number(free.stdout.split('\n')[1]!.trim().split(/\s+/)[3]);
        await execute(['dd', 'if=/dev/zero', `of=${filler}`, 'bs=1024', `count=${kib - left}`]);
        const ran = await site.deploy();
        const say = sayer(`${left} KiB left`);
        if (ran.status !== 0) expectRefusal(ran, [1], noSpace, say);
        status = ran.status;
        await site.look(say);
        await rm(filler);
        await site.judge(say);
      });
      return status === 0;
    });
    return {tried: tried + outcome};
  },
};

export const inodesGone: Fault = {
  name: 'the disk has no inodes left',
  missing: mounts,
  try: async (bounded, sayer) => {
    const make = () => makeSite({release: {instead: withoutVirtualenv + withoutDiskCheck}});
    const tried = await less(make, bounded ? 12 : 1, 1000, async (site, left) => {
      const few = Number((await execute(['sh', '-c', 'find "$1" | wc -l', 'sh', site.base])).stdout);
      let status = 0;
      await mounted(site, `size=40m,nr_inodes=${few + left + 1}`, async () => {
        const ran = await site.deploy();
        const say = sayer(`${left + 1} inodes left`);
        if (ran.status !== 0) expectRefusal(ran, [1], noSpace, say);
        status = ran.status;
        await site.look(say);
        await execute(['mount', '-o', 'remount,nr_inodes=100000', site.host.prefix]);
        await site.judge(say);
      });
      return status === 0;
    });
    return {tried};
  },
};

export const diskReadOnly: Fault = {
  name: 'the file system is read-only',
  missing: mounts,
  try: async (bounded, sayer) => {
    let tried = 0;
    for (const shell of shells().present) {
      if (bounded && shell.name !== 'dash') continue;
      const site = await makeSite({shell, release: {instead: withoutVirtualenv}});
      await mounted(site, 'size=64m', async () => {
        const {prefix} = site.host;
        await execute(['mount', '-o', 'remount,ro', prefix]);
        tried += 1;
        const say = sayer(shell.name);
        expectRefusal(await site.deploy(), [78], /read-only/, say);
        expectRefusal(
          await site.host.run(shell, site.two, ['rollback']),
          [1, 78],
          /read-only|cannot make a folder|cannot write/i,
          say,
        );
        // What only reads goes on working.
        for (const words of [['plan'], ['status'], ['verify'], ['list'], ['history'], ['check']]) {
          const ran = await site.host.run(
            shell,
            words[0] === 'plan' || words[0] === 'check' ? site.two : site.one,
            words,
          );
          if (![0, 2].includes(ran.status)) say(`${words} ends with ${ran.status}: ${ran.stderr}`);
          if (/read-only file system/i.test(ran.stderr)) say(`${words} wants to write: ${ran.stderr}`);
        }
        await site.look(say);
        await execute(['mount', '-o', 'remount,rw', prefix]);
        await site.judge(say);
      });
    }
    return {tried};
  },
};

const largeFile = `each_file() {
    "$@" etc "$ETC/app.conf" '' no '' <<CONFIG || return
[app]
version = $VERSION
CONFIG
    "$@" bin "$BIN/hello" '' yes '' <<'HELLO' || return
#!/bin/sh
echo hello
HELLO
    "$@" etc "$ETC/large.conf" '' no '' <<'LARGE'
${'a line of a configuration file\n'.repeat(6000)}LARGE
}`;

export const temporaryFull: Fault = {
  name: '/tmp is full, in each shell',
  missing: mounts,
  try: async (bounded, sayer) => {
    let tried = 0;
    for (const shell of shells().present) {
      // bash, mksh and others keep here-documents in temporary files; dash has pipes.
      if (bounded && shell.name !== 'mksh') continue;
      const site = await makeSite({shell, release: {data: largeFile}});
      tried += 1;
      const say = sayer(shell.name);
      // The host's own folder is below the /tmp that is hidden, so it is put into the new one.
      const full = `mount --bind "$1" /mnt && mount -t tmpfs -o size=64k cfgc-faults /tmp && mkdir -p "$1" && mount --move /mnt "$1" || exit 99
        dd if=/dev/zero of=/tmp/filler bs=1024 2>/dev/null
        shift
        exec "$@"`;
      const under = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', full, 'sh', site.host.folder];
      const ran = await site.deploy({under});
      if (ran.status !== 0) expectRefusal(ran, [78], /the shell can't keep a here-document: free space in \/tmp/, say);
      await site.look(say);
      await site.judge(say);
    }
    return {tried};
  },
};
