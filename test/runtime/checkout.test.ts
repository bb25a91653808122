/** Checkouts of a dev profile: submodules, a depth, where a developer pushes to. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {makeHost} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {execute, needsProgram} from '../harness/tools.js';

const allowed = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'protocol.file.allow',
  GIT_CONFIG_VALUE_0: 'always',
  GIT_CONFIG_NOSYSTEM: '1',
};

testWith(needsProgram('git'))(
  'checkouts: submodules follow, unless told otherwise; depth and pushurl are heeded',
  async (t) => {
    const host = await makeHost();
    const env = {PATH: process.env.PATH, HOME: host.folder, ...allowed};
    const git = async (repository: string, ...words: string[]): Promise<string> => {
      const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
      const ran = await execute(['git', '-C', join(host.folder, repository), ...who, ...words], {env});
      t.is(ran.status, 0, ran.stderr);
      return ran.stdout.trim();
    };
    const commit = async (repository: string, file: string, content: string): Promise<void> => {
      writeFileSync(join(host.folder, repository, file), content);
      await git(repository, 'add', '.');
      await git(repository, 'commit', '--quiet', '-m', content);
    };
    for (const name of ['inner', 'outer']) {
      await execute(['git', 'init', '--quiet', '--initial-branch=main', join(host.folder, name)], {env});
      await commit(name, 'file', 'one');
    }
    await git('outer', 'submodule', '--quiet', 'add', join(host.folder, 'inner'), 'sub');
    await commit('outer', 'file', 'two');
    const url = `file://${join(host.folder, 'outer')}`;
    const update = async (name: string, depth: string, submodules: string): Promise<string> => {
      const path = join(host.folder, 'src', name);
      const fields = [path, 'no', url, 'main', '', 'git@example.org:site.git', depth, submodules];
      const data = `each_editable() { "$@" main ${fields.map((field) => `'${field}'`).join(' ')}; }`;
      const ran = await host.call({name: 'sh', command: ['sh']}, 'checkout_update', {
        env: allowed,
        release: {version: '1.0.0', data},
      });
      t.is(ran.status, 0, ran.stderr);
      return ran.stderr;
    };
    const inner = (name: string): string | undefined => {
      const file = join(host.folder, 'src', name, 'sub/file');
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    };
    await update('all', '', 'always');
    await update('once', '', 'checkout');
    await update('none', '1', 'never');
    t.deepEqual(['all', 'once', 'none'].map(inner), ['one', 'one', undefined]);
    t.is(await git('src/none', 'rev-list', '--count', 'HEAD'), '1');
    t.is(await git('src/all', 'rev-list', '--count', 'HEAD'), '2');
    t.is(await git('src/all', 'config', '--get', 'remote.origin.pushurl'), 'git@example.org:site.git');
    await commit('inner', 'file', 'three');
    await git('outer/sub', 'pull', '--quiet', 'origin', 'main');
    await commit('outer', 'file', 'three');
    await update('all', '', 'always');
    await update('once', '', 'checkout');
    t.deepEqual(['all', 'once'].map(inner), ['three', 'one']);
    // What follows is clean, so the next run follows too.
    t.notRegex(await update('all', '', 'always'), /left as it is/);
  },
);
