/** What else a host can do to a deploy: lack a tool, set its clock back, have two people deploy at once. */
import {chmod, mkdir, readdir, readFile, rm, symlink, utimes, writeFile} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {findProgram, needsProgram} from '../../harness/tools.js';
import {expectRefusal, type Fault, makeSite, withoutVirtualenv} from './site.js';

/** Tools that a host may lack, alone or together. What stands in for each is the script's own matter. */
const optional: readonly (readonly string[])[] = [
  ...['uv', 'rsync', 'curl', 'wget', 'logger', 'flock', 'git', 'mtree', 'getent', 'ss', 'sync', 'hostname'].map(
    (name) => [name],
  ),
  ...['crontab', 'systemctl', 'setpriv', 'runuser', 'openssl', 'perl', 'sha256sum', 'ssh-keygen', 'stat'].map(
    (name) => [name],
  ),
  ['curl', 'wget'],
  ['sha256sum', 'shasum'],
  ['sha256sum', 'shasum', 'openssl'],
  [
    'bash',
    'dash',
    'make',
    'tar',
    'gzip',
    'unzip',
    'rsync',
    'git',
    'curl',
    'wget',
    'logger',
    'getent',
    'hostname',
    'stat',
  ],
];

/** Those that POSIX has: without one preflight says so, and nothing is changed. */
const required = ['awk', 'cmp', 'df', 'diff', 'du', 'find', 'grep', 'ps', 'sed', 'sort', 'tail', 'xargs'];

export const toolMissing: Fault = {
  name: 'a tool is missing',
  try: async (bounded, sayer) => {
    const site = await makeSite();
    const bin = join(site.host.folder, 'bin');
    await mkdir(bin);
    for (const folder of (process.env.PATH ?? '').split(delimiter).reverse()) {
      for (const name of await readdir(folder).catch(() => [])) {
        await rm(join(bin, name), {force: true});
        await symlink(join(folder, name), join(bin, name));
      }
    }
    await rm(join(bin, 'python3'), {force: true});
    await symlink(site.python, join(bin, 'python3'));
    const without = async (names: readonly string[], work: () => Promise<void>) => {
      for (const name of names) await rm(join(bin, name), {force: true});
      await work();
      for (const name of names) {
        const program = findProgram(name);
        if (program) await symlink(program, join(bin, name));
      }
    };
    const env = {PATH: bin};
    let tried = 0;
    const some = <T>(all: readonly T[], step: number) =>
      all.filter((_, index) => !bounded || index % step === step - 1);
    for (const names of some(optional, 6)) {
      await without(names, async () => {
        tried += 1;
        await site.reset();
        await site.judge(sayer(`without ${names.join(', ')}`), {env});
      });
    }
    for (const name of some(required, 6)) {
      await without([name], async () => {
        tried += 1;
        await site.reset();
        const say = sayer(`without ${name}`);
        const journal = await readFile(join(site.host.prefix, '.cfgc/journal.jsonl'), 'utf8');
        expectRefusal(await site.deploy({env}), [78], new RegExp(`no ${name} on the PATH`), say);
        if ((await readFile(join(site.host.prefix, '.cfgc/journal.jsonl'), 'utf8')) !== journal)
          say('the journal was changed');
        await site.judge(say);
      });
    }
    return {tried};
  },
};

export const clockBack: Fault = {
  name: 'the clock is set back between releases',
  missing: needsProgram('touch'),
  try: async (_bounded, sayer) => {
    const site = await makeSite({release: {instead: withoutVirtualenv, keep: 2}});
    const {host, shell} = site;
    const bin = join(host.folder, 'clock');
    await mkdir(bin);
    const date = findProgram('date')!;
    // The shim of a clock: so many seconds before the real one.
    await writeFile(join(bin, 'date'), `#!/bin/sh\nexec ${date} -d "@$(($(${date} +%s) - \${CLOCK_BACK:-0}))" "$@"\n`);
    await chmod(join(bin, 'date'), 0o755);
    const path = `${bin}${delimiter}${process.env.PATH}`;
    const at = (days: number) => ({env: {PATH: path, CLOCK_BACK: String(days * 86_400)}});
    const say = sayer('three releases');
    let last = site.one;
    for (const [days, version] of [
      [10, '1.1.0'],
      [400, '1.2.0'],
      [9000, '1.3.0'],
    ] as const) {
      last = await host.script({instead: withoutVirtualenv, keep: 2, version});
      const ran = await host.run(shell, last, ['deploy'], at(days));
      if (ran.status !== 0) say(`the deploy of ${version} ended with ${ran.status}: ${ran.stderr}`);
      // As if the files had been written then.
      const then = Date.now() / 1000 - days * 86_400;
      await utimes(join(host.prefix, 'releases', version), then, then);
      await utimes(join(host.prefix, 'releases', version, '.complete'), then, then);
    }
    const kept = (await readdir(join(host.prefix, 'releases'))).sort().join();
    if (kept !== '1.2.0,1.3.0') say(`kept are ${kept}`);
    const back = await host.run(shell, last, ['rollback'], at(9001));
    if ((await host.current()) !== '1.2.0') say(`rollback leads to ${await host.current()}: ${back.stderr}`);
    const history = (await host.run(shell, last, ['history'], at(0))).stdout.trim().split('\n');
    const order = history.map((line) => line.match(/-> (\S+)/)?.[1]).filter(Boolean);
    if (order.join() !== '1.0.0,1.1.0,1.2.0,1.3.0,1.2.0' && order.join() !== '1.1.0,1.2.0,1.3.0,1.2.0')
      say(`history: ${history.join('\n')}`);
    const status = await host.run(shell, last, ['status'], at(9002));
    if (status.status !== 0) say(`status ended with ${status.status}: ${status.stderr}`);
    return {tried: 3};
  },
};

export const twoAtOnce: Fault = {
  name: 'two deploys at once',
  try: async (bounded, sayer) => {
    const site = await makeSite({release: {keep: 5}});
    const other = await site.host.script({version: '1.2.0', keep: 5});
    let tried = 0;
    for (let round = 1; round <= (bounded ? 2 : 20); round += 1) {
      await site.reset();
      tried += 1;
      const say = sayer(`round ${round}`);
      // Without --wait one of them may be refused; with it both come to their end, one after the other.
      const words = round % 2 === 0 ? ['deploy', '--wait', '300'] : ['deploy'];
      const both = await Promise.all([site.two, other].map((script) => site.host.run(site.shell, script, words)));
      const statuses = both.map((ran) => ran.status);
      const allowed = round % 2 === 0 ? [0] : [0, 75];
      if (!statuses.every((status) => allowed.includes(status)) || !statuses.includes(0))
        say(`they ended with ${statuses}: ${both.map((ran) => ran.stderr).join('\n')}`);
      await site.look(say);
      const lines = (await readFile(join(site.host.prefix, '.cfgc/journal.jsonl'), 'utf8')).trimEnd().split('\n');
      const runs = lines
        .map((line) => JSON.parse(line) as Record<string, string>)
        .filter((line) => /^(begin|end)$/.test(line.event!));
      // Begin, end, begin, end: no run begins while another one is at work.
      if (runs.some((line, index) => line.event !== (index % 2 === 0 ? 'begin' : 'end')))
        say(`the journal is mixed: ${lines.join('\n')}`);
      if (statuses[0] === 0) await site.host.run(site.shell, site.two, ['rollback', '1.1.0']);
      await site.judge(say);
    }
    return {tried};
  },
};
