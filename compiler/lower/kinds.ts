/** What can be wrong with a part, whatever its recipe. What only one recipe reports stands beside that recipe. */
import type {DiagnosticKind} from '../diagnostics/diagnostic.js';
import {notCheckedOut, sourceUnfit} from './developed-eggs.js';
import {commandUnfit} from './shell-step.js';
import {templateReference} from './substitute.js';
import {outsideRelease} from './text-file.js';
import {askedOfNobody} from './unstarted-services.js';

export const unknownRecipe: DiagnosticKind = {
  id: 'CFG501',
  name: 'unknown-recipe',
  severity: 'error',
  explain: `
What it does: stops where a part that would be built has a recipe (or an entry point of it) that cfgc doesn't lower.
Why: cfgc never runs a recipe. What it doesn't know it can't put into a release, and leaving it out silently would ship half a site.
There are three ways on:
  1. the bridge: \`[release] bridge = <recipe>\` has the build run the real recipe in a box of its own;
  2. a plugin: \`[release] plugins = ./recipes/my.recipe.mjs\` teaches cfgc the recipe;
  3. drop the part: take it out of \`parts\` with \`parts -= <part>\` in the profile.
Example: [docs] has "recipe = my.recipe.docs". Write "parts -= docs" under [buildout] in prod.cfg.
Source: design of cfgc: recipes are never run by the compiler.
`,
};

export const unknownOption: DiagnosticKind = {
  id: 'CFG502',
  name: 'unknown-option',
  severity: 'warning',
  explain: `
What it does: names an option that the part's recipe doesn't know and that nothing refers to.
Why: buildout says nothing of a misspelt option, and the default is used. An option that other values refer to is a variable, and isn't reported.
Example: [instance] has "http-adress = 8080". Write "http-address = 8080".
Source: the recipe's documentation; what cfgc knows of it is in docs/recipes.
`,
};

export const twoVersions: DiagnosticKind = {
  id: 'CFG504',
  name: 'two-versions',
  severity: 'error',
  explain: `
What it does: stops where two parts need two exact versions of one distribution.
Why: a release has one virtualenv. buildout gives each script its own path, so there two versions may lie side by side; here one of the parts would get the wrong one.
Example: [a] has "eggs = Pillow==10.0" and [b] has "eggs = Pillow==11.0". Leave the version to [versions], or make two releases.
Source: design of cfgc: one virtualenv a release.
`,
};

export const sameOutput: DiagnosticKind = {
  id: 'CFG505',
  name: 'same-output',
  severity: 'error',
  explain: `
What it does: stops where two parts write different things to one path.
Why: in buildout the part that is installed last wins, and taking out either part deletes the other's file.
Example: two parts of plone.recipe.zeoserver both write bin/zeopack. Write "zeopack-script-name = zeopack-2" in one of them.
Source: zc.buildout 6.0.1, Buildout.install: what a part made is deleted when the part goes.
`,
};

export const developmentOnlyPart: DiagnosticKind = {
  id: 'CFG506',
  name: 'development-part',
  severity: {prod: 'note', dev: 'off'},
  explain: `
What it does: says which parts are left out of a production release, as their recipe is a tool of developers.
Why: test runners, omelettes and the like have no work on a production host. A dev profile builds them.
Example: [test] has "recipe = zc.recipe.testrunner". To silence the note write "parts -= test" in prod.cfg.
Source: design of cfgc: a host runs what it serves, and nothing else.
`,
};

export const replacedPart: DiagnosticKind = {
  id: 'CFG559',
  name: 'replaced-part',
  severity: 'note',
  explain: `
What it does: says which parts are left out, as a release does by itself what their recipe sets up.
Why: two programs that start the same services, or a file that says how to, would get in each other's way.
Example: [unifiedinstaller] writes bin/plonectl, which starts the site. \`release.sh deploy\` does. To silence the note write "parts -= unifiedinstaller".
Source: design of cfgc: one program starts and stops what a release runs.
`,
};

export const missingOption: DiagnosticKind = {
  id: 'CFG507',
  name: 'missing-part-option',
  severity: 'error',
  explain: `
What it does: stops where a part lacks an option that its recipe can't do without.
Why: the real recipe fails too, most often with a KeyError that doesn't tell the place.
Example: [mycron] of z3c.recipe.usercrontab has no "times". Write "times = 0 3 * * *".
Source: the recipe's own code, which reads the option without a default.
`,
};

export const badValue: DiagnosticKind = {
  id: 'CFG508',
  name: 'bad-value',
  severity: 'error',
  explain: `
What it does: stops where the value of an option is none that the recipe takes.
Why: the real recipe fails on it, or writes a file on which the program fails when it starts.
Example: [instance] has "zlib-storage = on". Write "zlib-storage = active".
Source: the recipe's own code, and the program that reads what it writes.
`,
};

export const noEffect: DiagnosticKind = {
  id: 'CFG509',
  name: 'no-effect',
  severity: 'warning',
  explain: `
What it does: names an option that the recipe takes and that changes nothing in a release, and what does the same today.
Why: old files carry options of programs that are gone (ZServer), or of things that the release does by itself.
Example: [instance] has "zserver-threads = 4". Write "threads = 4".
Source: the changelogs of the recipe and of the program that it sets up.
`,
};

export const inputMissing: DiagnosticKind = {
  id: 'CFG510',
  name: 'input-missing',
  severity: 'error',
  explain: `
What it does: stops where a file that a part reads isn't there.
Why: what goes into a release is read when it is compiled. A file that is only on the host, or that another part writes, can't be.
Example: [conf] has "input = templates/zope.conf.in" and there is no such file beside the profile.
Source: design of cfgc: what a release holds is known when it is compiled.
`,
};

export const lowerKinds: readonly DiagnosticKind[] = [
  unknownRecipe,
  unknownOption,
  twoVersions,
  sameOutput,
  developmentOnlyPart,
  replacedPart,
  missingOption,
  badValue,
  noEffect,
  inputMissing,
  templateReference,
  commandUnfit,
  outsideRelease,
  sourceUnfit,
  notCheckedOut,
  askedOfNobody,
];
