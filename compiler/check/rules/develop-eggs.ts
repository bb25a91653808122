import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';
import {spanOf} from '../../util/option-span.js';
import {lines, show} from '../../util/text.js';

const kind: DiagnosticKind = {
  id: 'CFG401',
  name: 'develop-eggs',
  severity: {prod: 'error', dev: 'off'},
  explain: `
What it does: stops a production release that would contain a develop egg.
Why: a develop egg is a folder of source code beside the profile. It has no version that says what is in it, and no hash.
Example: "[buildout] develop = src/my.theme". Build a wheel of it, publish it, pin it under [versions], and write "develop =" in prod.cfg.
In a dev profile develop eggs are installed in place.
Source: zc.buildout, develop.`,
};

export const developEggs: Rule = {
  kind,
  check({section, report}) {
    const develop = section('buildout')?.options.get('develop');
    for (const path of develop ? lines(develop.value) : []) {
      const span = spanOf(develop, show(path));
      report({
        kind,
        message: `\`${show(path)}\` is a develop egg`,
        ...(span && {primary: {span, text: 'source code without a version or a hash'}}),
        hint: 'release it and pin the version, then write `develop =` under [buildout] in the production profile',
      });
    }
  },
};
