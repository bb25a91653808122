// Writes docs/recipes/ from the modules that lower recipes, and docs/extensions.md from the list of those that are known. With --check it writes nothing and fails where a page differs.
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const load = async (path) => import(pathToFileURL(join(root, 'dist', path)).href);
const {recipePages} = await load('compiler/inspect/recipe-pages.js');
const {extensionPage} = await load('compiler/inspect/extension-page.js');
const {knownExtensions} = await load('compiler/check/rules/known-extensions.js');
const {recipes} = await load('compiler/lower/recipes.js');

const folder = join(root, 'docs/recipes');
const pages = recipePages(recipes);
const extensions = {file: '../extensions.md', text: extensionPage(knownExtensions)};
if (process.argv.includes('--check')) {
  const stale = [...pages, extensions].filter(
    ({file, text}) => !existsSync(join(folder, file)) || readFileSync(join(folder, file), 'utf8') !== text,
  );
  for (const {file} of stale) console.error(`docs/recipes/${file} is not what \`npm run docs\` writes`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  mkdirSync(folder, {recursive: true});
  for (const file of readdirSync(folder)) if (!pages.some((page) => page.file === file)) rmSync(join(folder, file));
  for (const {file, text} of [...pages, extensions]) writeFileSync(join(folder, file), text);
}
