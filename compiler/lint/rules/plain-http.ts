import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import {spanOf} from '../../util/option-span.js';
import type {LintRule} from '../rule.js';

const kind: DiagnosticKind = {
  id: 'CFG435',
  name: 'plain-http',
  severity: 'warning',
  explain: `
What it does: names addresses that are asked over http, in options that fetch something.
Why: what comes over http can be changed on its way.
Example: [tika] has "url = http://archive.example.org/tika.jar". Write https.
Addresses of this machine are fine. \`extends\`, \`find-links\` and \`index\` are checked by CFG411 and CFG413.
Source: all sections that are used.`,
};

const fetching = /(^|-)(url|urls|repository|download|source)$/;

export const plainHttp: LintRule = {
  kind,
  check({sections, report}) {
    for (const section of sections.values()) {
      if (section.name === 'buildout' || section.name === 'healthcheck') continue;
      for (const option of section.options.values()) {
        if (!fetching.test(option.name)) continue;
        for (const [url] of option.raw.matchAll(/http:\/\/[^\s'"]+/gi)) {
          if (/^http:\/\/(localhost|127\.[\d.]+|\[::1\])([:/]|$)/i.test(url)) continue;
          const span = spanOf(option, url);
          report({
            kind,
            message: `\`${option.name}\` of [${section.name}] goes over http`,
            ...(span && {primary: {span, text: 'can be changed on its way'}}),
            hint: `write \`${url.replace(/^http:/i, 'https:')}\``,
          });
        }
      }
    }
  },
};
