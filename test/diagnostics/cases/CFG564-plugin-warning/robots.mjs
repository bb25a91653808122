import {defineRecipe, literal} from 'cfgc';

export default defineRecipe({
  version: 1,
  recipe: 'school.recipe.robots',
  options: ['disallow'],
  page: {summary: 'robots.txt', options: {disallow: 'paths'}, differences: []},
  lower(part, context) {
    if (part.lines('disallow').map(literal).includes('/')) {
      context.report({severity: 'warning', message: 'the whole site is hidden', option: 'disallow', needle: '/'});
    }
    return [];
  },
});
