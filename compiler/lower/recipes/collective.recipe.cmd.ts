import type {DiagnosticKind, Report} from '../../diagnostics/diagnostic.js';
import type {Part, RecipeLowering} from '../../model/lowering.js';
import type {CommandEntry, Entry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {show, split, text, trim} from '../../util/text.js';
import {shellStep} from '../shell-step.js';
import {reportBad, saysYes} from '../values.js';

export const neverRuns: DiagnosticKind = {
  id: 'CFG512',
  name: 'command-never-runs',
  severity: 'warning',
  explain: `
What it does: names a part whose commands never run, as neither \`on_install\` nor \`on_update\` is on.
Why: both are off by default, and the real recipe says nothing.
Example: [setup] of collective.recipe.cmd has "cmds = ..." alone. Write "on_install = true".
Source: collective.recipe.cmd, options on_install and on_update.
`,
};

/**
 * Lowers `collective.recipe.cmd`: shell lines that run while a release is built.
 * Reads    `cmds`, `on_install`, `on_update` (`1` or `true` is on, all else off), `shell`.
 * Plans    one `command` entry: the lines, stripped, in one shell; the last one's exit status decides, as with the recipe.
 * Reports  CFG512 where it would never run, CFG513 where a line does what a build may not.
 */
export const collectiveRecipeCmd: RecipeLowering = {
  recipe: 'collective.recipe.cmd',
  entryPoints: ['default', 'sh'],
  options: ['cmds', 'on_install', 'on_update', 'shell', 'uninstall_cmds'],
  page: {
    summary: 'Shell lines that run while a release is built.',
    options: {
      cmds: "run in the release's folder, all lines in one shell; the last exit status decides",
      on_install: 'true: runs in each build, as each release is a new install',
      on_update: 'true without on_install: runs too; a release is both an install and an update',
      shell: '`sh` or `bash`',
      uninstall_cmds: 'nothing: a release is never uninstalled, it is pruned',
    },
    differences: [
      "The folder is the release's, not the profile's; bin/, etc/ and var of the profile are where the release has them.",
    ],
  },
  kinds: [neverRuns],
  gives: () => ({}),
  lower(part, {report}) {
    const install = saysYes(part, 'on_install', ['1', 'true'], false);
    const update = saysYes(part, 'on_update', ['1', 'true'], false);
    return commandPart(part, install || update, true, report);
  },
};

/**
 * Lowers `collective.recipe.cmd:py`: Python that stands as examples of a doctest, `>>> ` and `... `.
 * Plans    one `command` entry that the release's Python runs.
 * Reports  CFG508 where the code uses what buildout hands over: `buildout`, `options`, `name`, `self`.
 * Source: collective.recipe.cmd 1.0.0, class Python.
 */
export const collectiveRecipeCmdPy: RecipeLowering = {
  recipe: 'collective.recipe.cmd',
  entryPoints: ['py'],
  options: ['cmds', 'on_install', 'on_update', 'shell', 'uninstall_cmds'],
  page: {
    summary: 'Lines of Python that run while a release is built.',
    options: {
      cmds: "the code after `>>> ` and `... `, run by the release's Python in the release's folder; what else stands there is not read",
      'on_install on_update': 'as without `:py`',
      'shell uninstall_cmds': 'nothing',
    },
    differences: [
      'The code runs in a Python of its own, not inside buildout: `buildout`, `options`, `name` and `self` are errors. Write `${section:option}` instead.',
    ],
  },
  kinds: [neverRuns],
  gives: () => ({}),
  lower(part, {report}) {
    const install = saysYes(part, 'on_install', ['1', 'true'], false);
    const update = saysYes(part, 'on_update', ['1', 'true'], false);
    const cmds = part.option('cmds') ?? text();
    const source = examples(cmds);
    if ((!install && !update) || source.pieces.length === 0)
      return commandPart(part, install || update, true, report, text());
    const used = handedOver(withoutStrings(show(source)));
    if (used !== undefined) {
      const message = `the code of part \`${part.name}\` uses \`${used}\`, which buildout hands over`;
      const hint = 'write the value as `${section:option}` in the code';
      reportBad(part, 'cmds', report, message, 'a release is built without buildout', hint, used);
      return [];
    }
    return shellStep(part, 'cmds', source, 'python', true, report);
  },
};

/** The sources of the examples of a doctest: what follows `>>> ` and, below it, `... `. The rest is what they print. */
function examples(cmds: Text): Text {
  const found = split(cmds, '\n').flatMap((line): Text[] => {
    const [first, ...rest] = trim(line).pieces;
    const code = typeof first === 'string' ? /^(?:>>>|\.\.\.)(?: |$)([\s\S]*)$/.exec(first) : null;
    return code ? [text(code[1]!, {pieces: rest}, '\n')] : [];
  });
  return text(...found);
}

/** A name of buildout's that the code uses, and doesn't make itself. */
function handedOver(code: string): string | undefined {
  return ['buildout', 'options', 'name', 'self'].find(
    (name) =>
      new RegExp(`(?<![.\\w])${name}\\b(?!\\s*=[^=])`).test(code) &&
      !new RegExp(`\\b(?:for|as|import|def)\\s+${name}\\b|(?:^|[\\n;,(])\\s*${name}\\s*(?:=[^=]|,.*=|\\bin\\b)`).test(
        code,
      ),
  );
}

function withoutStrings(code: string): string {
  return code.replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|#.*/g, "''");
}

/** The one `command` entry of collective.recipe.cmd and of its ancestor iw.recipe.cmd. */
export function commandPart(
  part: Part,
  runs: boolean,
  stopOnError: boolean,
  report: Report,
  cmds = part.option('cmds') ?? text(),
): readonly Entry[] {
  if (!runs || trim(cmds).pieces.length === 0) {
    const span = part.span('cmds');
    report({
      kind: neverRuns,
      message: `the commands of part \`${part.name}\` never run`,
      ...(span && {primary: {span, text: runs ? 'empty' : 'neither `on_install` nor `on_update` is on'}}),
      hint: runs ? `\`parts -= ${part.name}\` under [buildout]` : `write \`on_install = true\` under [${part.name}]`,
    });
    return [];
  }
  const stripped = split(cmds, '\n').map(trim);
  const source = text(...stripped.flatMap((line) => [line, '\n']));
  return shellStep(part, 'cmds', trim(source), interpreterOf(part), stopOnError, report);
}

function interpreterOf(part: Part): CommandEntry['interpreter'] {
  return /(^|\/)bash$/.test(part.literal('shell')?.trim() ?? '') ? 'bash' : 'sh';
}
