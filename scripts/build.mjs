// Builds dist/: embeds the runtime templates, emits the modules for the tests, bundles the command line into one file.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import Handlebars from 'handlebars';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

embedTemplates();
await embedSandbox();
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], {stdio: 'inherit'});
await bundle();

/**
 * Shell files go in as text, Handlebars templates compiled: the command needs neither the folder nor the compiler.
 * The result is JavaScript, for that is what Handlebars writes; compiler/emit/templates.generated.d.ts types it.
 */
function embedTemplates() {
  const folder = join(root, 'runtime-templates');
  const names = readdirSync(folder, {recursive: true}).map(String).sort();
  const shell = [
    ...names.filter((name) => name.endsWith('.sh')).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    ['lib/data_tool.sh', dataTool(join(folder, 'lib'))],
  ].map(([name, text]) => `  ${JSON.stringify(name)}: ${JSON.stringify(text)},`);
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

/**
 * The Python of lib/data_*.py as one text in a shell function: the script is one file, and `python -c` is given one.
 * Each file is a module by itself and imports what it needs of the others; in one text those lines have nothing to say.
 */
function dataTool(folder) {
  const modules = new Map(
    readdirSync(folder)
      .filter((name) => /^data_\w+\.py$/.test(name))
      .map((name) => [name.slice(0, -'.py'.length), readFileSync(join(folder, name), 'utf8')]),
  );
  const own = /^from (data_\w+) import .*\n/gm;
  const ordered = new Set();
  const take = (name) => {
    if (ordered.has(name)) return;
    for (const [, needed] of (modules.get(name) ?? '').matchAll(own)) take(needed);
    ordered.add(name);
  };
  take('data_tool');
  const unused = [...modules.keys()].filter((name) => !ordered.has(name));
  if (unused.length > 0) throw new Error(`nothing imports ${unused.join(', ')}`);
  const text = [...ordered].map((name) => `# --- ${name}.py\n${modules.get(name).replace(own, '')}`).join('\n\n');
  if (/^PYTHON$/m.test(text)) throw new Error('a line of lib/data_*.py would end the here-document');
  return `# shellcheck shell=sh
# data_tool.sh: what backup, restore and adopt ask about files of ZODB, in Python. Made of lib/data_*.py.
#
# data_tool_source       prints the program

data_tool_source() {
    cat <<'PYTHON'
${text}PYTHON
}
`;
}

/** The inner side of a plugin's sandbox as one script, and the schema that its answers are held against. */
async function embedSandbox() {
  const {outputFiles} = await build({
    entryPoints: [join(root, 'compiler/plugin/sandbox.ts')],
    write: false,
    bundle: true,
    format: 'iife',
    target: 'node20',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const schema = readFileSync(join(root, 'docs/schemas/cfgc-plan-1.schema.json'), 'utf8');
  const text = `// Made by scripts/build.mjs from sandbox.ts and docs/schemas/.
export const sandboxSource = ${JSON.stringify(outputFiles[0].text)};
export const planSchema = ${JSON.stringify(JSON.parse(schema))};
`;
  for (const place of ['compiler/plugin', 'dist/compiler/plugin']) {
    mkdirSync(join(root, place), {recursive: true});
    writeFileSync(join(root, place, 'sandbox.generated.js'), text);
  }
}

/** Modules of Node that most runs import and few use: each takes a start milliseconds. They are loaded at the first use of a name. */
function builtinsWhenUsed() {
  return {
    name: 'builtins-when-used',
    setup({onResolve, onLoad}) {
      onResolve({filter: /^node:(child_process|crypto|fs\/promises|os|vm)$/}, ({path, namespace}) =>
        namespace === 'builtin' ? {path, external: true} : {path, namespace: 'builtin'},
      );
      onLoad({filter: /.*/, namespace: 'builtin'}, ({path}) => ({
        contents: `for (const name of ${JSON.stringify(Object.keys(createRequire(import.meta.url)(path)))})
  Object.defineProperty(exports, name, {enumerable: true, get: () => require(${JSON.stringify(path)})[name]});`,
      }));
    },
  };
}

/**
 * The command line and all that it needs in one file, and the lines that run it (scripts/start.cjs) in another, `dist/cfgc.cjs`.
 * Apart, because Node would look through the whole text for a program that V8 has compiled already.
 */
async function bundle() {
  const dist = join(root, 'dist');
  const {outputFiles} = await build({
    entryPoints: [join(root, 'compiler/cli.ts')],
    outfile: join(dist, 'bundle.cjs'),
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Names stay: a report of a defect must be readable.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    plugins: [builtinsWhenUsed()],
    define: {CFGC_VERSION: JSON.stringify(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)},
    logLevel: 'warning',
  });
  // lodash asks a module that can't require for the insides of Node's process.
  const code = `(function(require){var module={exports:{},require},exports=module.exports;${outputFiles[0].text}\n})\n`;
  const beyondAscii = /[^\0-\x7f]/.exec(code);
  if (beyondAscii) throw new Error(`the bundle holds a character that is not ASCII: ${beyondAscii[0]}`);
  const start = readFileSync(join(root, 'scripts/start.cjs'), 'utf8');
  const name = `bundle-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.js`;
  // Each by a rename, the start last: who runs it meanwhile has the old pair or the new one.
  replace(join(dist, name), code, 0o644);
  replace(join(dist, 'cfgc.cjs'), `#!/usr/bin/env node\nconst bundle = ${JSON.stringify(name)};\n${start}`, 0o755);
  const replaced = readdirSync(dist).filter((other) => /^\.?bundle-/.test(other) && other !== name);
  for (const other of replaced) rmSync(join(dist, other));
}

function replace(path, content, mode) {
  writeFileSync(`${path}.new`, content);
  chmodSync(`${path}.new`, mode);
  renameSync(`${path}.new`, path);
}
