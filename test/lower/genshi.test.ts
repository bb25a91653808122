/** Templates of Genshi, rendered here and by the real recipe: what that wrote is recorded beside each (genshi/record.py). */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {show} from '../../compiler/util/text.js';
import {projectRoot} from '../harness/tools.js';
import {lowerFolder, lowerText, printDiagnostics} from './harness.js';

const cases = join(projectRoot, 'test/lower/genshi');

for (const name of readdirSync(cases).filter((file) => existsSync(join(cases, file, 'buildout.cfg')))) {
  test(`genshi: ${name}`, async (t) => {
    const folder = join(cases, name);
    const lowered = await lowerFolder(folder);
    const files = lowered.plan.entries.filter(
      (entry) => entry.kind === 'file' && entry.origin.recipe?.includes('template'),
    );
    if (existsSync(join(folder, 'expected-failure.txt'))) {
      t.deepEqual(files, []);
      t.deepEqual(
        lowered.diagnostics.map(({kind}) => kind.name),
        ['genshi-template'],
      );
      return;
    }
    t.is(printDiagnostics(lowered), '');
    const written = Object.fromEntries(
      files.map((entry) => (entry.kind === 'file' ? [show(entry.path).split('/').at(-1)!, show(entry.content)] : [])),
    );
    const expected = readdirSync(folder).filter((file) => file.startsWith('expected-'));
    t.true(expected.length > 0);
    for (const file of expected)
      t.is(written[file.slice('expected-'.length)], onHost(readFileSync(join(folder, file), 'utf8')), file);
  });
}

/** The folders of a release that stand where the buildout had its own. */
function onHost(recorded: string): string {
  return recorded
    .replaceAll('@BUILDOUT@/var', '{data}')
    .replaceAll('@BUILDOUT@/parts', '{etc}')
    .replaceAll('@BUILDOUT@', '{release}');
}

/** Templates that the compiler can't render: each says where, why, and what to do. */
const refused: Readonly<Record<string, readonly [template: string, message: RegExp, at: string]>> = {
  'a value of the host that is asked': [
    "first\n{% if options['secret'] == 'x' %}a{% end %}",
    /`\{secret token\}` can't be worked out ahead/,
    "options['secret'] == 'x'",
  ],
  'a value of the host that is measured': [
    "${len(options['folder'])}",
    /`\{release\}|directory/,
    "len(options['folder'])",
  ],
  '`not` as an operand': [
    '${(not options.folder) == 1}',
    /`not` as an operand, whose brackets Genshi loses/,
    '(not options.folder)',
  ],
  'a module': ["${__import__('os')}", /`__import__` can't be worked out ahead/, "__import__('os')"],
  'a method of buildout': ['${parts.install(None)}', /`\.install`, which is buildout's own/, 'parts.install(None)'],
  'another file': ['{% include other.txt %}', /`\{% include %\}` is not read/, '{%'],
  code: ['{% python import os %}', /`\{% python %\}` is not run/, '{%'],
  'a block without an end': ['{% if 1 %}a', /`\{% if %\}` has no `\{% end %\}`/, '{%'],
  'an end of nothing': ['a{% end %}', /closes nothing/, '{%'],
  'a function that never ends': ['{% def f() %}${f()}{% end %}${f()}', /`f\(\)`, which calls itself so often/, 'f()'],
  'a value without end': [`{% with a='x' * 999999; b=a + a %}{% end %}`, /so long a value/, 'a + a'],
  'a list without end': [`{% with a=['x'] * 999999; b=a + a; c=b + b %}{% end %}`, /so long a value/, 'a + a'],
  'output without end': [
    '{% for a in range(10000) %}{% for b in range(10000) %}.{% end %}{% end %}',
    /so long an output/,
    '{%',
  ],
  'a join without end': [`\${'x'.join(['y' * 1000000] * 1000)}`, /so long a value/, "'x'.join"],
};

for (const [what, [template, message, at]] of Object.entries(refused)) {
  test(`genshi: ${what} is refused with its place`, async (t) => {
    const {diagnostics, plan} = await lowerText(configuration, {'t.in': {text: template}});
    const [found] = diagnostics.filter(({kind}) => kind.name === 'genshi-template');
    t.regex(found!.message, message);
    t.true(found!.hint !== undefined);
    const {source, start} = found!.primary!.span;
    t.is(source.name, 't.in');
    t.true(source.text.slice(start).startsWith(at), source.text.slice(start));
    t.false(plan.entries.some((entry) => entry.kind === 'file' && show(entry.path).endsWith('out.txt')));
  });
}

test('genshi: a template of its own characters is written as it is, those of the private area too', async (t) => {
  const {plan} = await lowerText(configuration, {'t.in': {text: "\ue0a0 é ${'\ue0b0'} 漢 😀"}});
  const file = plan.entries.find((entry) => entry.kind === 'file' && show(entry.path).endsWith('out.txt'));
  t.is(file?.kind === 'file' ? show(file.content) : '', '\ue0a0 é \ue0b0 漢 😀');
});

test('genshi: secrets and inputs stay references, also when they are joined and cut', async (t) => {
  const {plan, diagnostics, profile} = await lowerText(configuration, {
    't.in': {text: "key=${options['secret']}\n{% for word in options['both'].split() %}<$word>{% end %}"},
  });
  t.is(printDiagnostics({plan, diagnostics, profile}), '');
  const file = plan.entries.find((entry) => entry.kind === 'file' && show(entry.path).endsWith('out.txt'));
  t.is(file?.kind === 'file' ? show(file.content) : '', 'key={secret token}\n<{env SITE}><{secret token}>');
  t.is(file?.kind === 'file' && file.class, 'secret');
});

const configuration = `
[buildout]
parts = g
[secrets]
token = env:TOKEN
[inputs]
SITE =
[g]
recipe = collective.recipe.template[genshi]:genshi
input = t.in
output = etc/out.txt
secret = \${secrets:token}
folder = \${buildout:directory}
both = \${inputs:SITE} \${secrets:token}
`;
