import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Part, Rule} from '../../model/lowering.js';
import {literal, show} from '../../util/text.js';
import {eggOptions} from './egg-options.js';
import {canonical, pins} from './pins.js';

const kind: DiagnosticKind = {
  id: 'CFG412',
  name: 'unpinned',
  severity: 'error',
  missesName: true,
  explain: `
What it does: stops a build in which a distribution that a part asks for has no version in [versions].
Why: buildout would pick the newest it finds. Two hosts a week apart would differ, and a rebuild would not match.
Example: [instance] has "eggs = Pillow". Write "Pillow = 11.3.0" under [versions] as well.
What those distributions need in turn is looked at when the lock is made.
A develop egg or a checkout of a dev profile needs no pin itself; what it needs does.
Source: zc.buildout, allow-picked-versions = false.`,
};

export const unpinned: Rule = {
  kind,
  check(context) {
    // What comes from a source folder has no version to pin.
    const pinned = new Set<string>(context.facts.developed);
    for (const option of pins(context)?.values() ?? [])
      if (literal(option.value)?.trim()) pinned.add(canonical(option.name));
    const seen = new Set<string>();
    for (const part of context.parts) {
      for (const [name, requirement] of roots(part)) {
        const found = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*([^;]*)/.exec(requirement);
        if (!found) continue;
        const distribution = found[1]!;
        // A URL is reported by its own rule.
        if (found[2]!.startsWith('@') || /^[a-z+]+:\/\//i.test(requirement)) continue;
        if (pinned.has(canonical(distribution)) || /^={2,3}\s*[^\s,*]+$/.test(found[2]!.trim())) continue;
        if (seen.has(canonical(distribution))) continue;
        seen.add(canonical(distribution));
        const span = part.span(name, distribution);
        context.report({
          kind,
          message: `\`${distribution}\` is not pinned`,
          ...(span && {primary: {span, text: `required by part \`${part.name}\``}}),
          hint: `add \`${distribution} = <version>\` under [versions]`,
        });
      }
    }
  },
};

/** The requirement lines of a part, each with its option. */
function roots(part: Part): readonly (readonly [option: string, requirement: string])[] {
  return eggOptions(part).flatMap((name) => part.lines(name).map((line) => [name, show(line)] as const));
}
