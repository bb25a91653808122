/**
 * Files of source code that parts write: a value of the profile, and an input of the host, are one word or string in them,
 * whatever they hold. A real shell writes the file and runs it, with a program that prints what it was given.
 */
import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {dir} from 'tmp-promise';
import {shFeed} from '../../compiler/emit/quote.js';
import {pythonString} from '../../compiler/lower/zope/conf-text.js';
import type {FileEntry} from '../../compiler/model/release-plan.js';
import {show, text} from '../../compiler/util/text.js';
import {testWith} from '../harness/test-with.js';
import {execute, needsProgram, projectRoot, shells} from '../harness/tools.js';
import {lowerText} from '../lower/harness.js';

const hostile = 'a"b\'c $(touch NEVER) `touch NEVER` \\ ${x} ; touch NEVER #';
/** As it stands in a profile, where `${` would be a reference. */
const written = hostile.replaceAll('${', '$');
/** Inputs may hold more than a line of a profile can. */
const input = `${hostile}\nnext 'line'\r`;

interface Case {
  readonly name: string;
  readonly cfg: string;
  /** Of the file that is run. */
  readonly file: string;
  /** The program that it runs. */
  readonly program: string;
  readonly given: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'varnish',
    cfg: `recipe = plone.recipe.varnish:script
config = etc/site.vcl
telnet = ${written}
name = \${inputs:ANY}
cache-type = malloc`,
    file: '{bin}/part',
    program: 'varnishd',
    given: ['-n', input, '-T', written],
  },
  {
    name: 'scriptgen',
    cfg: `recipe = collective.recipe.scriptgen
cmd = program
arguments =
    \${inputs:ANY}
    "in double \${inputs:ANY} quotes"
    'in single \${inputs:ANY} quotes'`,
    file: '{bin}/part',
    program: 'program',
    given: [input, `in double ${input} quotes`, `in single ${input} quotes`],
  },
];

const {present} = shells();
for (const each of cases)
  testWith(needsProgram('dash'))(`values in a shell file are words: ${each.name}`, async (t) => {
    const {path, cleanup} = await dir({unsafeCleanup: true});
    t.teardown(cleanup);
    const {plan} = await lowerText(`[buildout]\nparts = part\n[inputs]\nANY =\n[part]\n${each.cfg}\n`);
    const found = plan.entries.find(
      (entry): entry is FileEntry => entry.kind === 'file' && show(entry.path).endsWith(each.file.replace('{bin}', '')),
    );
    t.truthy(found, plan.entries.map((entry) => ('path' in entry ? show(entry.path) : entry.kind)).join('\n'));
    await mkdir(join(path, 'bin'));
    const program = join(path, 'bin', each.program);
    await writeFile(program, `#!/bin/sh\nfor word; do printf '%s\\0' "$word"; done >'${path}/given'\n`);
    await chmod(program, 0o755);
    const library = await readFile(join(projectRoot, 'runtime-templates/lib/entry.sh'), 'utf8');
    const writer = `${library}
BIN=/x/bin ETC=/x/etc RUN=/x/run DATA=/x/data
${shFeed(found!.content, "cat >'file'")}
`;
    await writeFile(join(path, 'writer.sh'), writer);
    const env = {...process.env, PATH: `${join(path, 'bin')}:${process.env.PATH}`, INPUT_ANY: input};
    const written = await execute(['dash', 'writer.sh'], {cwd: path, env});
    t.is(written.status, 0, written.stderr);
    const ran = await execute(['sh', 'file'], {cwd: path, env});
    t.is(ran.status, 0, `${ran.stderr}\n${await readFile(join(path, 'file'), 'utf8')}`);
    const given = (await readFile(join(path, 'given'), 'utf8')).split('\0').slice(0, -1);
    const expected = each.given;
    const at = given.indexOf(expected[0]!);
    t.deepEqual(given.slice(at, at + expected.length), expected);
    await t.throwsAsync(readFile(join(path, 'NEVER')), {code: 'ENOENT'});
  });

for (const shell of present)
  testWith(needsProgram('python3'))(`an input in a Python string is the string: ${shell.name}`, async (t) => {
    const {path, cleanup} = await dir({unsafeCleanup: true});
    t.teardown(cleanup);
    const value = pythonString(text("it's \\ ", {ref: 'env', name: 'ANY'}, {ref: 'place', place: 'etc'}, '\n'));
    const library = await readFile(join(projectRoot, 'runtime-templates/lib/entry.sh'), 'utf8');
    const source = text('import sys\nsys.stdout.buffer.write((', value, ').encode())\n');
    await writeFile(join(path, 'writer.sh'), `${library}\nETC=/x/etc\n${shFeed(source, 'cat')}\n`);
    const env = {...process.env, INPUT_ANY: input};
    const written = await execute([...shell.command, 'writer.sh'], {cwd: path, env});
    t.is(written.status, 0, written.stderr);
    const ran = await execute(['python3', '-c', written.stdout], {cwd: path});
    t.is(ran.stdout, `it's \\ ${input}/x/etc\n`, ran.stderr + written.stdout);
  });
