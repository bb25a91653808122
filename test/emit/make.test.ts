import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {withDir} from 'tmp-promise';
import {emitMakefile, isOurs} from '../../compiler/emit/make.js';
import {emitScript} from '../../compiler/emit/sh.js';
import {testWith} from '../harness/test-with.js';
import {execute, needsProgram} from '../harness/tools.js';
import {sampleLock, samplePlan} from './sample-plan.js';

const awkward = "rel'ea$e (1) #2.sh";
const steps = [
  'preflight',
  'backup',
  'build',
  'configure',
  'permissions',
  'complete',
  'switch',
  'restart',
  'verify',
  'prune',
];

for (const make of ['make', 'bmake']) {
  testWith(needsProgram(make))(`${make} -n deploy lists every step in order, and runs none`, async (t) => {
    await withDir(
      async ({path}) => {
        await writeFile(join(path, 'Makefile'), emitMakefile(samplePlan(), {script: awkward}));
        const ran = await execute([make, '-n', 'deploy'], {cwd: path});
        t.is(ran.status, 0, ran.stderr);
        t.deepEqual(
          ran.stdout
            .trim()
            .split('\n')
            .map((line) => line.split(' ').at(-1)),
          steps,
        );
      },
      {unsafeCleanup: true},
    );
  });

  testWith(needsProgram(make))(`${make} runs the script, whatever its name; settings reach it`, async (t) => {
    await withDir(
      async ({path}) => {
        await writeFile(join(path, 'Makefile'), emitMakefile(samplePlan(), {script: awkward}));
        await writeFile(
          join(path, awkward),
          emitScript(samplePlan(), sampleLock(), () => t.fail()),
        );
        const help = await execute([make], {cwd: path});
        t.regex(help.stdout, /^guestbook 1\.0\.0/, help.stderr);
        const check = await execute([make, 'check', `PREFIX=${path}/other`], {cwd: path});
        t.not(check.status, 0);
        t.regex(check.stderr, /release 1\.0\.0 is not deployed/);
      },
      {unsafeCleanup: true},
    );
  });

  testWith(needsProgram(make))(
    `${make}: release.mk leaves the targets of the Makefile that includes it alone`,
    async (t) => {
      await withDir(
        async ({path}) => {
          await writeFile(
            join(path, 'release.mk'),
            emitMakefile(samplePlan(), {script: 'release.sh', prefix: 'release-'}),
          );
          await writeFile(
            join(path, 'Makefile'),
            'all:\n\t@echo mine\n\ndeploy:\n\t@echo my deploy\n\ninclude release.mk\n',
          );
          t.is((await execute([make], {cwd: path})).stdout, 'mine\n');
          t.is((await execute([make, 'deploy'], {cwd: path})).stdout, 'my deploy\n');
          t.is(
            (await execute([make, '-n', 'release-deploy'], {cwd: path})).stdout.split('\n').length,
            steps.length + 1,
          );
        },
        {unsafeCleanup: true},
      );
    },
  );
}

test('a file of ours is known by its head', (t) => {
  t.true(isOurs(emitMakefile(samplePlan(), {script: 'release.sh'})));
  t.true(isOurs(emitScript(samplePlan(), sampleLock(), () => t.fail())));
  t.false(isOurs('all:\n\t@echo Made by cfgc\n'));
  t.false(isOurs(''));
});
