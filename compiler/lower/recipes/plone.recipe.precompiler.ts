import type {RecipeLowering} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import {text} from '../../util/text.js';
import {partFolder} from '../part-folder.js';
import {compileCatalogues} from '../zope/translations.js';
import {eggEnvironment, eggOptions} from './zc.recipe.egg.js';

/**
 * Lowers `plone.recipe.precompiler`: byte code and message catalogues are made while the release is built,
 * as nothing may be written into it later.
 * Reads    `eggs`, `compile-mo-files`.
 * Plans    the requirements, and one `command` in the build.
 */
export const ploneRecipePrecompiler: RecipeLowering = {
  recipe: 'plone.recipe.precompiler',
  options: ['eggs', 'dirs', 'extra-paths', 'compile-mo-files', 'quiet', 'find-links', 'index', 'skip'],
  page: {
    summary: 'Byte code and message catalogues, made while the release is built.',
    options: {
      eggs: 'requirements; the whole virtualenv is compiled',
      dirs: 'nothing: own code comes as distributions',
      'extra-paths': 'nothing, as `dirs`',
      'compile-mo-files': 'true: `.mo` beside every `.po` of the virtualenv, by python-gettext',
      quiet: 'nothing: what fails is said',
      skip: 'nothing',
      'find-links index': 'read by the lock',
    },
    differences: [
      'Byte code does not depend on times of files (unchecked hashes): a release is read-only.',
      'A file that does not compile is said, and does not stop the build, as in the recipe.',
    ],
  },
  gives: (part) => ({...eggOptions(part), location: partFolder(part.name)}),
  lower(part, context) {
    const messages = part.literal('compile-mo-files')?.trim().toLowerCase() === 'true';
    const entries: Entry[] = [eggEnvironment(part, context, messages ? ['python-gettext'] : [])];
    entries.push({
      kind: 'command',
      origin: part.origin('recipe'),
      name: part.name,
      when: 'build',
      interpreter: 'python',
      source: text(byteCode, messages ? compileCatalogues('all') : ''),
      stopOnError: false,
      environment: [],
    });
    return entries;
  },
};

const byteCode = `import compileall, py_compile, sysconfig
compileall.compile_dir(sysconfig.get_path('purelib'), maxlevels=100, quiet=2,
                       invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
`;
