import type {RecipeLowering} from '../../model/lowering.js';
import {shellSource} from '../../util/shell-text.js';
import {place, text, trim} from '../../util/text.js';
import {reportBad, reportMissing} from '../values.js';

/**
 * Lowers `collective.recipe.scriptgen`: a shell script in bin/ that runs one command.
 * Reads  `cmd`, `arguments`, `mode`. Plans one `file`. Reports CFG507, CFG508.
 */
export const collectiveRecipeScriptgen: RecipeLowering = {
  recipe: 'collective.recipe.scriptgen',
  options: ['cmd', 'arguments', 'mode', 'script'],
  page: {
    summary: 'A shell script in bin/ that runs one command.',
    options: {
      cmd: 'the command',
      script: 'nothing: the script is called as the part',
      arguments: 'put behind it, lines joined by blanks',
      mode: 'that of bin is used: a script that nobody may run is of no use',
    },
    differences: ['The script hands its own arguments on, and is replaced by the command (exec).'],
  },
  gives: () => ({}),
  lower(part, {report}) {
    const command = part.option('cmd');
    if (command === undefined) {
      reportMissing(part, 'cmd', report, 'cmd = java');
      return [];
    }
    const mode = part.literal('mode')?.trim();
    if (mode !== undefined && !/^[0-7]{3,4}$/.test(mode)) {
      reportBad(part, 'mode', report, `mode \`${mode}\` of part \`${part.name}\` is not octal`, 'digits 0 to 7');
    }
    const more = part.lines('arguments');
    return [
      {
        kind: 'file',
        origin: part.origin('cmd'),
        class: 'bin',
        path: place('bin', part.name),
        content: text(
          '#!/bin/sh\nexec ',
          shellSource(text(...[trim(command), ...more].flatMap((word, index) => (index === 0 ? [word] : [' ', word])))),
          ' "$@"\n',
        ),
        executable: true,
      },
    ];
  },
};
