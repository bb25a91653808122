import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {literal, show, text, words} from '../../util/text.js';
import {inputMissing} from '../kinds.js';
import {inDirectory} from '../placement.js';
import {substitute} from '../substitute.js';
import {textFile} from '../text-file.js';
import {reportBad, reportMissing} from '../values.js';

/**
 * Lowers `z3c.recipe.filetemplate`: files from templates that are called NAME.in.
 * Reads    `files` (words; wildcards are not taken, as the profile's folder is not on the host), `source-directory`,
 *          `destination-directory`.
 * Plans    one `file` a template.
 * Reports  CFG507, CFG508, CFG510, CFG511.
 */
export const z3cRecipeFiletemplate: RecipeLowering = {
  recipe: 'z3c.recipe.filetemplate',
  options: [/./],
  page: {
    summary: 'Files from templates that are called NAME.in.',
    options: {
      files: 'names without `.in`',
      'source-directory': "where the templates lie, from the profile's folder",
      'destination-directory': 'where the files go; beside the templates without it, which is etc/ of the release',
      'interpreted-options': 'not read',
      '…': 'any other option is a variable of the templates',
    },
    differences: ['Wildcards in `files` are refused: name each file.'],
  },
  gives: () => ({}),
  inputs: (part) => names(part).map((name) => source(part, name)),
  lower(part, context) {
    const wanted = names(part);
    if (wanted.length === 0) {
      reportMissing(part, 'files', context.report, 'files = etc/site.conf');
      return [];
    }
    return wanted.flatMap((name) => file(part, name, context));
  },
};

function file(part: Part, name: string, context: LowerContext): readonly Entry[] {
  if (/[*?[]/.test(name)) {
    reportBad(
      part,
      'files',
      context.report,
      `\`${name}\` of part \`${part.name}\` is a pattern`,
      'name each file',
      undefined,
      name,
    );
    return [];
  }
  const from = source(part, name);
  const found = context.input(from);
  if (found === undefined) {
    const span = part.span('files', name);
    context.report({
      kind: inputMissing,
      message: `the template \`${show(from).replace('{directory}/', '')}\` of part \`${part.name}\` can't be read`,
      ...(span && {primary: {span, text: 'no such file beside the profile'}}),
      hint: 'names are written without `.in`',
    });
    return [];
  }
  const content = substitute(text(found), part, context, `${name}.in`);
  const to = inDirectory(text(folder(part, 'destination-directory'), name));
  return [textFile(part, 'files', to, content, context, {executable: context.inputExecutable(from)})];
}

function names(part: Part): string[] {
  return words(part.option('files') ?? text()).flatMap((word) => literal(word) ?? []);
}

function source(part: Part, name: string): Text {
  return inDirectory(text(folder(part, 'source-directory'), `${name}.in`));
}

/** The folder that an option names, with a slash at its end; nothing where it is absent. */
function folder(part: Part, option: string): Text {
  const named = part.option(option);
  return named && named.pieces.length > 0 ? text(named, '/') : text();
}
