import {defineRecipe} from 'cfgc';

export default defineRecipe({version: 0, recipe: 'school.recipe.robots', options: [], page: {}, lower: () => []});
