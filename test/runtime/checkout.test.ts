/** Checkouts of a dev profile: submodules, a depth, where a developer pushes to, and which are brought up to date. */
import {existsSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Checkout} from '../../compiler/model/release-plan.js';
import {makeHost} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {execute, needsProgram} from '../harness/tools.js';

const allowed = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'protocol.file.allow',
  GIT_CONFIG_VALUE_0: 'always',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** Repositories in the folder of a host, and checkouts of them by its script. */
async function repositories(t: ExecutionContext) {
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
  const create = async (name: string): Promise<void> => {
    await execute(['git', 'init', '--quiet', '--initial-branch=main', join(host.folder, name)], {env});
    await commit(name, 'file', 'one');
  };
  /** What the script says while it makes src/NAME, or brings it up to date. */
  const checkout = async (name: string, repository: string, wanted: Wanted): Promise<string> => {
    const {branch = '', revision = '', pushUrl = '', depth = '', submodules = 'always', update = 'yes'} = wanted;
    const url = `file://${join(host.folder, repository)}`;
    const fields = [join(host.folder, 'src', name), 'no', url, branch, revision, pushUrl, depth, submodules, update];
    const data = `each_editable() { "$@" main ${fields.map((field) => `'${field}'`).join(' ')}; }`;
    const ran = await host.call({name: 'sh', command: ['sh']}, 'checkout_update', {
      env: allowed,
      release: {version: '1.0.0', data},
    });
    t.is(ran.status, wanted.status ?? 0, ran.stderr);
    return ran.stderr;
  };
  const content = (path: string): string | undefined => {
    const file = join(host.folder, 'src', path);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  return {folder: host.folder, git, commit, create, checkout, content};
}

interface Wanted extends Partial<Omit<Checkout, 'submodules' | 'url'>> {
  readonly submodules?: 'always' | 'checkout' | 'never';
  readonly status?: number;
}

testWith(needsProgram('git'))(
  'checkouts: submodules follow, unless told otherwise; depth and pushurl are heeded',
  async (t) => {
    const {folder, git, commit, create, checkout, content} = await repositories(t);
    for (const name of ['inner', 'outer']) await create(name);
    await git('outer', 'submodule', '--quiet', 'add', join(folder, 'inner'), 'sub');
    await commit('outer', 'file', 'two');
    const update = (name: string, depth: string, submodules: 'always' | 'checkout' | 'never'): Promise<string> =>
      checkout(name, 'outer', {branch: 'main', pushUrl: 'git@example.org:site.git', depth, submodules});
    const inner = (name: string): string | undefined => content(`${name}/sub/file`);
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

testWith(needsProgram('git'))(
  'checkouts: one that is there is brought up to date where the profile says so',
  async (t) => {
    const {folder, git, commit, create, checkout, content} = await repositories(t);
    await create('upstream');
    await git('upstream', 'tag', 'v1');
    const kept = {branch: 'main', update: 'no'} as const;
    await checkout('kept', 'upstream', kept);
    await checkout('follows', 'upstream', {branch: 'main'});
    await checkout('tagged', 'upstream', {revision: 'v1', update: 'no'});
    await commit('upstream', 'file', 'two');
    await git('upstream', 'tag', 'v2');
    t.is(await checkout('kept', 'upstream', kept), '');
    await checkout('follows', 'upstream', {branch: 'main'});
    t.is(content('kept/file'), 'one');
    t.is(content('follows/file'), 'two');

    // Another revision is wanted: said, and taken where the source is to be updated.
    t.is(await checkout('tagged', 'upstream', {revision: 'v1', update: 'no'}), '');
    t.regex(
      await checkout('tagged', 'upstream', {revision: 'v2', update: 'no'}),
      /src\/tagged is not at v2, and is left as it is: update=true in its source takes it there/,
    );
    t.is(content('tagged/file'), 'one');
    await checkout('tagged', 'upstream', {revision: 'v2'});
    t.is(content('tagged/file'), 'two');
    t.regex(await checkout('tagged', 'upstream', {revision: 'v3', status: 1}), /has no revision v3/);

    // Changes that are not committed: left, or by force as far as git loses none of them.
    const other = join(folder, 'src/follows/other');
    const file = join(folder, 'src/follows/file');
    await commit('upstream', 'other', 'one');
    await checkout('follows', 'upstream', {branch: 'main'});
    writeFileSync(other, 'mine');
    await commit('upstream', 'file', 'three');
    t.regex(await checkout('follows', 'upstream', {branch: 'main'}), /changes that are not committed: left as it is/);
    t.is(content('follows/file'), 'two');
    await checkout('follows', 'upstream', {branch: 'main', update: 'force'});
    t.deepEqual([readFileSync(file, 'utf8'), readFileSync(other, 'utf8')], ['three', 'mine']);
    await commit('upstream', 'other', 'two');
    t.regex(
      await checkout('follows', 'upstream', {branch: 'main', update: 'force'}),
      /src\/follows can't follow origin\/main: left as it is/,
    );
    t.regex(
      await checkout('follows', 'upstream', {revision: 'v1', update: 'force'}),
      /src\/follows can't go to v1: left as it is/,
    );
    t.deepEqual([readFileSync(file, 'utf8'), readFileSync(other, 'utf8')], ['three', 'mine']);

    // A link is a developer's own affair; another repository of the same name is not.
    symlinkSync(join(folder, 'upstream'), join(folder, 'src/linked'));
    t.regex(await checkout('linked', 'upstream', {branch: 'main'}), /src\/linked is a link: left as it is/);
    await create('elsewhere');
    t.regex(
      await checkout('kept', 'elsewhere', {...kept, status: 1}),
      /src\/kept is a checkout of file:.*upstream, the profile says file:.*elsewhere: move it away/,
    );
  },
);
