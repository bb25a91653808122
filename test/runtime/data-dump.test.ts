/** Data that commands of the user's write and read, by the whole script: backed up before a switch, and back with a rollback. */
import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {postgresMissing, startPostgres} from '../harness/postgres.js';
import {type FakeRelease, type Host, makeHost, testShells} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {findPython} from '../harness/tools.js';
import {flipByte} from './data-site.js';

interface Commands {
  readonly dump: string;
  readonly restore: string;
  readonly verify?: string;
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** A release whose data is what these commands say. It has an empty virtualenv: its Python looks after the sums. */
function release(version: string, commands: Commands, more: Partial<FakeRelease> = {}): FakeRelease {
  const words = ['base', commands.dump, commands.restore].map(quoted).join(' ');
  return {
    version,
    data: `each_environment() { "$@" main; }
each_backup() { "$@" base '' ''; }
each_dump() { "$@" ${words} 2 ${quoted(commands.verify ?? '')}; }`,
    ...more,
  };
}

async function dumps(host: Host): Promise<readonly string[]> {
  return (await readdir(join(host.prefix, 'backups/dumps/base'))).sort();
}

const python = await findPython().then(
  () => undefined,
  (error: Error) => error.message,
);

for (const shell of testShells()) {
  const test = testWith(python);

  test(`rollback --with-data asks twice, and brings back the data of before that release, in ${shell.name}`, async (t) => {
    const host = await makeHost();
    const data = join(host.folder, 'base');
    const commands = {dump: `cat '${data}'`, restore: `cat >'${data}'`, verify: 'grep -q "^end$"'};
    const first = await host.script(release('1.0.0', commands));
    const second = await host.script(release('1.1.0', commands));
    await writeFile(data, 'first\nend\n');
    t.is((await host.run(shell, first, ['deploy'])).status, 0);
    const none = await host.run(shell, first, ['rollback', '--with-data', '1.1.0']);
    t.is(none.status, 1);
    const deployed = await host.run(shell, second, ['deploy']);
    t.is(deployed.status, 0, deployed.stderr);
    t.regex(deployed.stderr, /backup .* is complete and verified \(release 1\.0\.0\)/);
    const [record] = await readdir(join(host.prefix, 'backups/records'));
    t.regex(
      await readFile(join(host.prefix, 'backups/records', record!), 'utf8'),
      /^release 1\.0\.0\nbefore 1\.1\.0$/m,
    );
    await writeFile(data, 'second\nend\n');

    // Asked for once is not asked for.
    for (const input of ['', 'no\n', 'y\n']) {
      const refused = await host.run(shell, second, ['rollback', '--with-data'], {input});
      t.is(refused.status, 1, refused.stderr);
      t.regex(
        refused.stderr,
        /the dump of .* is given to its restore command[\s\S]*Type yes to go on[\s\S]*nothing was changed/,
      );
      t.is(await host.current(), '1.1.0');
      t.is(await readFile(data, 'utf8'), 'second\nend\n');
    }
    const back = await host.run(shell, second, ['rollback', '--with-data'], {input: 'yes\n'});
    t.is(back.status, 0, back.stderr);
    t.is(await host.current(), '1.0.0');
    t.is(await readFile(data, 'utf8'), 'first\nend\n');
    // And what that took away is kept, whatever is retired later.
    const kept = (await dumps(host)).find((name) => name.startsWith('before-restore-'))!;
    t.is(await readFile(join(host.prefix, 'backups/dumps/base', kept), 'utf8'), 'second\nend\n');
    for (let round = 0; round < 3; round += 1) t.is((await host.run(shell, first, ['backup'])).status, 0);
    t.is((await dumps(host)).length, 3);
    t.true((await dumps(host)).includes(kept));
    // A rollback alone leaves the data.
    await writeFile(data, 'third\nend\n');
    t.is((await host.run(shell, first, ['rollback', '1.1.0'])).status, 0);
    t.is(await readFile(data, 'utf8'), 'third\nend\n');
  });

  test(`a dump that fails, is cut off or was changed stops in time, in ${shell.name}`, async (t) => {
    const host = await makeHost();
    const data = join(host.folder, 'base');
    await writeFile(data, 'first\nend\n');
    const commands = {dump: `cat '${data}'`, restore: `cat >'${data}'`, verify: 'grep -q "^end$"'};
    t.is((await host.run(shell, await host.script(release('1.0.0', commands)), ['deploy'])).status, 0);
    for (const [dump, why] of [
      [`cat '${data}'; exit 3`, /its command failed with status 3/],
      // The status of a pipe is that of its last command.
      [`(printf first; exit 3) | cat`, /is not whole: the command that verifies it failed with status 1/],
      [':', /wrote nothing/],
    ] as const) {
      const ran = await host.run(shell, await host.script(release('1.1.0', {...commands, dump})), ['deploy']);
      t.is(ran.status, 20, ran.stderr);
      t.regex(ran.stderr, why);
      t.is(await host.current(), '1.0.0');
      t.false((await readdir(join(host.prefix, 'releases'))).includes('1.1.0'));
    }
    t.deepEqual(await dumps(host), []);

    const second = await host.script(release('1.1.0', commands));
    t.is((await host.run(shell, second, ['deploy'])).status, 0);
    await writeFile(data, 'second\nend\n');
    // A restore that fails is taken back.
    const failing = {...commands, restore: `cat >'${data}'; ! grep -q first '${data}'`};
    const broken = await host.script(release('1.1.0', failing));
    const failed = await host.run(shell, broken, ['restore', '-n']);
    t.is(failed.status, 1, failed.stderr);
    t.regex(failed.stderr, /restore command failed with status 1[\s\S]*what was there before is back/);
    t.is(await readFile(data, 'utf8'), 'second\nend\n');

    const [saved] = (await dumps(host)).filter((name) => /^\d/.test(name));
    await flipByte(join(host.prefix, 'backups/dumps/base', saved!));
    const refused = await host.run(shell, second, ['rollback', '--with-data'], {input: 'yes\n'});
    t.is(refused.status, 20, refused.stderr);
    t.regex(refused.stderr, /is not what was written: its checksum differs/);
    t.is(await host.current(), '1.1.0');
    t.is(await readFile(data, 'utf8'), 'second\nend\n');
  });
}

const [shell] = testShells();

testWith(python, postgresMissing())(
  'a real PostgreSQL is dumped before a deploy, and back with the rollback',
  async (t) => {
    const postgres = await startPostgres();
    t.teardown(() => postgres.close());
    await postgres.sql('create table pages (title text)');
    await postgres.sql("insert into pages values ('first')");
    const host = await makeHost();
    const commands = {
      dump: `pg_dump ${postgres.where} -Fc postgres`,
      verify: 'pg_restore --list >/dev/null',
      restore: `pg_restore ${postgres.where} -d postgres --clean --if-exists --single-transaction --exit-on-error`,
    };
    t.is((await host.run(shell!, await host.script(release('1.0.0', commands)), ['deploy'])).status, 0);
    const second = await host.script(release('1.1.0', commands));
    const deployed = await host.run(shell!, second, ['deploy']);
    t.is(deployed.status, 0, deployed.stderr);
    await postgres.sql("insert into pages values ('second')");

    const back = await host.run(shell!, second, ['rollback', '--with-data'], {input: 'yes\n'});
    t.is(back.status, 0, back.stderr);
    t.is(await postgres.sql('select title from pages'), 'first');
    t.is(await host.current(), '1.0.0');
    const kept = (await dumps(host)).find((name) => name.startsWith('before-restore-'))!;
    await postgres.sql('drop table pages');
    // The administrator takes what the rollback took away.
    const file = join(host.prefix, 'backups/dumps/base', kept);
    const taken = await host.call(shell!, `${commands.restore} <'${file}'`);
    t.is(taken.status, 0, taken.stderr);
    t.is(await postgres.sql("select string_agg(title, ',' order by title) from pages"), 'first,second');

    // A database that does not answer stops the next deploy before anything is built.
    const gone = {...commands, dump: `pg_dump ${postgres.where}/nowhere -Fc postgres`};
    const stopped = await host.run(shell!, await host.script(release('1.2.0', gone)), ['deploy']);
    t.is(stopped.status, 20, stopped.stderr);
    t.is(await host.current(), '1.0.0');
  },
);
