/** Programs that a buildout compiles and a release takes from the system. */
import type {DiagnosticKind} from '../diagnostics/diagnostic.js';
import type {LowerContext, Part} from '../model/lowering.js';
import type {Entry} from '../model/release-plan.js';
import type {Text} from '../model/text.js';
import {text} from '../util/text.js';

export const compiledProgram: DiagnosticKind = {
  id: 'CFG550',
  name: 'compiled-program',
  severity: 'error',
  explain: `
What it does: stops where a part compiles a program or library from source, and the profile doesn't say where it comes from.
Why: a production host has no compilers and no development packages. The system's package of the same program gets security updates.
Two ways on:
  [system]
  varnish-build = varnishd     the system's binary; preflight asserts that it is there, and PART/bin and PART/sbin lead to it
  varnish-build = build        compiled while the release is built, from an archive whose hash is in the lock
Example: [varnish-build] has "recipe = zc.recipe.cmmi". Write "varnish-build = varnishd" under [system].
Source: design of cfgc: nothing is compiled on a production host.
`,
};

/** What `[system]` says of a part: a command of the system, `build`, or nothing. */
export function systemChoice(part: Part, context: LowerContext): string | undefined {
  return context.settings.system.find(({name}) => name === part.name)?.command;
}

/** Launchers in FOLDER/bin and FOLDER/sbin that run the system's binary, as other parts name either. */
export function systemLaunchers(part: Part, folder: Text, command: string): readonly Entry[] {
  const name = command.split('/').at(-1)!;
  const content = text(`#!/bin/sh\nPATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin\nexec ${shellWord(command)} "$@"\n`);
  return ['bin', 'sbin'].map((where) => ({
    kind: 'file',
    origin: part.origin('recipe'),
    class: 'code',
    path: text(folder, `/${where}/${name}`),
    content,
    executable: true,
  }));
}

export function reportCompiled(part: Part, context: LowerContext, what: string): void {
  const span = part.span('recipe');
  context.report({
    kind: compiledProgram,
    message: `part \`${part.name}\` compiles ${what}`,
    ...(span && {primary: {span, text: 'a production host has no compiler'}}),
    hint: `write \`${part.name} = <command of the system>\` under [system], or \`${part.name} = build\``,
  });
}

/** A name or path of a command, which `[system]` holds, as one word of sh. */
function shellWord(word: string): string {
  return /^[\w./+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
