import test from 'ava';
import type {Diagnostic, DiagnosticKind} from '../../compiler/diagnostics/diagnostic.js';
import {renderGithub} from '../../compiler/diagnostics/github.js';
import {renderJson} from '../../compiler/diagnostics/json.js';
import {renderText} from '../../compiler/diagnostics/render.js';
import type {Source, Span} from '../../compiler/model/source.js';

const kind: DiagnosticKind = {id: 'CFG999', name: 'made-up', severity: 'error', explain: '\nWhat it does: nothing.\n'};
const milder: DiagnosticKind = {...kind, id: 'CFG998', severity: {prod: 'warning', dev: 'off'}};

function source(name: string, text: string): Source {
  return {name, path: `/x/${name}`, text};
}

function span(of: Source, needle: string): Span {
  const start = of.text.indexOf(needle);
  return {source: of, start, end: start + needle.length};
}

const base = source('base.cfg', '[a]\nx = 1\n\ty = two\n');

test('render: place, caret, notes and hint', (t) => {
  const diagnostic: Diagnostic = {
    kind,
    message: '`two` is wrong',
    primary: {span: span(base, 'two'), text: 'this one'},
    secondary: [{span: span(base, '1'), text: 'first set here'}],
    notes: ['prod.cfg:1 extends base.cfg'],
    hint: 'write:\n    y = three',
  };
  t.is(
    renderText([diagnostic], {profile: 'prod', colour: false}),
    `error[CFG999]: \`two\` is wrong
 --> base.cfg:3:6
  |
3 |     y = two
  |         ^^^ this one
 ::: base.cfg:2:5
  |
2 | x = 1
  |     ^ first set here
  |
  = note: prod.cfg:1 extends base.cfg
  = hint: write:
              y = three

1 error
`,
  );
});

test('render: a long line is cut around its caret', (t) => {
  const long = source('long.cfg', `x = ${'a'.repeat(1_000_000)}HERE${'b'.repeat(1_000_000)}`);
  const out = renderText([{kind, message: 'm', primary: {span: span(long, 'HERE'), text: ''}}], {
    profile: 'prod',
    colour: false,
  });
  t.true(out.length < 1000);
  const [, , , line, caret] = out.split('\n');
  t.is(line!.slice(caret!.indexOf('^'), caret!.lastIndexOf('^') + 1), 'HERE');
});

test('render: a file cannot write to the terminal', (t) => {
  const evil = source('e.cfg', 'x = \u001b[2J\u0007\u202e');
  const out = renderText([{kind, message: 'bad \u001b[31m', primary: {span: span(evil, 'x'), text: ''}}], {
    profile: 'prod',
    colour: false,
  });
  t.notRegex(out.replaceAll('\n', ''), /\p{Cc}|\p{Cf}/u);
});

test('render: wide characters keep the caret in place', (t) => {
  const wide = source('w.cfg', 'x = 日本 here');
  const out = renderText([{kind, message: 'm', primary: {span: span(wide, 'here'), text: ''}}], {
    profile: 'prod',
    colour: false,
  });
  t.is(out.split('\n')[4], '  |          ^^^^');
});

test('render: a secret is stars in every format', (t) => {
  const secret = source('s.cfg', '[instance]\nuser = admin:canary\n');
  const diagnostic: Diagnostic = {
    kind,
    message: 'a literal password',
    primary: {span: span(secret, 'admin:canary'), text: 'here', conceal: true},
  };
  const text = renderText([diagnostic], {profile: 'prod', colour: false});
  t.regex(text, /user = \*{8}\n/);
  for (const out of [text, renderJson([diagnostic], 'prod'), renderGithub([diagnostic], 'prod')])
    t.notRegex(out, /canary/);
});

test('render: all at once, by file and place, each once, what has no place last', (t) => {
  const other = source('a.cfg', 'q\n');
  const at = (of: Source, needle: string): Diagnostic => ({
    kind,
    message: needle,
    primary: {span: span(of, needle), text: ''},
  });
  const found = [{kind, message: 'nowhere'}, at(base, 'two'), at(base, '1'), at(other, 'q'), at(base, 'two')];
  const out = JSON.parse(renderJson(found, 'prod'));
  t.deepEqual(
    out.diagnostics.map(({message}: {message: string}) => message),
    ['q', '1', 'two', 'nowhere'],
  );
  t.deepEqual(out.counts, {error: 4, warning: 0, note: 0});
});

test('render: the profile decides on severity', (t) => {
  const found: Diagnostic[] = [{kind: milder, message: 'm'}];
  t.regex(renderText(found, {profile: 'prod', colour: false}), /^warning\[CFG998\]/);
  t.is(renderText(found, {profile: 'dev', colour: false}), '');
});

test('render: colour wraps words and changes none', (t) => {
  const diagnostic: Diagnostic = {kind, message: 'm', primary: {span: span(base, 'two'), text: 'l'}, hint: 'h'};
  const plain = renderText([diagnostic], {profile: 'prod', colour: false});
  const coloured = renderText([diagnostic], {profile: 'prod', colour: true});
  t.not(coloured, plain);
  t.is(coloured.replaceAll(/\p{Cc}\[[0-9;]*m/gu, ''), plain);
});

test('github: properties and data are escaped', (t) => {
  const odd = source('a,b:c.cfg', 'x\n');
  const out = renderGithub([{kind, message: '100%\nsure', primary: {span: span(odd, 'x'), text: ''}}], 'prod');
  t.is(out, '::error file=a%2Cb%3Ac.cfg,line=1,col=1,endColumn=2,title=CFG999 made-up::100%25%0Asure\n');
});
