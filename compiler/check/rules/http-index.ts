import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';
import {spanOf} from '../../util/option-span.js';
import {show, words} from '../../util/text.js';

const kind: DiagnosticKind = {
  id: 'CFG413',
  name: 'http-index',
  severity: {prod: 'error', dev: 'warning'},
  explain: `
What it does: stops where distributions would be looked for over http.
Why: whoever is on the way can offer another distribution. The lock's hashes would stop it on the host, but not when the lock is made.
Example: "find-links = http://dist.example.org/". Write https.
An address of this machine (localhost, 127.0.0.1) is fine.
Source: zc.buildout, find-links and index.`,
};

export const httpIndex: Rule = {
  kind,
  check({section, report}) {
    for (const name of ['find-links', 'index']) {
      const option = section('buildout')?.options.get(name);
      for (const word of option ? words(option.value) : []) {
        const url = show(word);
        if (!/^http:\/\//i.test(url) || /^http:\/\/(localhost|127\.[\d.]+|\[::1\])([:/]|$)/i.test(url)) continue;
        const span = spanOf(option, url);
        report({
          kind,
          message: `\`${name}\` of [buildout] goes over http`,
          ...(span && {primary: {span, text: 'what comes from there can be changed on its way'}}),
          hint: `write \`${url.replace(/^http:/i, 'https:')}\`, or take the line away`,
        });
      }
    }
  },
};
