import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';
import {show} from '../../util/text.js';
import {eggOptions} from './egg-options.js';

const kind: DiagnosticKind = {
  id: 'CFG403',
  name: 'vcs-requirement',
  severity: 'error',
  explain: `
What it does: stops at a requirement that names a repository, a URL or a folder instead of a distribution.
Why: zc.buildout refuses such a line too. What is behind it can change, and has no version that a pin could name.
Example: "eggs = git+https://git.example.org/my.theme.git". Release my.theme, write "eggs = my.theme" and pin it under [versions].
Source: zc.buildout 6.0.1, requirements in eggs.`,
};

export const vcsRequirement: Rule = {
  kind,
  check({parts, report}) {
    for (const part of parts) {
      for (const name of eggOptions(part)) {
        for (const line of part.lines(name)) {
          const written = show(line);
          if (!isUrl(written)) continue;
          const span = part.span(name, written);
          const egg = /[#&]egg=([\w.-]+)/.exec(written)?.[1] ?? /^([\w.-]+)\s*@/.exec(written)?.[1];
          report({
            kind,
            message: `\`${written}\` is no distribution that a pin could name`,
            ...(span && {primary: {span, text: `\`${name}\` of part \`${part.name}\``}}),
            hint: `release it to a package index and write ${egg ? `\`${egg}\`` : 'its name'} here, with a pin under [versions]`,
          });
        }
      }
    }
  },
};

function isUrl(line: string): boolean {
  return /^(-e\s|(git|hg|svn|bzr)\+|[a-z]+:\/\/|git@)/i.test(line) || /^[\w.-]+(\[[^\]]*\])?\s*@\s*\S/.test(line);
}
