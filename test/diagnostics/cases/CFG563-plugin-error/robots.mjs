import {defineRecipe, literal} from 'cfgc';

export default defineRecipe({
  version: 1,
  recipe: 'school.recipe.robots',
  options: ['disallow'],
  page: {summary: 'robots.txt', options: {disallow: 'paths'}, differences: []},
  lower(part, context) {
    for (const path of part.lines('disallow').map(literal)) {
      if (path.startsWith('/')) continue;
      context.report({
        message: `\`${path}\` is no path`,
        option: 'disallow',
        needle: path,
        label: 'a path starts with a slash',
        hint: `write \`/${path.replaceAll(' ', '-')}\``,
      });
    }
    return [];
  },
});
