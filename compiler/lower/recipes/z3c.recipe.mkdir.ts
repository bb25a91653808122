import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {place, show, text} from '../../util/text.js';
import {folderClass} from '../path-class.js';
import {inDirectory} from '../placement.js';

const modeNotOctal: DiagnosticKind = {
  id: 'CFG503',
  name: 'mode-not-octal',
  severity: 'error',
  explain: `
What it does: stops where a \`mode\` is no octal number of three or four digits.
Why: a mode that chmod reads differently from what its author meant opens a folder, or closes it.
Example: [dirs] has "mode = rwxr-x---". Write "mode = 0750".
Source: chmod(1), POSIX; zc.buildout itself takes any text.
`,
};

/**
 * Lowers `z3c.recipe.mkdir`: folders that must exist on the host.
 * Reads    `paths` (one a line), `mode` (octal), `user`, `group`.
 * Plans    one `directory` entry a path, in rising order as the recipe does.
 * Reports  CFG503 where `mode` is not octal; the part then plans nothing.
 */
export const z3cRecipeMkdir: RecipeLowering = {
  recipe: 'z3c.recipe.mkdir',
  options: ['paths', 'mode', 'user', 'group', 'create-intermediate', 'remove-on-update'],
  page: {
    summary: 'Folders that must exist on the host.',
    options: {
      paths: 'one `directory` entry a line. None: etc/PART of the release',
      mode: 'the mode of each; without it that of the class of path, see `[permissions]`',
      user: 'the owner, where the script runs as root; else checked',
      group: 'the group, in the same way',
      'create-intermediate': 'folders above are always made',
      'remove-on-update': 'nothing: data is never deleted, and a release is new each time',
    },
    differences: [
      "A path in the profile's folder named var, or below it, lies in the data folder, outside the releases.",
      'A new folder of a data class is 0700, not what the umask leaves.',
      'An existing folder keeps its owner and mode; `verify` reports the difference and `verify --fix` repairs it.',
    ],
  },
  kinds: [modeNotOctal],
  gives: (part) => ({paths: joined(paths(part))}),
  lower(part, context) {
    const {report} = context;
    const mode = part.literal('mode')?.trim();
    if (mode !== undefined && !/^[0-7]{3,4}$/.test(mode)) {
      const span = part.span('mode');
      report({
        kind: modeNotOctal,
        message: `mode \`${mode}\` of part \`${part.name}\` is not octal`,
        ...(span && {primary: {span, text: 'three or four digits, 0 to 7'}}),
        hint: 'as chmod takes it: `mode = 750`',
      });
      return [];
    }
    const user = part.option('user');
    const group = part.option('group');
    const owner = user || group ? `${user ? show(user) : ''}${group ? `:${show(group)}` : ''}` : undefined;
    return paths(part).map(
      (path): Entry => ({
        kind: 'directory',
        origin: part.origin('paths'),
        class: folderClass(context.placed(path)),
        path,
        ...(mode !== undefined && {mode: mode.padStart(4, '0')}),
        ...(owner !== undefined && {owner}),
      }),
    );
  },
};

function paths(part: Part): Text[] {
  const named = part.lines('paths').map(inDirectory);
  if (named.length === 0) return [place('directory', `parts/${part.name}`)];
  const unique = new Map(named.map((path) => [show(path), path]));
  return [...unique.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

function joined(paths: readonly Text[]): Text {
  return text(...paths.flatMap((path, index) => (index === 0 ? [path] : ['\n', path])));
}
