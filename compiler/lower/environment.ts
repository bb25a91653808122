import type {Report} from '../diagnostics/diagnostic.js';
import type {Entry, EnvironmentEntry, Requirement} from '../model/release-plan.js';
import {readRequirement} from '../util/distribution-name.js';
import {twoVersions} from './kinds.js';

/** buildout's own tools: installed recipes name them as requirements, and don't import them when the site runs. */
const buildoutTools = ['zc-buildout', 'zc-recipe-egg'];

/** The release's one virtualenv: what all parts need. None where no part needs Python, and nothing is developed. */
export function mainEnvironment(
  entries: readonly Entry[],
  editable: EnvironmentEntry['editable'],
  report: Report,
): EnvironmentEntry[] {
  const all = entries.flatMap((e) => (e.kind === 'environment' && e.name === 'main' ? [e] : []));
  const origin = (all[0] ?? editable[0])?.origin;
  if (origin === undefined) return [];
  // One for each part that asks: what a service is restarted for follows from the parts it uses.
  const byPart = new Map<string, Requirement>();
  for (const requirement of all.flatMap((entry) => entry.requirements)) {
    const key = `${requirement.text}\n${requirement.origin.part ?? ''}`;
    if (!byPart.has(key)) byPart.set(key, requirement);
  }
  const requirements = [...byPart.values()];
  refuseTwoVersions(requirements, report);
  const named = new Set(requirements.map(({name}) => name));
  return [
    {
      kind: 'environment',
      origin,
      name: 'main',
      requirements,
      exclude: buildoutTools.filter((tool) => !named.has(tool)),
      editable,
    },
  ];
}

function refuseTwoVersions(requirements: readonly Requirement[], report: Report): void {
  const exact = new Map<string, {requirement: Requirement; version: string}>();
  for (const requirement of requirements) {
    const version = readRequirement(requirement.text)?.exact;
    if (version === undefined) continue;
    const before = exact.get(requirement.name);
    if (before === undefined) exact.set(requirement.name, {requirement, version});
    else if (before.version !== version) {
      const [a, b] = [before.requirement.origin, requirement.origin];
      report({
        kind: twoVersions,
        message: `parts \`${a.part}\` and \`${b.part}\` need two versions of \`${requirement.name}\`: ${before.version} and ${version}`,
        notes: [
          `${a.file}:${a.line}: part \`${a.part}\` needs \`${before.requirement.text}\``,
          `${b.file}:${b.line}: part \`${b.part}\` needs \`${requirement.text}\``,
        ],
        hint: 'a release has one virtualenv: leave the version to [versions], or make two releases',
      });
    }
  }
}
