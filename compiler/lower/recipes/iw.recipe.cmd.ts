import type {RecipeLowering} from '../../model/lowering.js';
import {reportBad} from '../values.js';
import {commandPart} from './collective.recipe.cmd.js';

/**
 * Lowers `iw.recipe.cmd`, the ancestor of collective.recipe.cmd: shell lines that run while a release is built.
 * Reads    `cmds`, `on_install`, `on_update` (any text at all is on), `shell`.
 * Plans    one `command` entry; a failure is a warning.
 * Reports  CFG508 where a flag says no and the real recipe takes it for yes, CFG512, CFG513.
 */
export const iwRecipeCmd: RecipeLowering = {
  recipe: 'iw.recipe.cmd',
  entryPoints: ['default', 'sh'],
  options: ['cmds', 'on_install', 'on_update', 'shell'],
  page: {
    summary: 'Shell lines that run while a release is built.',
    options: {
      cmds: "run in the release's folder, all lines in one shell",
      on_install: 'any text: runs in each build. `false` is refused, as the real recipe runs then',
      on_update: 'any text, without on_install: runs too',
      shell: '`sh` or `bash`',
    },
    differences: [
      "The folder is the release's, not the profile's.",
      'A failure that buildout says nothing of is a warning in the log.',
      'Entry point :py does not run on Python 3 and is not lowered.',
    ],
  },
  gives: () => ({}),
  lower(part, {report}) {
    const on = ['on_install', 'on_update'].filter((name) => (part.option(name)?.pieces.length ?? 0) > 0);
    for (const name of on) {
      const value = part.literal(name)?.trim() ?? '';
      if (!/^(false|no|0|off)$/i.test(value)) continue;
      const message = `\`${name} = ${value}\` of part \`${part.name}\` means yes to the real recipe`;
      reportBad(part, name, report, message, 'any text is on', `leave \`${name}\` out, or write \`${name} = true\``);
      return [];
    }
    return commandPart(part, on.length > 0, false, report);
  },
};
