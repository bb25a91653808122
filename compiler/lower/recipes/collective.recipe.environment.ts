import type {RecipeLowering} from '../../model/lowering.js';
import type {Text} from '../../model/text.js';
import {text} from '../../util/text.js';

/**
 * Lowers `collective.recipe.environment` and `gocept.recipe.env`: environment variables, as options.
 * A variable of the builder's environment would be wrong on the host. One that the section sets is a constant; any other
 * that is referred to becomes an input of the release: the script reads it when it runs, and preflight asks for it.
 * `USER` and `LOGNAME` are the service's user.
 */
export const collectiveRecipeEnvironment = environment('collective.recipe.environment');
export const goceptRecipeEnv = environment('gocept.recipe.env');

function environment(recipe: string): RecipeLowering {
  return {
    recipe,
    options: [/./],
    page: {
      summary: 'Environment variables as options.',
      options: {
        '…': 'a constant. In buildout it is set in the environment too; here write it to `environment-vars` of the parts that need it',
        '(not set)': 'an input: read on the host when the script runs; unset is an error of preflight',
        'USER LOGNAME': "the service's user",
      },
      differences: [
        "The builder's environment is never read.",
        'Constants are not exported to commands of other parts.',
        'buildout writes the whole environment, secrets and all, into .installed.cfg; nothing is written here.',
      ],
    },
    gives: () => ({}),
    givesOther: (_part, name) => variable(name),
    lower: () => [],
  };
}

function variable(name: string): Text | undefined {
  if (name === 'USER' || name === 'LOGNAME') return text({ref: 'user'});
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? text({ref: 'env', name}) : undefined;
}

/** Lowers `collective.recipe.grp`: `GROUP`, the service's group. The real one gives the group of whoever runs buildout. */
export const collectiveRecipeGrp: RecipeLowering = {
  recipe: 'collective.recipe.grp',
  options: [],
  page: {
    summary: 'The group, as an option.',
    options: {'(GROUP)': "the service's group"},
    differences: ["The builder's group is never read."],
  },
  gives: () => ({GROUP: text({ref: 'group'})}),
  lower: () => [],
};
