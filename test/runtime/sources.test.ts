/** A dev profile's sources: a service that runs them is restarted where their code changed, and not for what Python writes there. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {type FakeRelease, makeHost, testShells} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {needsProgram} from '../harness/tools.js';

for (const shell of testShells()) {
  for (const vcs of ['git', 'no git']) {
    const test = testWith(vcs === 'git' ? needsProgram('git') : undefined);
    test(`sources: what changed in them restarts who runs them, ${vcs}, in ${shell.name}`, async (t) => {
      const host = await makeHost();
      const folder = join(host.folder, 'my sources/my.theme');
      const calls = join(host.folder, 'calls');
      const write = (path: string, content: string): void => {
        mkdirSync(join(folder, path, '..'), {recursive: true});
        writeFileSync(join(folder, path), content);
      };
      const git = (...words: string[]): void => {
        const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
        if (vcs === 'git')
          execFileSync('git', ['-C', folder, ...who, ...words], {env: {...process.env, HOME: host.folder}});
      };
      write('my_theme.py', 'one = 1\n');
      git('init', '--quiet', '--initial-branch=main');
      git('add', '.');
      git('commit', '--quiet', '-m', 'one');
      const release: FakeRelease = {
        version: '1.0.0',
        profile: 'dev',
        data: `each_service() {
          "$@" web 10 f1 yes 1 '' || return
          "$@" proxy 20 f1 yes 1 ''
        }
        each_service_source() { "$@" web '${folder}'; }
        each_service_command() { "$@" restart 'echo restart >>"${calls}"'; }`,
      };
      const script = await host.script(release);
      const run = (...words: string[]) => host.run(shell, script, words);
      const restarts = () => readFileSync(calls, 'utf8').split('\n').length - 1;
      /** Nothing, or what plan and check tell before the deploy, and the deploy does. */
      const expect = async (count: number, what: string): Promise<void> => {
        const changes = count > restarts();
        t.is((await run('check')).status, changes ? 2 : 0, what);
        const plan = await run('plan', '--json');
        t.is(plan.status, changes ? 2 : 0, what);
        t.deepEqual(JSON.parse(plan.stdout).services, changes ? ['changed web'] : [], what);
        const ran = await run('deploy');
        t.is(ran.status, 0, ran.stderr);
        t.is(/unchanged: release 1\.0\.0/.test(ran.stderr), !changes, `${what}: ${ran.stderr}`);
        t.is(restarts(), count, what);
      };
      t.is((await run('deploy')).status, 0);
      t.is(restarts(), 1);
      await expect(1, 'nothing changed');
      write('__pycache__/my_theme.cpython-311.pyc', 'compiled');
      write('my_theme.egg-info/PKG-INFO', 'installed');
      await expect(1, 'what Python writes');
      write('my_theme.py', 'two = 2\n');
      await expect(2, 'a change');
      write('locale.py', 'new');
      await expect(3, 'a new file');
      write('locale.py', 'other');
      await expect(4, 'a new file that changed');
      rmSync(join(folder, 'locale.py'));
      await expect(5, 'a file is gone');
      if (vcs === 'git') {
        git('commit', '--quiet', '-am', 'two');
        git('switch', '--quiet', '-c', 'feature');
        await expect(6, 'a commit');
        write('.gitignore', '*.log\n');
        git('add', '.gitignore');
        git('commit', '--quiet', '-m', 'three');
        write('some.log', 'x');
        git('switch', '--quiet', 'main');
        git('switch', '--quiet', 'feature');
        await expect(7, 'another commit');
        write('some.log', 'y');
        await expect(7, 'what git ignores');
      }

      // It does not serve with its sources: another release would run the same, so none comes back.
      const broken = await host.script({
        ...release,
        data: `${release.data}\neach_service_command() { "$@" restart false; }`,
      });
      write('my_theme.py', 'broken\n');
      const failed = await host.run(shell, broken, ['deploy']);
      t.is(failed.status, 1);
      t.regex(failed.stderr, /does not serve with its sources as they are now/);
      t.is(await host.current(), '1.0.0');
      t.is((await run('check')).status, 2);
    });
  }
}
