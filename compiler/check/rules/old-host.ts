import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';
import {oldHost} from '../../util/old-hosts.js';
import {spanOf} from '../../util/option-span.js';

const kind: DiagnosticKind = {
  id: 'CFG424',
  name: 'old-host',
  severity: 'note',
  explain: `
What it does: names hosts of old configurations that were switched off, closed or renamed, in \`extends\`, \`find-links\`, \`index\`
and the addresses of what parts download, and says what stands in their place.
Why: what came from there can't be had any more, or not for long.
Example: "find-links = http://svn.zope.org/…". Take the line away: the package index has what it linked to.
A URL for which --map puts a file is not reported.
Source: what the hosts themselves announced.`,
};

const fetching = /^(find-links|index|url|urls|download-url|repository)$/;

export const oldHostRule: Rule = {
  kind,
  check({config, sections, facts, report}) {
    for (const {to, span} of config.extendsEdges) {
      const old = oldHost(to.path);
      if (!old || facts.mappedUrls.has(to.path) || facts.mappedUrls.has(to.name)) continue;
      report({
        kind,
        message: `${old.host} ${old.what}`,
        primary: {span, text: 'extended from there'},
        hint: `${old.now}; \`cfgc vendor ${config.entry.name}\` keeps a copy`,
      });
    }
    for (const section of sections.values())
      for (const option of section.options.values()) {
        if (!fetching.test(option.name)) continue;
        for (const [url] of option.raw.matchAll(/[a-z+]+:\/\/[^\s'"#]+/gi)) {
          const old = oldHost(url);
          const span = old && spanOf(option, url);
          if (span)
            report({
              kind,
              message: `${old.host} ${old.what}`,
              primary: {span, text: `\`${option.name}\` of [${section.name}]`},
              hint: old.now,
            });
        }
      }
  },
};
