/** Programs that start a Zope or ZEO part of the profile, whatever way they are written. */
import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {LowerContext, Part} from '../../model/lowering.js';
import type {ServiceEntry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {show, text} from '../../util/text.js';
import {shellWords} from '../../util/text-pattern.js';
import {zeoService} from '../recipes/plone.recipe.zeoserver.js';
import {instanceService, scriptName} from '../recipes/plone.recipe.zope2instance.js';
import {isZeoServer, isZopeInstance} from './zodb-paths.js';

export const backgroundProgram: DiagnosticKind = {
  id: 'CFG520',
  name: 'background-program',
  severity: 'warning',
  explain: `
What it does: names a program that goes to the background by itself, and what runs instead where that is known.
Why: a supervisor watches the process it starts. One that forks is gone at once for it, and is started again and again.
Example: "20 instance \${buildout:bin-directory}/instance [start]". Write "[console]".
Source: supervisord's manual, "nondaemonizing of subprocesses".
`,
};

/** What names the program: the part and option that it is written in, and its own name. */
export interface Named {
  readonly part: Part;
  readonly option: string;
  readonly name: string;
}

/**
 * The service of the Zope or ZEO part that a command starts, in the foreground; undefined where it starts none.
 * Reports CFG520 where it was written to start in the background.
 */
export function serverProgram(
  command: Text,
  given: Text,
  named: Named,
  context: LowerContext,
): ServiceEntry | undefined {
  const program = show(context.placed(command));
  const verb = show(given).trim().split(/\s+/)[0] || undefined;
  for (const other of context.parts) {
    if (isZeoServer(other) && [`{bin}/${other.name}`, `{etc}/${other.name}/bin/runzeo`].includes(program)) {
      return zeoService(other, context);
    }
    if (!isZopeInstance(other)) continue;
    const script = program === `{bin}/${scriptName(other)}`;
    const runzope = program === `{etc}/${other.name}/bin/runzope` || program === '{bin}/runzope';
    if (!script && !runzope) continue;
    if (script && verb !== undefined && !['console', 'fg', 'start', 'restart'].includes(verb)) continue;
    const service = instanceService(other);
    if (script && (verb === 'start' || verb === 'restart')) reportBackground(named, other.name, context);
    const rest = shellWords(given);
    if (script && verb === 'console' && rest.length > 1) return {...service, command: [service.command[0]!, ...rest]};
    // Debug mode in the foreground is what a developer asks for; production never is.
    if (script && verb === 'fg' && context.settings.profile === 'dev') {
      return {...service, command: [service.command[0]!, text('fg')]};
    }
    return service;
  }
  return undefined;
}

function reportBackground({part, option, name}: Named, server: string, context: LowerContext): void {
  const span = part.span(option, name);
  context.report({
    kind: backgroundProgram,
    message: `program \`${name}\` starts \`${server}\` in the background; \`console\` runs instead`,
    ...(span && {primary: {span, text: 'a supervisor would lose it'}}),
    hint: 'write `[console]`',
  });
}
