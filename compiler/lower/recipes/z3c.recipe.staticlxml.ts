import type {RecipeLowering} from '../../model/lowering.js';
import {text} from '../../util/text.js';
import {partFolder} from '../part-folder.js';
import {eggEnvironment} from './zc.recipe.egg.js';

/**
 * Lowers `z3c.recipe.staticlxml` to a plain requirement: wheels of lxml carry both C libraries.
 * Reads `egg`. Plans the requirement.
 */
export const z3cRecipeStaticlxml: RecipeLowering = {
  recipe: 'z3c.recipe.staticlxml',
  options: [/./],
  page: {
    summary: 'lxml, as a requirement.',
    options: {
      egg: 'the requirement; `lxml` without it',
      '…': 'nothing: they steer a build of C libraries, and wheels hold these',
    },
    differences: ['Nothing is compiled. The real recipe runs on Python 2 alone.'],
  },
  gives: (part) => ({location: partFolder(part.name)}),
  lower: (part, context) => {
    const egg = part.literal('egg')?.trim() || 'lxml';
    return [
      eggEnvironment({...part, option: () => text(), lines: () => [], origin: () => part.origin('egg')}, context, [
        egg,
      ]),
    ];
  },
};
