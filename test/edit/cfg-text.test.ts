import test from 'ava';
import {addLine, dropLines, dropOptions, optionNames, sectionsWith, setOption} from '../../compiler/edit/cfg-text.js';

const custom = `# What this site adds.

[site]
# eggs in the order of the alphabet
eggs +=
    collective.exportimport
# and one that was tried out
#   collective.tried
    plone.patternslib

environment-vars +=
    TERM winter

[versions]
# pinned by hand
plone.patternslib = 2.0
`;

test('edit: a line is added below the last one, in its indent', (t) => {
  t.is(
    addLine(custom, 'site', 'eggs', 'collective.easyform'),
    custom.replace('    plone.patternslib\n', '    plone.patternslib\n    collective.easyform\n'),
  );
  t.is(addLine('[a]\neggs =\n\tone\n', 'a', 'eggs', 'two'), '[a]\neggs =\n\tone\n\ttwo\n');
  t.is(addLine('[a]\neggs = one\nb = c\n', 'a', 'eggs', 'two'), '[a]\neggs = one\n    two\nb = c\n');
});

test('edit: a section, and an option, that are missing are made', (t) => {
  t.is(addLine('', 'site', 'eggs', 'x'), '[site]\neggs +=\n    x\n');
  t.is(addLine('# only this\n\n\n', 'site', 'eggs', 'x'), '# only this\n\n[site]\neggs +=\n    x\n');
  t.is(addLine('[site]\nzcml = a\n', 'site', 'eggs', 'x'), '[site]\neggs +=\n    x\nzcml = a\n');
  t.is(
    addLine('[site:python_version > "3"]\neggs =\n  a\n', 'site', 'eggs', 'b'),
    '[site:python_version > "3"]\neggs =\n  a\n  b\n',
  );
});

test('edit: line ends stay as they are', (t) => {
  t.is(addLine('[a]\r\neggs =\r\n    one\r\n', 'a', 'eggs', 'two'), '[a]\r\neggs =\r\n    one\r\n    two\r\n');
  t.is(addLine('[a]\neggs =\n    one', 'a', 'eggs', 'two'), '[a]\neggs =\n    one\n    two');
});

test('edit: an option is set below the others, or in its own place', (t) => {
  t.is(setOption(custom, 'versions', 'Foo', '1.0'), `${custom}Foo = 1.0\n`);
  t.is(setOption(custom, 'versions', 'plone.patternslib', '2.1'), custom.replace('= 2.0', '= 2.1'));
  t.is(setOption('[a]\nb = c\n', 'versions', 'Foo', '1.0'), '[a]\nb = c\n\n[versions]\nFoo = 1.0\n');
});

test('edit: what was added is taken out again, byte for byte', (t) => {
  const added = setOption(
    addLine(custom, 'site', 'eggs', 'collective.easyform'),
    'versions',
    'collective.easyform',
    '5.0',
  );
  const {text, dropped} = dropLines(added, 'eggs', (line) => line === 'collective.easyform');
  t.is(dropped, 1);
  t.is(
    dropOptions(text, 'versions', (name) => name === 'collective.easyform'),
    custom,
  );
});

test('edit: an option whose last line goes, goes too; comments stay', (t) => {
  t.deepEqual(
    dropLines('[a]\neggs +=\n# why\n    x\nb = c\n', 'eggs', () => true),
    {text: '[a]\n# why\nb = c\n', dropped: 1},
  );
  t.deepEqual(
    dropLines('[a]\neggs = x\n    y\n', 'eggs', (line) => line === 'x'),
    {text: '[a]\neggs =\n    y\n', dropped: 1},
  );
  t.deepEqual(
    dropLines(custom, 'eggs', () => false),
    {text: custom, dropped: 0},
  );
  t.deepEqual(
    dropLines('[a]\neggs =\n', 'eggs', () => true),
    {text: '[a]\neggs =\n', dropped: 0},
  );
});

test('edit: sections and options are found as buildout names them', (t) => {
  t.deepEqual(sectionsWith(custom, 'eggs'), ['site']);
  t.deepEqual(optionNames(custom, 'versions'), ['plone.patternslib']);
  t.deepEqual(optionNames(custom, 'site'), ['eggs', 'environment-vars']);
  t.deepEqual(optionNames(custom, 'nowhere'), []);
});
