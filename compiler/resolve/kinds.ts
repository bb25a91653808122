import type {DiagnosticKind} from '../diagnostics/diagnostic.js';

export const missingSection: DiagnosticKind = {
  id: 'CFG301',
  name: 'missing-section',
  severity: 'error',
  missesName: true,
  explain: `
What it does: stops where a part, a dependency or \${section:option} names a section that no file has.
Why: buildout stops with "The referenced section, 'x', was not defined."
Example: "parts = instnace". Correct the name, or write the section.
Source: zc.buildout 6.0.1, MissingSection.`,
};

export const missingOption: DiagnosticKind = {
  id: 'CFG302',
  name: 'missing-option',
  severity: 'error',
  missesName: true,
  explain: `
What it does: stops where an option is referred to, or needed, that its section does not have.
Why: buildout stops with "Referenced option does not exist". Options that a recipe sets on its own part, such as
"location", are known for the recipes that cfgc lowers; of another recipe only "location" is. Blanks in
\${section: option} belong to the name.
Example: "\${zeo:adress}". Correct the name, or set the option.
Source: zc.buildout 6.0.1, MissingOption.`,
};

export const circularReference: DiagnosticKind = {
  id: 'CFG303',
  name: 'circular-reference',
  severity: 'error',
  explain: `
What it does: stops where a value contains itself, by way of others. The note shows the circle.
Why: there is no such value. Sections may refer to each other in a circle, options may not.
Example: "a = \${:b}" and "b = \${:a}".
Source: zc.buildout 6.0.1, "Circular reference in substitutions".`,
};

export const badSubstitution: DiagnosticKind = {
  id: 'CFG304',
  name: 'bad-substitution',
  severity: 'error',
  explain: `
What it does: stops at \${…} that is no \${section:option}.
Why: buildout reads every \${…} in a value, those of a shell or a template too, and refuses what has no colon, more than
one, or a name with other characters than letters, digits, blank, dot, underscore and hyphen.
Example: "command = echo \${HOME}". Write $HOME. "$\${HOME}" protects it, but then both dollars reach the recipe.
Source: zc.buildout 6.0.1, Options._sub.`,
};

export const missingMacro: DiagnosticKind = {
  id: 'CFG305',
  name: 'missing-macro',
  severity: 'error',
  missesName: true,
  explain: `
What it does: stops where "<=" names a section that no file has.
Why: buildout stops with "No section named". Several macros stand on lines of their own: "<= a b" is one name. Nothing
is substituted in it.
Example: "<= instance_base". Correct the name, or write the section.
Source: zc.buildout 6.0.1, Options._do_extend_raw.`,
};

export const macroLoop: DiagnosticKind = {
  id: 'CFG306',
  name: 'macro-loop',
  severity: 'error',
  explain: `
What it does: stops where a section is its own macro, by way of others.
Why: there is no end to reading it. buildout stops with "Infinite extending loop".
Example: [a] with "<= b" and [b] with "<= a". Move what both need into a third section.
Source: zc.buildout 6.0.1, Options._do_extend_raw.`,
};

export const badRecipe: DiagnosticKind = {
  id: 'CFG307',
  name: 'bad-recipe',
  severity: 'error',
  explain: `
What it does: stops at a recipe with more than one colon.
Why: a recipe is "distribution" or "distribution:entry-point"; buildout ends in a traceback (ValueError).
Example: "recipe = zc.recipe.egg:scripts:all".
Source: zc.buildout 6.0.1, buildout._recipe.`,
};

export const partWithoutRecipe: DiagnosticKind = {
  id: 'CFG308',
  name: 'part-without-recipe',
  severity: 'error',
  missesName: true,
  explain: `
What it does: stops at a part whose section has no recipe.
Why: buildout does not know what to do for it and stops with "Missing option: x:recipe".
Example: "parts = versions". Take it from the parts, or give the section a recipe.
Source: zc.buildout 6.0.1, Buildout.install.`,
};

export const badBuildoutOption: DiagnosticKind = {
  id: 'CFG309',
  name: 'bad-buildout-option',
  severity: 'error',
  explain: `
What it does: stops at an option of [buildout] with a value that buildout refuses: one that is neither "true" nor
"false" (lower case) where only these are known, a log level or verbosity that is no number, or install-from-cache
together with offline.
Why: buildout stops. Nothing is substituted in "offline" and "newest".
Example: "newest = no". Write "newest = false".
Source: zc.buildout 6.0.1, bool_option, Buildout.__init__.`,
};

export const eggsFolder: DiagnosticKind = {
  id: 'CFG310',
  name: 'eggs-folder',
  severity: 'warning',
  explain: `
What it does: warns where a part reads \${buildout:eggs-directory} or \${buildout:develop-eggs-directory}.
Why: a release has a virtualenv and no folder of eggs, so the path leads nowhere.
Example: "extra-paths = \${buildout:eggs-directory}/x.egg". Name the distribution under "eggs" instead.
Source: cfgc's design: one virtualenv a release.`,
};

export const valueTooLong: DiagnosticKind = {
  id: 'CFG311',
  name: 'value-too-long',
  severity: 'error',
  explain: `
What it does: stops at a value of more than 4,194,304 characters that is made of other values.
Why: options that hold others twice double with each step; buildout goes on until the machine has no memory left.
Example: "b = \${:a}\${:a}", "c = \${:b}\${:b}", and so on for thirty lines. Write the value out.
Source: cfgc's own limit.`,
};

export const resolveKinds: readonly DiagnosticKind[] = [
  missingSection,
  missingOption,
  circularReference,
  badSubstitution,
  missingMacro,
  macroLoop,
  badRecipe,
  partWithoutRecipe,
  badBuildoutOption,
  eggsFolder,
  valueTooLong,
];
