// Builds dist/: embeds the runtime templates, emits the modules for the tests, bundles the command line into one file.
import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import Handlebars from 'handlebars';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

embedTemplates();
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], {stdio: 'inherit'});
await bundle();

/**
 * Shell files go in as text, Handlebars templates compiled: the command needs neither the folder nor the compiler.
 * The result is JavaScript, for that is what Handlebars writes; compiler/emit/templates.generated.d.ts types it.
 */
function embedTemplates() {
  const folder = join(root, 'runtime-templates');
  const names = readdirSync(folder, {recursive: true}).map(String).sort();
  const shell = names
    .filter((name) => name.endsWith('.sh'))
    .map((name) => `  ${JSON.stringify(name)}: ${JSON.stringify(readFileSync(join(folder, name), 'utf8'))},`);
  const templates = names
    .filter((name) => name.endsWith('.hbs'))
    .map((name) => {
      const source = readFileSync(join(folder, name), 'utf8');
      const code = Handlebars.precompile(source, {noEscape: true, strict: true, srcName: undefined});
      return `  ${JSON.stringify(name)}: ${code},`;
    });
  const text = `// Made by scripts/build.mjs from runtime-templates/.
export const shellFiles = {
${shell.join('\n')}
};
export const templateSpecs = {
${templates.join('\n')}
};
`;
  // Beside the sources for the bundler, in dist/ for the tests.
  for (const place of ['compiler/emit', 'dist/compiler/emit']) {
    mkdirSync(join(root, place), {recursive: true});
    writeFileSync(join(root, place, 'templates.generated.js'), text);
  }
}

async function bundle() {
  const outfile = join(root, 'dist/cfgc.mjs');
  await build({
    entryPoints: [join(root, 'compiler/cli.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    legalComments: 'none',
    define: {CFGC_VERSION: JSON.stringify(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)},
    logLevel: 'warning',
    banner: {
      js: "#!/usr/bin/env node\nimport {createRequire as __createRequire} from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
  });
  chmodSync(outfile, 0o755);
}
