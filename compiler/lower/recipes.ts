/** Every recipe that cfgc lowers. A plain list: a recipe that isn't here isn't known. */
import type {DiagnosticKind} from '../diagnostics/diagnostic.js';
import type {Part, RecipeLowering} from '../model/lowering.js';
import type {Text} from '../model/text.js';
import {canonicalName} from '../util/distribution-name.js';
import {place} from '../util/text.js';
import {collectiveRecipeCmd} from './recipes/collective.recipe.cmd.js';
import {collectiveRecipeTemplate} from './recipes/collective.recipe.template.js';
import {iwRecipeCmd} from './recipes/iw.recipe.cmd.js';
import {ploneRecipeCommand} from './recipes/plone.recipe.command.js';
import {z3cRecipeMkdir} from './recipes/z3c.recipe.mkdir.js';
import {z3cRecipeUsercrontab} from './recipes/z3c.recipe.usercrontab.js';
import {zcRecipeEgg} from './recipes/zc.recipe.egg.js';

export const recipes: readonly RecipeLowering[] = [
  collectiveRecipeCmd,
  collectiveRecipeTemplate,
  iwRecipeCmd,
  ploneRecipeCommand,
  z3cRecipeMkdir,
  z3cRecipeUsercrontab,
  zcRecipeEgg,
];

/** The recipe that answers for a distribution and entry point. */
export function findRecipe(
  all: readonly RecipeLowering[],
  recipe: string,
  entryPoint: string,
): RecipeLowering | undefined {
  const name = canonicalName(recipe);
  return all.find((one) => canonicalName(one.recipe) === name && (one.entryPoints ?? ['default']).includes(entryPoint));
}

/**
 * Options that a part's recipe sets on it when buildout constructs it: what other sections may refer to.
 * An option that the part has already wins where the recipe only fills gaps; a recipe's `gives` minds that itself.
 * A recipe that isn't known gives `location` alone.
 */
export function givenOptions(part: Part, all: readonly RecipeLowering[] = recipes): Readonly<Record<string, Text>> {
  const found = findRecipe(all, part.recipe, part.entryPoint);
  if (found) return found.gives?.(part) ?? {};
  return {location: part.option('location') ?? place('directory', `parts/${part.name}`)};
}

/** All kinds that recipes report beside the common ones. */
export const recipeKinds: readonly DiagnosticKind[] = recipes.flatMap((recipe) => recipe.kinds ?? []);
