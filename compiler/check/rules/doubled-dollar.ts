import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';
import {spanOf} from '../../util/option-span.js';

const kind: DiagnosticKind = {
  id: 'CFG418',
  name: 'doubled-dollar',
  severity: 'warning',
  explain: `
What it does: warns of \`$$\` in the value of a part.
Why: it looks like an escape, but buildout never turns it into one \`$\`. A shell reads \`$$\` as its own process number: \`$$HOME\` becomes \`4711HOME\`.
Example: [cron] has "command = echo $$HOME". Write "command = echo $HOME": only \`\${\` means something to buildout.
\`$\${name}\` keeps buildout from reading a reference, and stays as it is too.
Source: zc.buildout 6.0.1, substitution.`,
};

export const doubledDollar: Rule = {
  kind,
  check({parts, report}) {
    for (const part of parts) {
      for (const option of part.section.options.values()) {
        const found = /\$\$[A-Za-z_{][\w:.-]*\}?/.exec(option.raw)?.[0];
        if (found === undefined) continue;
        const span = spanOf(option, found);
        if (!span) continue;
        report({
          kind,
          message: `\`${found}\` stays as it is, with both dollars`,
          primary: {span, text: 'buildout has no escape for a dollar'},
          ...(!found.startsWith('$${') && {hint: `write \`${found.slice(1)}\``}),
        });
      }
    }
  },
};
