import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';

const kind: DiagnosticKind = {
  id: 'CFG410',
  name: 'debug-mode',
  severity: {prod: 'error', dev: 'off'},
  explain: `
What it does: stops a production release whose Zope would run in debug mode.
Why: debug mode reads templates and code at each request, shows tracebacks to visitors, and is several times slower.
Example: [instance] has "debug-mode = on". Write "debug-mode = off" in [instance] in prod.cfg.
The same holds for "verbose-security = on", which tells visitors why they were refused.
Source: Zope, debug-mode and verbose-security.`,
};

const why: Readonly<Record<string, string>> = {
  'debug-mode': 'shows tracebacks to visitors, and is slow',
  'verbose-security': 'tells visitors why they were refused',
};

export const debugMode: Rule = {
  kind,
  check({parts, report}) {
    for (const part of parts) {
      if (part.recipe !== 'plone.recipe.zope2instance') continue;
      for (const [name, label] of Object.entries(why)) {
        const value = part.literal(name)?.trim().toLowerCase();
        if (value === undefined || !['on', 'true', 'yes', '1'].includes(value)) continue;
        const span = part.span(name);
        report({
          kind,
          message: `\`${name}\` is on in part \`${part.name}\``,
          ...(span && {primary: {span, text: label}}),
          hint: `write \`${name} = off\` in [${part.name}] in the production profile`,
        });
      }
    }
  },
};
