import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {knownExtensions} from '../../compiler/check/rules/known-extensions.js';
import {extensionPage} from '../../compiler/inspect/extension-page.js';
import {recipePages} from '../../compiler/inspect/recipe-pages.js';
import {recipes} from '../../compiler/lower/recipes.js';

const folder = join(import.meta.dirname, '../../../docs/recipes');

test('docs/recipes: each page is what the modules say (npm run docs)', (t) => {
  const pages = recipePages(recipes);
  t.deepEqual(readdirSync(folder).sort(), pages.map(({file}) => file).sort());
  for (const {file, text} of pages) t.is(readFileSync(join(folder, file), 'utf8'), text, file);
});

test('docs/extensions.md: what the list says (npm run docs)', (t) => {
  t.is(readFileSync(join(folder, '../extensions.md'), 'utf8'), extensionPage(knownExtensions));
});

test('docs/recipes: every option that a recipe lists is told on its page', (t) => {
  const silent = recipes.flatMap((one) => {
    const told = Object.keys(one.page.options).join(' ').split(' ');
    return one.options
      .filter((option): option is string => typeof option === 'string')
      .filter((option) => !told.includes(option) && !told.includes('…'))
      .map((option) => `${one.recipe}: ${option}`);
  });
  t.deepEqual(silent, []);
});
