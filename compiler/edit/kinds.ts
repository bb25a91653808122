import type {DiagnosticKind} from '../diagnostics/diagnostic.js';

export const nowhereToAdd: DiagnosticKind = {
  id: 'CFG611',
  name: 'nowhere-to-add',
  severity: 'error',
  explain: `
What it does: stops \`cfgc add\` where it can't tell which section's eggs are meant.
Why: a distribution in the wrong part is not there where it is needed.
Example: custom.cfg is empty, and no section's eggs are shared by the parts. Name it: cfgc add Flask --to custom.cfg --section web
The section is found like this: the one of the file that has "eggs", else the one that most parts refer to (\${site:eggs}), else
the only part with eggs.
Source: README, "Extension by one file".`,
};

export const notThere: DiagnosticKind = {
  id: 'CFG612',
  name: 'not-there',
  severity: 'error',
  explain: `
What it does: stops \`cfgc remove\` where no eggs of the file name the distribution.
Why: what other files add is theirs: only the file that was named is edited.
Example: cfgc remove Plone --from custom.cfg, where base.cfg has Plone.
Source: README, "Extension by one file".`,
};

export const badDistribution: DiagnosticKind = {
  id: 'CFG613',
  name: 'bad-distribution',
  severity: 'error',
  explain: `
What it does: stops at a word that is no name of a distribution.
Why: what is added must be found in an index: a name, with extras or a version where one wants to.
Example: cfgc add "collective.easyform[recaptcha]==5.0.2" --to custom.cfg
Source: PEP 508.`,
};

export const editKinds: readonly DiagnosticKind[] = [nowhereToAdd, notThere, badDistribution];
