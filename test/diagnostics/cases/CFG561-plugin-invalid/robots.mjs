import {readFileSync} from 'node:fs';
import {defineRecipe} from 'cfgc';

export default defineRecipe({version: 1, recipe: 'school.recipe.robots', options: [], page: {}, lower: () => readFileSync('x')});
