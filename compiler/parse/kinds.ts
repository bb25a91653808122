import type {DiagnosticKind} from '../diagnostics/diagnostic.js';

/** What can be wrong with the text of one file. */
export const noSectionHeader: DiagnosticKind = {
  id: 'CFG101',
  name: 'no-section-header',
  severity: 'error',
  losesFile: true,
  explain: `
What it does: stops at text that stands before the first section header of a file.
Why: every option belongs to a section. A header whose name holds a blank, or with text behind its bracket, is no header
to buildout either, and what follows a first section that its condition switches off has no section to go to.
Example: "x = 1" on the first line. Write "[buildout]" above it.
Source: zc.buildout 6.0.1, configparser.MissingSectionHeaderError.`,
};

export const notAnOption: DiagnosticKind = {
  id: 'CFG102',
  name: 'not-an-option',
  severity: 'error',
  explain: `
What it does: stops at a line that is neither a header, an option, a comment, nor the continuation of an option.
Why: buildout refuses the whole file. Old files of other programs write "name: value", which buildout does not read.
Example: "eggs : Plone". Write "eggs = Plone"; to continue the option above, begin the line with blanks.
Source: zc.buildout 6.0.1, configparser.ParsingError.`,
};

export const byteOrderMark: DiagnosticKind = {
  id: 'CFG103',
  name: 'byte-order-mark',
  severity: 'error',
  losesFile: true,
  explain: `
What it does: stops at a byte-order mark (U+FEFF) at the start of a file.
Why: buildout takes it for text before the first header and refuses the file.
Example: a file saved by an editor of Windows as "UTF-8 with BOM". Save it as plain UTF-8.
Source: zc.buildout 6.0.1, configparser.MissingSectionHeaderError.`,
};

export const conditionName: DiagnosticKind = {
  id: 'CFG104',
  name: 'unknown-condition-name',
  severity: 'error',
  explain: `
What it does: stops at a section condition that uses a name buildout does not define.
Why: buildout would end in a traceback (NameError).
Example: "[versions:python_3]". Write "[versions:python3]", or a marker: [versions: python_version >= "3.11"].
Source: zc.buildout 6.0.1, buildout._default_globals.`,
};

export const conditionSyntax: DiagnosticKind = {
  id: 'CFG105',
  name: 'condition-syntax',
  severity: 'error',
  explain: `
What it does: stops at a section condition that is neither an environment marker nor a Python expression.
Why: buildout would end in a traceback (SyntaxError).
Example: "[a: python3 linux]". Write "[a: python3 and linux]".
Source: zc.buildout 6.0.1, configparser.parse.`,
};

export const conditionUndecidable: DiagnosticKind = {
  id: 'CFG106',
  name: 'undecidable-condition',
  severity: 'error',
  explain: `
What it does: stops at a section condition whose answer depends on the host, not on the declared target.
Why: the release is compiled once, elsewhere. No Python is run by the compiler, and a guess could be wrong.
Example: "[a: os.path.isdir('/opt')]". State the answer: --assume "os.path.isdir('/opt')=true".
Source: cfgc; buildout evaluates the expression on the host.`,
};

export const conditionFails: DiagnosticKind = {
  id: 'CFG107',
  name: 'failing-condition',
  severity: 'error',
  explain: `
What it does: stops at a section condition that raises an error in Python, such as a comparison of a text with a number.
Why: buildout would end in a traceback.
Example: "[a: sys.version_info[0] > '2']". Compare numbers with numbers: sys.version_info[0] > 2.
Source: zc.buildout 6.0.1, configparser.parse.`,
};

export const parseKinds: readonly DiagnosticKind[] = [
  noSectionHeader,
  notAnOption,
  byteOrderMark,
  conditionName,
  conditionSyntax,
  conditionUndecidable,
  conditionFails,
];
