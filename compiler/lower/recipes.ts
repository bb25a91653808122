/** Every recipe that cfgc lowers. A plain list: a recipe that isn't here isn't known. */
import type {DiagnosticKind} from '../diagnostics/diagnostic.js';
import type {Part, RecipeLowering} from '../model/lowering.js';
import type {Text} from '../model/text.js';
import {canonicalName} from '../util/distribution-name.js';
import {place} from '../util/text.js';
import {buildoutRecipeUwsgi, unwebRecipeUwsgi} from './recipes/buildout.recipe.uwsgi.js';
import {hexagonitRecipeCmmi, ploneRecipeHaproxy, zcRecipeCmmi} from './recipes/cmmi.js';
import {collectiveRecipeBackup} from './recipes/collective.recipe.backup.js';
import {collectiveRecipeCmd, collectiveRecipeCmdPy} from './recipes/collective.recipe.cmd.js';
import {
  collectiveRecipeEnvironment,
  collectiveRecipeGrp,
  goceptRecipeEnv,
} from './recipes/collective.recipe.environment.js';
import {collectiveRecipeFilestorage} from './recipes/collective.recipe.filestorage.js';
import {collectiveRecipePlonesite} from './recipes/collective.recipe.plonesite.js';
import {collectiveRecipeScriptgen} from './recipes/collective.recipe.scriptgen.js';
import {collectiveRecipeSupervisor} from './recipes/collective.recipe.supervisor.js';
import {collectiveRecipeTemplate, collectiveRecipeTemplateGenshi} from './recipes/collective.recipe.template.js';
import {developmentTools, replacedRecipes} from './recipes/development-tools.js';
import {djangorecipe} from './recipes/djangorecipe.js';
import {ftwRecipeDeployment} from './recipes/ftw.recipe.deployment.js';
import {hexagonitRecipeDownload} from './recipes/hexagonit.recipe.download.js';
import {isotomaRecipeFacts} from './recipes/isotoma.recipe.facts.js';
import {iwRecipeCmd} from './recipes/iw.recipe.cmd.js';
import {oreRecipeFsMkdir, oreRecipeFsMkfile} from './recipes/ore.recipe.fs.js';
import {ploneRecipeCommand} from './recipes/plone.recipe.command.js';
import {ploneRecipePoundBuild, ploneRecipePoundConfig} from './recipes/plone.recipe.pound.js';
import {ploneRecipePrecompiler} from './recipes/plone.recipe.precompiler.js';
import {
  ploneRecipeVarnishBuild,
  ploneRecipeVarnishConfiguration,
  ploneRecipeVarnishScript,
} from './recipes/plone.recipe.varnish.js';
import {ploneRecipeZeoserver} from './recipes/plone.recipe.zeoserver.js';
import {ploneRecipeZope2instance} from './recipes/plone.recipe.zope2instance.js';
import {retiredRecipes} from './recipes/retired.js';
import {syseggrecipe} from './recipes/syseggrecipe.js';
import {z3cRecipeFiletemplate} from './recipes/z3c.recipe.filetemplate.js';
import {z3cRecipeMkdir} from './recipes/z3c.recipe.mkdir.js';
import {z3cRecipeStaticlxml} from './recipes/z3c.recipe.staticlxml.js';
import {z3cRecipeUsercrontab} from './recipes/z3c.recipe.usercrontab.js';
import {
  zcRecipeDeployment,
  zcRecipeDeploymentConfiguration,
  zcRecipeDeploymentCrontab,
  zcRecipeDeploymentSharedconfig,
} from './recipes/zc.recipe.deployment.js';
import {zcRecipeEgg, zcRecipeEggDevelop, zcRecipeEggEggs} from './recipes/zc.recipe.egg.js';
import {zcRecipeFilestorage} from './recipes/zc.recipe.filestorage.js';
import {zcRecipeRhrc} from './recipes/zc.recipe.rhrc.js';
import {collectiveXmltestreport, zcRecipeTestrunner} from './recipes/zc.recipe.testrunner.js';

export const recipes: readonly RecipeLowering[] = [
  collectiveRecipeBackup,
  collectiveRecipeCmd,
  collectiveRecipeCmdPy,
  collectiveRecipeFilestorage,
  collectiveRecipeSupervisor,
  collectiveRecipeTemplate,
  collectiveRecipeTemplateGenshi,
  iwRecipeCmd,
  ploneRecipeCommand,
  ploneRecipeZeoserver,
  ploneRecipeZope2instance,
  z3cRecipeMkdir,
  z3cRecipeUsercrontab,
  zcRecipeEgg,
  buildoutRecipeUwsgi,
  unwebRecipeUwsgi,
  hexagonitRecipeCmmi,
  ploneRecipeHaproxy,
  zcRecipeCmmi,
  collectiveRecipeEnvironment,
  collectiveRecipeGrp,
  goceptRecipeEnv,
  collectiveRecipePlonesite,
  collectiveRecipeScriptgen,
  ...developmentTools,
  ...replacedRecipes,
  djangorecipe,
  ftwRecipeDeployment,
  hexagonitRecipeDownload,
  isotomaRecipeFacts,
  oreRecipeFsMkdir,
  oreRecipeFsMkfile,
  ploneRecipePoundBuild,
  ploneRecipePoundConfig,
  ploneRecipePrecompiler,
  ploneRecipeVarnishBuild,
  ploneRecipeVarnishConfiguration,
  ploneRecipeVarnishScript,
  ...retiredRecipes,
  syseggrecipe,
  z3cRecipeFiletemplate,
  z3cRecipeStaticlxml,
  zcRecipeDeployment,
  zcRecipeDeploymentConfiguration,
  zcRecipeDeploymentCrontab,
  zcRecipeDeploymentSharedconfig,
  zcRecipeFilestorage,
  zcRecipeRhrc,
  collectiveXmltestreport,
  zcRecipeTestrunner,
  zcRecipeEggDevelop,
  zcRecipeEggEggs,
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

/** An option of any name that the part's recipe gives where nothing else does. */
export function givenOther(part: Part, name: string, all: readonly RecipeLowering[] = recipes): Text | undefined {
  return findRecipe(all, part.recipe, part.entryPoint)?.givesOther?.(part, name);
}

/** All kinds that recipes report beside the common ones. */
export const recipeKinds: readonly DiagnosticKind[] = [...new Set(recipes.flatMap((recipe) => recipe.kinds ?? []))];
