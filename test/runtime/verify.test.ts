/** What verify, plan and status find, and what finding it costs: walks over the tree are counted, time is not. */
import {chmod, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Host, makeHost, testShells} from '../harness/shell.js';
import {findProgram, type Ran} from '../harness/tools.js';

function ok(t: ExecutionContext, ran: Ran, status = 0): Ran {
  t.is(ran.status, status, ran.stdout + ran.stderr);
  return ran;
}

/** A PATH on which find and du note each of their runs in a file. */
async function countingPath(host: Host, path: string, noted: string): Promise<string> {
  const folder = join(host.folder, 'counting');
  await mkdir(folder);
  for (const name of ['find', 'du']) {
    const real = findProgram(name)!;
    const text = `#!/bin/sh\necho '${name}' >>'${noted}'\nexec '${real}' "$@"\n`;
    await writeFile(join(folder, name), text, {mode: 0o755});
  }
  return `${folder}:${path}`;
}

for (const shell of testShells()) {
  test(`${shell.name}: verify names each difference once, and repairs modes alone`, async (t) => {
    const host = await makeHost();
    const one = await host.script({version: '1.0.0'});
    ok(t, await host.run(shell, one, ['deploy']));
    ok(t, await host.run(shell, one, ['verify']));
    const release = join(host.prefix, 'releases/1.0.0');
    await chmod(join(release, 'bin/hello'), 0o700);
    await writeFile(join(release, 'etc/app.conf'), 'edited by hand\n');
    await writeFile(join(release, 'etc/more.conf'), '');
    await rm(join(release, 'share/link'));
    await chmod(join(host.prefix, 'var'), 0o755);
    await chmod(join(host.prefix, 'var/filestorage'), 0o755);
    await rm(join(host.prefix, 'run'), {recursive: true});
    const found = ok(t, await host.run(shell, one, ['verify']), 2).stdout;
    t.deepEqual(
      found.trimEnd().split('\n').sort(),
      [
        `.M.......  ${host.prefix}/var  (mode 0755, not 0700)`,
        `.M.......  ${host.prefix}/var/filestorage  (mode 0755, not 0700)`,
        '.M.......  releases/1.0.0/bin/hello  (mode 0700, not 0770)',
        '..5......  releases/1.0.0/etc/app.conf  (other content)',
        'added      releases/1.0.0/etc/more.conf  (not in the manifest)',
        `missing    ${host.prefix}/run  (folder of class run)`,
        'missing    releases/1.0.0/share/link  (in the manifest, not there)',
      ].sort(),
    );
    const status = JSON.parse(ok(t, await host.run(shell, one, ['status', '--json'])).stdout);
    t.is(status.drift, 7);
    t.regex(ok(t, await host.run(shell, one, ['plan']), 2).stdout, /drift of the current release:\n(?:.+\n){7}/);
    const left = ok(t, await host.run(shell, one, ['verify', '--fix']), 2);
    t.is(left.stderr.match(/^repaired: /gm)?.length, 3);
    t.notRegex(left.stdout, /\.M\./);
  });

  test(`${shell.name}: folders that another version brings are no drift of the one that runs`, async (t) => {
    const host = await makeHost();
    const folder = 'each_directory() { "$@" data "$DATA/cache/$RELEASE_ID" \'\' \'\'; }';
    ok(t, await host.run(shell, await host.script({version: '1.0.0', data: folder}), ['deploy']));
    const next = await host.script({version: '1.1.0', data: folder});
    t.regex(ok(t, await host.run(shell, next, ['plan']), 2).stdout, /drift of the current release:\n +none\n/);
  });

  test(`${shell.name}: the tree is walked once to compare it, and never by a second deploy or a rollback`, async (t) => {
    const host = await makeHost();
    const one = await host.script({version: '1.0.0'});
    const two = await host.script({version: '1.1.0', config: 'new = yes\n'});
    const three = await host.script({version: '1.2.0', config: 'new = no\n'});
    ok(t, await host.run(shell, one, ['deploy']));
    ok(t, await host.run(shell, two, ['deploy']));
    const noted = join(host.folder, 'walks');
    const PATH = await countingPath(host, process.env.PATH!, noted);
    const walks = async (script: string, words: readonly string[], status = 0): Promise<string> => {
      await writeFile(noted, '');
      ok(t, await host.run(shell, script, words, {env: {PATH}}), status);
      return readFile(noted, 'utf8');
    };
    t.is(await walks(two, ['deploy']), '');
    t.is(await walks(two, ['rollback']), '');
    t.is(await walks(two, ['rollback', '1.1.0']), '');
    t.is(await walks(two, ['verify']), 'find\n');
    t.is(await walks(two, ['status']), 'find\n');
    t.is(await walks(two, ['plan']), 'find\n');
    t.is(await walks(three, ['plan'], 2), 'find\n', 'how large the release is was noted when it was completed');
  });

  test(`${shell.name}: what cannot be compared is no "none"`, async (t) => {
    const host = await makeHost();
    const one = await host.script({version: '1.0.0'});
    ok(t, await host.run(shell, one, ['deploy']));
    const gone = await host.script({version: '1.0.0', serviceUser: 'nobody-of-that-name'});
    const planned = await host.run(shell, gone, ['plan']);
    t.is(planned.status, 2, planned.stderr);
    t.regex(planned.stdout, /unknown releases\/1\.0\.0 \(it could not be compared: see verify\)/);
    const ran = ok(t, await host.run(shell, gone, ['verify']), 1);
    t.regex(ran.stderr, /there is no (?:user|group of) nobody-of-that-name on this host/);
    const next = await host.script({version: '1.1.0', serviceUser: 'nobody-of-that-name'});
    const unfit = await host.run(shell, next, ['plan']);
    t.regex(unfit.stdout, /this host is unfit: to put right before a deploy:\nthere is no user nobody-of-that-name/);
  });
}

const [first] = testShells();
if (first !== undefined)
  test('plan reads what is installed off the manifest', async (t) => {
    const host = await makeHost();
    const lib = 'lib/venv/lib/python3.11/site-packages';
    const install = (names: readonly string[]): string =>
      `environment_build() { ${names.map((name) => `mkdir -p "$RELEASE/${lib}/${name}.dist-info"`).join('; ')}; }`;
    const locked = (names: readonly string[]): string =>
      `each_environment() { "$@" release; }\nenvironment_requirements() { printf '%s\\n' ${names.join(' ')}; }`;
    const one = await host.script({
      version: '1.0.0',
      data: locked(['zope-interface==7.0', 'gone==1.0', 'same==2.0']),
      instead: install(['zope_interface-7.0', 'gone-1.0', 'Same-2.0']),
    });
    ok(t, await host.run(first, one, ['deploy']));
    const two = await host.script({version: '1.1.0', data: locked(['zope-interface==7.1', 'new==1.0', 'same==2.0'])});
    const planned = ok(t, await host.run(first, two, ['plan', '--json']), 2);
    t.deepEqual(JSON.parse(planned.stdout).distributions, [
      'changed zope-interface 7.0 7.1',
      'added new 1.0',
      'removed gone 1.0',
    ]);
  });
