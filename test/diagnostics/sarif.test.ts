/** What `--format sarif` prints is SARIF 2.1.0, by the schema of OASIS; `test/diagnostics/sarif/README.md`. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Ajv} from 'ajv';
import test from 'ava';
import {catalog} from '../../compiler/diagnostics/catalog.js';
import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import {renderSarif} from '../../compiler/diagnostics/sarif.js';
import type {Source} from '../../compiler/model/source.js';
import {projectRoot} from '../harness/tools.js';

const {
  $schema: _,
  id: __,
  ...schema
} = JSON.parse(readFileSync(join(projectRoot, 'test/diagnostics/sarif/sarif-schema-2.1.0.json'), 'utf8')) as Record<
  string,
  unknown
>;

/** RFC 3986: a reference has no blank and none of the characters that must be escaped; `%` begins an escape. */
const reference = /^(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9a-fA-F]{2})*$/;
const valid = new Ajv({
  allErrors: true,
  strict: false,
  formats: {uri: /^[a-z][a-z0-9+.-]*:/i, 'uri-reference': reference, 'date-time': true},
}).compile(schema);

function check(diagnostics: readonly Diagnostic[]): {readonly wrong: unknown; readonly log: SarifLog} {
  const log = JSON.parse(renderSarif(diagnostics, 'prod', '1.2.3')) as SarifLog;
  return {wrong: valid(log) ? [] : valid.errors, log};
}

interface SarifLog {
  readonly runs: readonly {
    readonly tool: {readonly driver: {readonly rules: readonly {readonly id: string}[]}};
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly locations: readonly {readonly physicalLocation: {readonly artifactLocation: {readonly uri: string}}}[];
    }[];
  }[];
}

const kind = catalog[0]!;
const at = (name: string, text = 'a = 1\nb = 2\n'): Diagnostic['primary'] => {
  const source: Source = {name, path: name, text};
  return {span: {source, start: 0, end: text.length}, text: 'here'};
};

test('sarif: the schema is not satisfied by anything', (t) => {
  t.false(valid({version: '2.1.0'}));
  t.false(valid({version: '2.1.0', runs: [{tool: {driver: {}}, results: []}]}));
  t.false(
    valid({version: '2.1.0', runs: [{tool: {driver: {name: 'x'}}, results: [{message: {text: 'x'}, level: 'bad'}]}]}),
  );
});

test('sarif: no findings, and a finding of every kind', (t) => {
  t.deepEqual(check([]).wrong, []);
  const {wrong, log} = check(
    catalog.map((each, index) => ({
      kind: each,
      message: `m${index}`,
      primary: at('prod.cfg')!,
      notes: ['n'],
      hint: 'h',
    })),
  );
  t.deepEqual(wrong, []);
  const {results, tool} = log.runs[0]!;
  t.true(results.length > 100);
  for (const {ruleId, ruleIndex} of results) t.is(tool.driver.rules[ruleIndex]!.id, ruleId);
});

test('sarif: names of files that are no URIs, places without a file, spans without text, control characters', (t) => {
  const names = [
    'a b.cfg',
    'ü/100%.cfg',
    '/abs/x#y?.cfg',
    'C:\\x\\[1].cfg',
    'https://h.example/a b.cfg?x=1#y',
    'https://***@h/ü%20.cfg',
  ];
  const {wrong, log} = check([
    ...names.map((name) => ({kind, message: name, primary: at(name)!})),
    {kind, message: 'no place'},
    {kind, message: 'empty', primary: at('empty.cfg', '')!},
    {
      kind,
      message: 'nul \u0000 \u001b[31m \ud800',
      primary: at('x.cfg', '\u0000\r\n\ud800')!,
      secondary: [at('y.cfg')!],
    },
    {kind, message: 'secret', primary: {...at('z.cfg')!, conceal: true}},
  ]);
  t.deepEqual(wrong, []);
  const uris = log.runs[0]!.results.flatMap(({locations}) =>
    locations.map((each) => each.physicalLocation.artifactLocation.uri),
  );
  t.true(uris.includes('a%20b.cfg'));
  t.true(uris.includes('%C3%BC/100%25.cfg'));
  for (const uri of uris) t.notThrows(() => new URL(uri, 'file:///'));
});
