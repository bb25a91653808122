import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';
import {lastSpan} from '../../util/option-span.js';
import {literal} from '../../util/text.js';
import {isImplicit, pins} from './pins.js';

const kind: DiagnosticKind = {
  id: 'CFG416',
  name: 'inexact-pin',
  severity: 'error',
  explain: `
What it does: stops at a pin that is no version: a range, "~=", "!=", or a wildcard.
Why: a range leaves the choice to the day of the build: buildout counts it as picked. On "~=" and "!=" buildout fails with an internal error.
Example: "Pillow = >= 11". Write "Pillow = 11.3.0".
Source: zc.buildout 6.0.1, [versions].`,
};

export const inexactPin: Rule = {
  kind,
  check(context) {
    for (const option of pins(context)?.values() ?? []) {
      const value = literal(option.value)?.trim();
      if (!value || isImplicit(option) || isExact(value)) continue;
      const span = lastSpan(option);
      // Of what excludes versions alone (`<2`, `!=1.0`) none can be read off.
      const [, version] = /^(?:[>~=]=\s*)?(\d(?:[\w.!+-]*\w)?)(?:\.\*)?$/.exec(value) ?? [];
      context.report({
        kind,
        message: `the pin of \`${option.name}\` is no version: \`${value}\``,
        ...(span && {primary: {span, text: 'leaves the choice to the day of the build'}}),
        hint: version
          ? `write one version, as \`${option.name} = ${version}\``
          : 'write one version: the one that is installed now',
      });
    }
  },
};

/** `1.0` or `== 1.0`. */
function isExact(value: string): boolean {
  return /^(==\s*)?[\w][\w.!+-]*$/.test(value);
}
