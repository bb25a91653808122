import type {DiagnosticKind} from '../diagnostics/diagnostic.js';

export const versionsSectionMissing: DiagnosticKind = {
  id: 'CFG201',
  name: 'versions-section-missing',
  severity: 'error',
  missesName: true,
  explain: `
What it does: stops where \`versions\` of [buildout] names a section that no file has.
Why: buildout ends in a traceback (KeyError). The name is taken as written: \${…} in it is not substituted.
Example: "versions = release" and no [release]. Write the section, or "versions = versions".
Source: zc.buildout 6.0.1, Buildout.__init__.`,
};

export const emptyOptionName: DiagnosticKind = {
  id: 'CFG202',
  name: 'empty-option-name',
  severity: 'error',
  explain: `
What it does: stops at "x+=" or "x-=" without a blank where the section stands in no file that is extended.
Why: buildout cuts two characters off the name to take the operator away: a longer name loses its last letter, and one
of a single letter is empty, which ends in a traceback (IndexError).
Example: "x+= 1". Write "x += 1".
Source: zc.buildout 6.0.1, buildout._update.`,
};

export const relativeInRemote: DiagnosticKind = {
  id: 'CFG203',
  name: 'relative-folder-in-remote-file',
  severity: 'error',
  explain: `
What it does: stops at eggs-directory, download-cache or extends-cache with a relative path in a file read from a URL.
Why: a relative folder is taken from the file that names it, and a URL is no folder.
Example: "eggs-directory = eggs" in http://host/base.cfg. Set the option in the profile, or write an absolute path.
Source: zc.buildout 6.0.1, Buildout.__init__.`,
};

export const takesNothing: DiagnosticKind = {
  id: 'CFG204',
  name: 'takes-nothing',
  severity: 'warning',
  explain: `
What it does: warns of "name -= value" where the option has no such line.
Why: buildout says nothing. Lines compare whole: case, version and indentation count, so a typo takes nothing away.
Example: "eggs -= products.x" where the option has "Products.X".
Source: zc.buildout 6.0.1, SectionKey.removeFromValue.`,
};

export const ignoredExtends: DiagnosticKind = {
  id: 'CFG206',
  name: 'ignored-extends',
  severity: 'warning',
  explain: `
What it does: warns of "extends += file" in [buildout].
Why: buildout reads "extends" only; with an operator it is an option like any other, and the file is never read.
Example: "extends += custom.cfg". Write the file under "extends =".
Source: zc.buildout 6.0.1, buildout._open.`,
};

export const shortenedName: DiagnosticKind = {
  id: 'CFG207',
  name: 'shortened-option-name',
  severity: 'warning',
  explain: `
What it does: warns of "name+= value" without a blank where the section stands in no file that is extended.
Why: buildout cuts two characters off the key, so the option is called "nam".
Example: "eggs+= Plone" becomes "egg = Plone". Write "eggs += Plone".
Source: zc.buildout 6.0.1, buildout._update.`,
};

export const obsoleteOption: DiagnosticKind = {
  id: 'CFG208',
  name: 'obsolete-option',
  severity: 'note',
  explain: `
What it does: says which options only older releases of buildout read, or have no effect on a release, and what to do now.
Why: zc.buildout 6 takes them and does nothing, so they do not do what they once did.
Example: "unzip = true", "include-site-packages = false", "python = python2.7": delete them. An option that some value
refers to (\${buildout:eggs-directory}) keeps its value, whatever else it no longer does.
Source: the changelog of zc.buildout (2.0: options removed), zc.buildout 6.0.1.`,
};

export const misspeltOption: DiagnosticKind = {
  id: 'CFG209',
  name: 'misspelt-buildout-option',
  severity: 'warning',
  explain: `
What it does: warns of an option of [buildout] that buildout does not know, that nothing refers to, and that is spelt almost
like one that it does know.
Why: buildout says nothing, and goes on without what was meant: a file that is not extended, a part that is not built.
Example: "extend = base.cfg", "part = instance", "extends_cache = cache". Correct the name. An option of one's own is not
reported where some value has \${buildout:name}.
Source: zc.buildout 6.0.1, the options that it reads.`,
};

export const operatorInValue: DiagnosticKind = {
  id: 'CFG210',
  name: 'operator-in-value',
  severity: 'warning',
  explain: `
What it does: warns of "name =+ value", "name =- value" and "name == value".
Why: an operator stands before the equals sign. Behind it, it is the first character of the value, and the option is set, not
added to.
Example: "eggs =+ Plone" sets eggs to "+ Plone". Write "eggs += Plone".
Source: zc.buildout 6.0.1, configparser.`,
};

export const tooManyLines: DiagnosticKind = {
  id: 'CFG211',
  name: 'too-many-lines',
  severity: 'error',
  losesFile: true,
  explain: `
What it does: stops at an option that gets more than 200,000 lines by "+=".
Why: a file is applied once for every way that leads to it. Where each file of a row extends the next one twice, its "+=" is
applied a thousand times at the tenth file and a million times at the twentieth; buildout goes on until the memory is full.
Example: a.cfg "extends = b.cfg b.cfg", b.cfg "extends = c.cfg c.cfg", and so on. Extend each file once.
Source: cfgc's own limit; zc.buildout 6.0.1, buildout._open.`,
};

export const mergeKinds: readonly DiagnosticKind[] = [
  versionsSectionMissing,
  emptyOptionName,
  relativeInRemote,
  takesNothing,
  ignoredExtends,
  shortenedName,
  obsoleteOption,
  misspeltOption,
  operatorInValue,
  tooManyLines,
];
