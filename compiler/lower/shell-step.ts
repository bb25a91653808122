import type {DiagnosticKind, Report} from '../diagnostics/diagnostic.js';
import type {Part} from '../model/lowering.js';
import type {CommandEntry} from '../model/release-plan.js';
import type {Text} from '../model/text.js';
import {lines, show} from '../util/text.js';

export const commandUnfit: DiagnosticKind = {
  id: 'CFG513',
  name: 'command-unfit-for-build',
  severity: {prod: 'warning', dev: 'off'},
  explain: `
What it does: names commands of a part that do what the build of a release should not: fetch from the network, install packages,
check out sources, start or stop services, become another user, or run buildout itself.
Why: such a step makes two builds of one version differ, needs rights that a deploy should not have, or acts on the running site before the switch.
Example: [setup] has "curl -O https://example.org/x.tar.gz". Use a part of hexagonit.recipe.download, whose file is checked by its hash.
Source: design of cfgc: a build needs no rights, no network but the index, and no running site.
`,
};

/** First words that a build should not run, and what to do instead. */
const unfit: readonly (readonly [RegExp, string])[] = [
  [
    /^(curl|wget|ftp|scp|rsync\s+\S+::?)\b/,
    'fetch with a part of hexagonit.recipe.download: its file is checked by its hash',
  ],
  [/^(git|svn|hg|bzr)\s+(clone|checkout|co|pull|update|fetch|submodule)\b/, 'build a wheel of it in CI and pin that'],
  [
    /^(\S*\/)?(pip\d?|easy_install|npm|yarn|gem|bower|apt|apt-get|yum|dnf|brew)\s/,
    'name packages under `eggs`, or build the files in CI',
  ],
  [/^(sudo|su)\s/, 'the script runs as its deployer; permissions are set by [permissions]'],
  [/^(\S*\/)?(buildout|bootstrap\.py)(\s|$)/, 'a release is built by its own script'],
  [
    /^(\S*\/)?(supervisorctl|systemctl|service|\S+ctl)\s+(start|stop|restart|reload)\b/,
    'services are restarted after the switch',
  ],
  [/^\S*bin\/\S+\s+(start|stop|restart)\b/, 'services are restarted after the switch'],
];

/**
 * A command of the author's that runs in the unfinished release.
 * @param option  the option that it stands in, for its place
 */
export function shellStep(
  part: Part,
  option: string,
  source: Text,
  interpreter: CommandEntry['interpreter'],
  stopOnError: boolean,
  report: Report,
): readonly CommandEntry[] {
  for (const line of lines(source)) {
    for (const command of show(line).split(/&&|\|\||;/)) {
      const found = unfit.find(([pattern]) => pattern.test(command.trim()));
      if (!found) continue;
      const needle = command.trim();
      const span = part.span(option, needle);
      report({
        kind: commandUnfit,
        message: `part \`${part.name}\` runs \`${needle.replaceAll('{directory}/', '').split(/\s+/).slice(0, 2).join(' ')}\` while the release is built`,
        ...(span && {primary: {span, text: 'not reproducible, or acts on the running site'}}),
        hint: found[1],
      });
    }
  }
  return [
    {
      kind: 'command',
      origin: part.origin(option),
      name: part.name,
      when: 'build',
      interpreter,
      source,
      stopOnError,
      environment: [],
    },
  ];
}
