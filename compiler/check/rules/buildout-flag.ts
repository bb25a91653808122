import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {RuleContext} from '../../model/lowering.js';
import {lastSpan} from '../../util/option-span.js';
import {literal} from '../../util/text.js';

/** Reports an option of [buildout] that is `true` because a file or the command line says so; the default is no fault. */
export function reportTrue({section, report}: RuleContext, kind: DiagnosticKind, name: string, label: string): void {
  const option = section('buildout')?.options.get(name);
  if (!option || literal(option.value)?.trim() !== 'true') return;
  const last = option.history.at(-1);
  if (last?.from === 'default') return;
  const span = lastSpan(option);
  report({
    kind,
    message: `\`${name} = true\` under [buildout]`,
    ...(span && {primary: {span, text: label}}),
    hint: `write \`${name} = false\` under [buildout] in the production profile`,
  });
}
