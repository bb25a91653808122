import type {DiagnosticKind} from '../diagnostics/diagnostic.js';

export const pluginMissing: DiagnosticKind = {
  id: 'CFG560',
  name: 'plugin-missing',
  severity: 'error',
  explain: `
What it does: stops where a plugin that \`[release] plugins\` names can't be read.
Why: without it a part can't be lowered.
Example: "plugins = ./recipes/my_recipe.mjs" and there is no such file beside the profile. A name without a dot in front is a package in node_modules.
Source: docs/plugins.md.
`,
};

export const pluginInvalid: DiagnosticKind = {
  id: 'CFG561',
  name: 'plugin-invalid',
  severity: 'error',
  explain: `
What it does: stops where a plugin is no plugin: it has a syntax error, imports something else than 'cfgc', or exports no recipe of this version.
Why: a plugin runs apart from the compiler. It is one file, and 'cfgc' is all that it can import; there are no files and no network in there.
Example: "import fs from 'node:fs'". Name the files that you need in \`inputs\`; \`context.input(path)\` has their text.
The smallest plugin:

    import {defineRecipe, place} from 'cfgc';
    export default defineRecipe({
      version: 1,
      recipe: 'my.recipe',
      options: ['value'],
      page: {summary: 'One file.', options: {value: 'its content'}, differences: []},
      lower: (part) => [{
        kind: 'file', class: 'etc', origin: part.origin(), executable: false,
        path: place('etc', part.name), content: part.option('value'),
      }],
    });
Source: docs/plugins.md.
`,
};

export const pluginFailed: DiagnosticKind = {
  id: 'CFG562',
  name: 'plugin-failed',
  severity: 'error',
  explain: `
What it does: stops where a plugin throws, takes longer than five seconds, or plans something that is no plan entry.
Why: what it would have planned is not known.
Example: \`part.option('x').pieces\` of a part without \`x\`. Write \`part.option('x')?.pieces\`.
Source: docs/plugins.md.
`,
};

export const pluginError: DiagnosticKind = {
  id: 'CFG563',
  name: 'plugin-error',
  severity: 'error',
  explain: `
What it does: shows an error that a plugin found in a part of its recipe.
Why: the plugin's own message says it.
Example: a plugin calls \`context.report({message: 'no port', option: 'port'})\`.
Source: docs/plugins.md.
`,
};

export const pluginWarning: DiagnosticKind = {
  id: 'CFG564',
  name: 'plugin-warning',
  severity: 'warning',
  explain: `
What it does: shows a warning that a plugin has for a part of its recipe.
Why: the plugin's own message says it.
Example: a plugin calls \`context.report({severity: 'warning', message: 'old option', option: 'x'})\`.
Source: docs/plugins.md.
`,
};

export const pluginKinds: readonly DiagnosticKind[] = [
  pluginMissing,
  pluginInvalid,
  pluginFailed,
  pluginError,
  pluginWarning,
];
