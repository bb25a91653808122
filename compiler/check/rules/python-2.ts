import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';
import {lastSpan} from '../../util/option-span.js';
import {lines, literal, show} from '../../util/text.js';
import {canonical, pins} from './pins.js';

const kind: DiagnosticKind = {
  id: 'CFG426',
  name: 'python-2',
  severity: 'error',
  explain: `
What it does: stops where the Plone or Zope that is pinned runs on Python 2 alone, and a part needs it.
Why: a release has a Python that is kept up. Plone before 5.2 and Zope before 4 have no version for it, so no lock can be made, and
the options of ZServer in the same files mean nothing any more.
What to do: upgrade the site to Plone 5.2 where it runs now, move its database to Python 3 (zodbverify finds what can't be moved,
zodbupdate moves it), go on to Plone 6, and compile a profile of that. \`release.sh adopt\` then takes the data over.
Example: [versions] has "Plone = 4.3.20", from the versions.cfg that the profile extends. Extend that of Plone 6.
Source: release notes of Plone 5.2 and Zope 4.0, the first for Python 3.`,
};

/** The first version for Python 3. The first name that is pinned too low is the one that is told. */
const firstForPython3: readonly (readonly [name: string, version: readonly [number, number], shown: string])[] = [
  ['plone', [5, 2], 'Plone 5.2'],
  ['products-cmfplone', [5, 2], 'Plone 5.2'],
  ['zope', [4, 0], 'Zope 4'],
  ['zope2', [4, 0], 'Zope 4'],
];

export const python2: Rule = {
  kind,
  check(context) {
    const all = [...(pins(context)?.values() ?? [])];
    const needed = context.parts.some(
      (part) =>
        canonical(part.recipe) === 'plone-recipe-zope2instance' ||
        lines(part.option('eggs') ?? {pieces: []}).some((egg) => names.has(canonical(/^[\w.-]*/.exec(show(egg))![0]))),
    );
    if (!needed) return;
    for (const [name, first, shown] of firstForPython3) {
      const pin = all.find((option) => canonical(option.name) === name);
      const version = /^(?:==\s*)?(\d+)(?:\.(\d+))?/.exec((pin && literal(pin.value)?.trim()) ?? '');
      if (!pin || !version) continue;
      const [major, minor] = [Number(version[1]), Number(version[2] ?? 0)];
      if (major > first[0] || (major === first[0] && minor >= first[1])) continue;
      const span = lastSpan(pin);
      context.report({
        kind,
        message: `\`${pin.name}\` ${literal(pin.value)?.trim()} runs on Python 2 alone`,
        ...(span && {primary: {span, text: `${shown} is the first for Python 3`}}),
        hint: `upgrade the site to ${shown} where it runs now, move its database to Python 3, then compile: cfgc explain ${kind.id}`,
      });
      return;
    }
  },
};

const names: ReadonlySet<string> = new Set(firstForPython3.map(([name]) => name));
