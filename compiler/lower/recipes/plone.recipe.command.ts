import type {RecipeLowering} from '../../model/lowering.js';
import {show, text} from '../../util/text.js';
import {shellStep} from '../shell-step.js';
import {reportBad, reportMissing} from '../values.js';

/**
 * Lowers `plone.recipe.command`: one shell command that runs while a release is built.
 * Reads    `command`, `stop-on-error` (off by default: a failure is a warning).
 * Plans    one `command` entry.
 * Reports  CFG507 without `command`, CFG508 for a `stop-on-error` that is neither yes nor no, CFG513.
 */
export const ploneRecipeCommand: RecipeLowering = {
  recipe: 'plone.recipe.command',
  options: ['command', 'update-command', 'stop-on-error', 'location'],
  page: {
    summary: 'One shell command that runs while a release is built.',
    options: {
      command: "run in the release's folder, its text as it stands",
      'update-command': 'nothing: a release is a new install each time',
      'stop-on-error': 'on: a failure stops the build; off: it is a warning in the log',
      location: 'nothing: what is in the release goes with the release',
    },
    differences: [
      "The folder is the release's, not the profile's; bin/, etc/ and var of the profile are where the release has them.",
      'A failure that buildout says nothing of is a warning in the log.',
    ],
  },
  gives: () => ({}),
  lower(part, {report}) {
    const command = part.option('command');
    if (command === undefined || command.pieces.length === 0) {
      reportMissing(part, 'command', report, 'command = …');
      return [];
    }
    const stop = show(part.option('stop-on-error') ?? text('no'))
      .trim()
      .toLowerCase();
    if (!['yes', 'on', 'true', 'no', 'off', 'false', ''].includes(stop)) {
      const message = `\`stop-on-error\` of part \`${part.name}\` can't be \`${stop}\``;
      reportBad(part, 'stop-on-error', report, message, 'yes, on, true, no, off or false');
    }
    return shellStep(part, 'command', command, 'sh', ['yes', 'on', 'true'].includes(stop), report);
  },
};
