import type {RecipeLowering} from '../../model/lowering.js';
import {partFolder} from '../part-folder.js';
import {eggEnvironment} from './zc.recipe.egg.js';

/**
 * Lowers `syseggrecipe` to plain requirements. The real one lets the eggs of the system be seen; a release sees none of them, as they
 * change under it, and wheels hold what had to be compiled.
 * Reads `eggs`. Plans the requirements.
 */
export const syseggrecipe: RecipeLowering = {
  recipe: 'syseggrecipe',
  options: ['eggs', 'force-sysegg'],
  page: {
    summary: 'Distributions of the system, as requirements.',
    options: {
      eggs: 'requirements: pinned and locked like all others',
      'force-sysegg': "nothing: the system's are never used",
    },
    differences: [
      "A release's virtualenv sees no package of the system. What has no wheel is an error of the lock, which says what to do.",
    ],
  },
  gives: (part) => ({location: partFolder(part.name)}),
  lower: (part, context) => (part.lines('eggs').length === 0 ? [] : [eggEnvironment(part, context)]),
};
