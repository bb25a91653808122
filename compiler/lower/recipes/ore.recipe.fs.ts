import type {RecipeLowering} from '../../model/lowering.js';
import {text, trim} from '../../util/text.js';
import {folderClass} from '../path-class.js';
import {inDirectory} from '../placement.js';
import {textFile} from '../text-file.js';
import {reportBad, reportMissing} from '../values.js';

/**
 * Lowers `ore.recipe.fs:mkdir`: one folder.
 * Reads `path`, `createpath`. Plans one `directory`. Reports CFG507.
 */
export const oreRecipeFsMkdir: RecipeLowering = {
  recipe: 'ore.recipe.fs',
  entryPoints: ['mkdir'],
  options: ['path', 'createpath', 'mode'],
  page: {
    summary: ':mkdir makes one folder.',
    options: {
      path: "the folder; below var of the profile's folder it lies in the data folder",
      createpath: 'folders above are always made',
      mode: 'the mode; the real recipe does not read it',
    },
    differences: ['The mode is that of the class of path, not what the umask leaves.'],
  },
  gives: (part) => ({path: inDirectory(trim(part.option('path') ?? text()))}),
  lower(part, {report}) {
    const path = part.option('path');
    if (path === undefined) {
      reportMissing(part, 'path', report, 'path = var/tmp');
      return [];
    }
    const mode = part.literal('mode')?.trim();
    if (mode !== undefined && !/^[0-7]{3,4}$/.test(mode)) {
      reportBad(part, 'mode', report, `mode \`${mode}\` of part \`${part.name}\` is not octal`, 'digits 0 to 7');
      return [];
    }
    const where = inDirectory(trim(path));
    return [
      {
        kind: 'directory',
        origin: part.origin('path'),
        class: folderClass(where),
        path: where,
        ...(mode !== undefined && {mode: mode.padStart(4, '0')}),
      },
    ];
  },
};

/**
 * Lowers `ore.recipe.fs:mkfile`: one file from an option. The real one fails on Python 3 (NameError); what it means is plain.
 * Reads `path`, `content`, `mode`. Plans one `file`. Reports CFG507, CFG508.
 */
export const oreRecipeFsMkfile: RecipeLowering = {
  recipe: 'ore.recipe.fs',
  entryPoints: ['mkfile'],
  options: ['path', 'content', 'mode', 'createpath'],
  page: {
    summary: ':mkfile writes one file.',
    options: {
      path: 'the file',
      content: 'its text, no newline added',
      mode: "octal; the class's without it, where the recipe has 0644",
      createpath: 'folders above are always made',
    },
    differences: ['The real recipe has failed since Python 3; here it works.'],
  },
  gives: (part) => ({path: inDirectory(trim(part.option('path') ?? text()))}),
  lower(part, context) {
    const path = part.option('path');
    const content = part.option('content');
    if (path === undefined || content === undefined) {
      if (path === undefined) reportMissing(part, 'path', context.report, 'path = etc/name');
      if (content === undefined) reportMissing(part, 'content', context.report, 'content = text');
      return [];
    }
    const mode = part.literal('mode')?.trim();
    if (mode !== undefined && !/^[0-7]{3,4}$/.test(mode)) {
      reportBad(
        part,
        'mode',
        context.report,
        `mode \`${mode}\` of part \`${part.name}\` is not octal`,
        'digits 0 to 7',
      );
      return [];
    }
    return [textFile(part, 'path', inDirectory(trim(path)), content, context, {...(mode !== undefined && {mode})})];
  },
};
