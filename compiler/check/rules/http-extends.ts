import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';

const kind: DiagnosticKind = {
  id: 'CFG411',
  name: 'http-extends',
  severity: {prod: 'error', dev: 'warning'},
  explain: `
What it does: stops where a file is extended over http.
Why: whoever is on the way can change the file, and with it everything that the release does.
Example: "extends = http://dist.example.org/versions.cfg". Write https, or take the file beside the profile with \`cfgc vendor\`.
Source: zc.buildout, extends.`,
};

export const httpExtends: Rule = {
  kind,
  check({config, facts, report}) {
    for (const {to, span} of config.extendsEdges) {
      if (!/^http:\/\//i.test(to.path) || facts.mappedUrls.has(to.path) || facts.mappedUrls.has(to.name)) continue;
      report({
        kind,
        message: `\`${to.name}\` is extended over http`,
        primary: {span, text: 'can be changed on its way'},
        hint: `write \`${to.name.replace(/^http:/i, 'https:')}\`, or run \`cfgc vendor ${config.entry.name}\` to keep the file beside the profile`,
      });
    }
  },
};
