/** A long file is parsed in pieces, cut before plain headers: where the cuts fall must not be seen. */
import test from 'ava';
import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import type {Source, Span} from '../../compiler/model/source.js';
import {parseCfg} from '../../compiler/parse/parse.js';
import {defaultTarget} from '../../compiler/settings/target.js';
import {position} from '../../compiler/util/position.js';
import {ownCases} from '../oracle/own-cases.js';

/** Some 50 KiB of sections. With a blank behind their headers none of these is a place to cut at. */
function filler(blank: string): string {
  return Array.from({length: 1200}, (_, number) => `[filler-${number}]${blank}\noption = value ${number}\n`).join('');
}

function place(span: Span): string {
  const {line, column, endLine, endColumn} = position(span);
  return `${line}:${column}-${endLine}:${endColumn}`;
}

/** The sections of the text itself, and the last of the filler, which the text goes on with. */
function isOfInterest({name}: {readonly name: string}): boolean {
  return !name.startsWith('filler-') || name.endsWith('-1199');
}

function parsed(text: string): unknown {
  const source: Source = {name: 'a.cfg', path: '/a.cfg', text};
  const found: Diagnostic[] = [];
  const file = parseCfg(source, defaultTarget, (diagnostic) => found.push(diagnostic));
  return {
    sections: file.sections
      .filter(isOfInterest)
      .map(({name, span, options}) => [
        name,
        place(span),
        options.map(({key, value, keySpan, valueSpan}) => [key, value, place(keySpan), place(valueSpan)]),
      ]),
    conditions: file.conditions.map(place),
    found: found.map(({message, primary}) => [message, primary && place(primary.span)]),
  };
}

test('a text means the same in one piece and in many', (t) => {
  const texts = ownCases().flatMap(({program}) =>
    Object.values(program.files).map((file) =>
      typeof file === 'object' && 'b64' in file ? Buffer.from(file.b64, 'base64').toString() : '',
    ),
  );
  const some = texts.filter((text, index) => /^[ \t[;#]/m.test(text) && index % 4 === 0);
  t.true(some.length > 20);
  for (const text of some) {
    const [many, one] = ['', ' '].map(
      (blank) => `${text}\n${filler(blank)}${text}\n${filler(blank)}  goes on\n${text}`,
    );
    t.deepEqual(parsed(many!), parsed(one!), text);
  }
});
