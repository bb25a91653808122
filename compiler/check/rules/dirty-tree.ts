import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';
import {firstFew} from '../../util/few.js';

const kind: DiagnosticKind = {
  id: 'CFG414',
  name: 'dirty-tree',
  severity: {prod: 'error', dev: 'off'},
  explain: `
What it does: stops a production release made of files that are in no commit: the folder of the profile lies in a git repository,
and a file of it was changed, or a file that the compile reads was never added.
Why: nobody could say later what the release was made of, or make it again.
Example: prod.cfg was edited and not committed. Commit it, or compile with --allow-dirty to try something out.
What cfgc itself writes (release.sh, Makefile, the lock) does not count.
Source: git status.`,
};

export const dirtyTree: Rule = {
  kind,
  check({facts, report}) {
    if (facts.dirtyGitFiles.length === 0) return;
    report({
      kind,
      message: `${facts.dirtyGitFiles.length === 1 ? 'a file is' : `${facts.dirtyGitFiles.length} files are`} not as committed`,
      notes: firstFew(
        facts.dirtyGitFiles.map((file) => `\`${file}\``),
        10,
      ),
      hint: 'commit the changes, or compile with --allow-dirty to try something out',
    });
  },
};
