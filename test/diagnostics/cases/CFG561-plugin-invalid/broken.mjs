import {defineRecipe} from 'cfgc';

export default defineRecipe({
  version: 1,
  recipe: 'school.recipe.robots' 'twice',
});
