import {defineRecipe} from 'cfgc';

export default defineRecipe({
  version: 1,
  recipe: 'school.recipe.robots',
  options: ['disallow'],
  page: {summary: 'robots.txt', options: {disallow: 'paths'}, differences: []},
  lower(part) {
    return part.lines('allow')[0].pieces;
  },
});
