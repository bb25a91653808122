import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {ResolvedSection} from '../../model/config.js';
import type {Rule, RuleContext} from '../../model/lowering.js';
import type {Span} from '../../model/source.js';
import {nearest} from '../../util/nearest.js';
import {spanOf} from '../../util/option-span.js';
import {show, words} from '../../util/text.js';
import {type KnownExtension, knownExtensions} from './known-extensions.js';

const unknown: DiagnosticKind = {
  id: 'CFG406',
  name: 'unknown-extension',
  severity: 'error',
  explain: `
What it does: stops at a buildout extension that cfgc does not know.
Why: an extension may change any option before the parts are read. cfgc runs none, so the release could differ from what bin/buildout makes.
Example: "extensions = my.extension". Write "extensions -= my.extension" under [buildout] in prod.cfg, or, if it changes
nothing that matters for a release, compile with --ignore-extension my.extension
Source: zc.buildout, extensions.`,
};

const refused: DiagnosticKind = {
  id: 'CFG407',
  name: 'refused-extension',
  severity: 'error',
  explain: `
What it does: stops at a buildout extension that changes the configuration in a way a release can't follow.
Why: each has its reason, which the message names: it runs code of its own, switches off a check, or mixes in what the host has.
Example: "extensions = buildout.disablessl". Write "extensions -= buildout.disablessl" under [buildout] in prod.cfg.
With --ignore-extension NAME the release is made as if it were not there.
Source: the extensions' own documentation.`,
};

const withoutEffect: DiagnosticKind = {
  id: 'CFG408',
  name: 'extension-without-effect',
  severity: {prod: 'note', dev: 'off'},
  explain: `
What it does: names an extension that has no effect on a release, and why.
Why: who reads the profile should not believe that it does something.
Example: "extensions = buildout.dumppickedversions": nothing is picked in a release. To silence the note write
"extensions -= buildout.dumppickedversions" under [buildout] in prod.cfg.
Source: the extensions' own documentation.`,
};

export const unknownExtension: Rule = {
  kind: unknown,
  check(context) {
    for (const {name, span, known} of wanted(context)) {
      if (known) continue;
      const near = nearest(name, knownExtensions.keys());
      context.report({
        kind: unknown,
        message: `the extension \`${name}\` is not known`,
        ...(span && {primary: {span, text: 'could change any option'}}),
        hint: near
          ? `did you mean \`${near}\`?`
          : `write \`extensions -= ${name}\` under [buildout], or compile with --ignore-extension ${name}`,
      });
    }
  },
};

export const refusedExtension: Rule = {
  kind: refused,
  check(context) {
    for (const {name, span, known} of wanted(context)) {
      if (known?.treatment !== 'refused') continue;
      context.report({
        kind: refused,
        message: `the extension \`${name}\` can't be part of a release`,
        ...(span && {primary: {span, text: known.reason}}),
        hint:
          known.instead ??
          `write \`extensions -= ${name}\` under [buildout], or compile with --ignore-extension ${name}`,
      });
    }
  },
};

export const extensionWithoutEffect: Rule = {
  kind: withoutEffect,
  check(context) {
    for (const {name, span, known} of wanted(context)) {
      if (known?.treatment !== 'no effect') continue;
      context.report({
        kind: withoutEffect,
        message: `the extension \`${name}\` has no effect on a release`,
        ...(span && {primary: {span, text: known.reason}}),
        hint: `it may stay for bin/buildout; to take it out: \`extensions -= ${name}\` under [buildout]`,
      });
    }
  },
};

/** The names under `[buildout] extensions`, as buildout reads them: split at white space, version parts cut off. */
export function extensionLines(
  buildout: ResolvedSection | undefined,
): readonly {name: string; span: Span | undefined}[] {
  const option = buildout?.options.get('extensions');
  return (option ? words(option.value) : []).flatMap((word) => {
    const written = show(word);
    const name = /^[A-Za-z0-9][\w.-]*/.exec(written)?.[0];
    return name === undefined ? [] : [{name, span: spanOf(option, written)}];
  });
}

function wanted(
  context: RuleContext,
): readonly {name: string; span: Span | undefined; known: KnownExtension | undefined}[] {
  return extensionLines(context.section('buildout'))
    .filter(({name}) => !context.facts.ignoredExtensions.includes(name))
    .map(({name, span}) => ({name, span, known: knownExtensions.get(name.toLowerCase())}));
}
