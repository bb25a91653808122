/** Catalogues of translations: compiled while the release is built, for Zope can't write beside its code later. */
import type {LowerContext, Part} from '../../model/lowering.js';
import type {CommandEntry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {show, text} from '../../util/text.js';
import {mentions} from './storage-sections.js';

const variable = 'zope_i18n_compile_mo_files';

/**
 * Whether a line of the environment has Zope compile catalogues at its start. It does so where a `.po` looks younger than its
 * `.mo`, by times that an installation leaves as they fall, and it ends where it may not write.
 * Source: zope.i18n 6.0, compile.py, `compile_mo_file`.
 */
export function compilesCatalogues(line: Text): boolean {
  return new RegExp(`^\\s*${variable}(\\s|$)`).test(show(line));
}

/** The build step in its place; undefined where the part does not ask for it, or one before it does: they share the catalogues. */
export function catalogueCommand(part: Part, {parts}: LowerContext): CommandEntry | undefined {
  const asking = parts.find((one) => one.recipe === part.recipe && mentions(one.option('environment-vars'), variable));
  if (asking?.name !== part.name) return undefined;
  return {
    kind: 'command',
    origin: part.origin('environment-vars'),
    name: `${part.name}-translations`,
    when: 'build',
    interpreter: 'python',
    source: text(withoutCompiler, compileCatalogues('missing')),
    stopOnError: false,
    environment: [],
  };
}

/** Python that compiles the catalogues of the virtualenv: all of them, or those that have no `.mo` yet. */
export function compileCatalogues(which: 'all' | 'missing'): string {
  const passed = which === 'all' ? '' : " or name[:-3] + '.mo' in names";
  return `import os, sys, sysconfig
from pythongettext.msgfmt import Msgfmt, PoSyntaxError
for folder, _, names in os.walk(sysconfig.get_path('purelib')):
    if os.path.basename(folder) != 'LC_MESSAGES':
        continue
    for name in sorted(names):
        if not name.endswith('.po')${passed}:
            continue
        source = os.path.join(folder, name)
        try:
            with open(source, 'rb') as po:
                compiled = Msgfmt(po, name=name[:-3]).getAsFile().read()
        except (PoSyntaxError, UnicodeDecodeError) as error:
            print('not compiled: %s: %s' % (source, error), file=sys.stderr)
            continue
        with open(source[:-3] + '.mo', 'wb') as mo:
            mo.write(compiled)
`;
}

const withoutCompiler = `import importlib.util, sys
if importlib.util.find_spec('pythongettext') is None:
    sys.exit('translations are not compiled: python-gettext is not among the distributions')
`;
