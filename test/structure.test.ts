import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import test from 'ava';
import {catalog} from '../compiler/diagnostics/catalog.js';
import {execute, findPython, projectRoot} from './harness/tools.js';

interface Module {
  /** Relative to the project: `compiler/load/load.ts`. */
  readonly path: string;
  readonly text: string;
  /** Project modules that it imports, types or not; `compiler/…` again. */
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}

const modules = [...read('compiler'), ...read('grammar')];

const phases = ['load', 'parse', 'merge', 'resolve', 'settings', 'check', 'lower', 'lock', 'emit', 'lint', 'inspect'];
/** What everyone may import. */
const common = ['model', 'diagnostics', 'util', 'python'];
/** The driver's side: these put phases together. */
const drivers = [
  /^compiler\/cli\.ts$/,
  /^compiler\/compile[\w-]*\.ts$/,
  /^compiler\/read-profile\.ts$/,
  /^compiler\/commands\//,
  /^compiler\/diagnostics\/catalog\.ts$/,
  /^compiler\/(vendor|edit|plugin)\//,
];

test('structure: a phase imports the model, the diagnostics and helpers, never another phase', (t) => {
  for (const {path, imports} of modules) {
    const phase = folderOf(path);
    if (!phase || !phases.includes(phase)) continue;
    for (const imported of imports) {
      const folder = folderOf(imported);
      const allowed =
        folder === phase ||
        (folder !== undefined && common.includes(folder)) ||
        (phase === 'parse' && imported.startsWith('grammar/')) ||
        (usesGrammar.includes(phase) && imported.startsWith('grammar/')) ||
        (['load', 'lock'].includes(phase) && imported === 'compiler/io.ts');
      t.true(allowed, `${path} imports ${imported}`);
    }
  }
});

/** Phases that read a syntax of their own: references in values, requirements in eggs, templates. */
const usesGrammar = ['resolve', 'lock', 'merge', 'lower'];

test('structure: the model knows nothing but itself, helpers know the model alone', (t) => {
  for (const {path, imports} of modules) {
    const folder = folderOf(path);
    for (const imported of imports) {
      const target = folderOf(imported);
      if (folder === 'model') t.true(['model', 'diagnostics'].includes(target!), `${path} imports ${imported}`);
      if (folder === 'python')
        t.true(
          imported.startsWith('grammar/') || ['model', 'util', 'python'].includes(target!),
          `${path} imports ${imported}`,
        );
      if (folder === 'util') t.true(['model', 'util'].includes(target!), `${path} imports ${imported}`);
    }
  }
});

test('structure: only the driver knows the phases', (t) => {
  for (const {path, imports} of modules) {
    if (drivers.some((pattern) => pattern.test(path))) continue;
    for (const imported of imports) {
      const folder = folderOf(imported);
      if (folder && phases.includes(folder)) t.is(folderOf(path), folder, `${path} imports ${imported}`);
    }
  }
});

test('structure: only load and lock reach outside', (t) => {
  const outside = /^node:(fs|http|https|net|tls|child_process|dns|dgram|worker_threads)/;
  for (const {path, packages} of modules) {
    const folder = folderOf(path);
    if (!folder || !phases.includes(folder) || ['load', 'lock'].includes(folder)) continue;
    for (const name of packages) t.notRegex(name, outside, `${path} imports ${name}`);
  }
});

test('structure: named exports, and imports that name their file', (t) => {
  for (const {path, text} of modules) {
    t.notRegex(text, /^export default/m, path);
    t.notRegex(text, /from '\.[^']*(?<!\.js)'/, `${path}: imports end in .js`);
    t.notRegex(text, /from '[^']*\/index\.js'/, `${path}: imports name their file`);
  }
});

test('structure: files are called in kebab-case, recipes by their dotted name', (t) => {
  for (const {path} of modules) {
    const name = path.split('/').at(-1)!;
    t.regex(
      name,
      path.includes('/recipes/') ? /^[\w.-]+\.ts$/ : /^[a-z0-9]+(-[a-z0-9]+)*(\.generated)?(\.d)?\.ts$/,
      path,
    );
  }
});

test('structure: no switched-off check, no any', (t) => {
  // In two pieces, so that this file does not find itself.
  const off = new RegExp(`biome${'-'}ignore|@ts${'-'}(ignore|expect-error|nocheck)`);
  for (const {path, text} of modules) {
    t.notRegex(text, off, path);
    t.notRegex(text, /: any\b|as any\b|<any>/, path);
  }
  for (const {path, text} of shellFiles()) {
    t.notRegex(text, /shellcheck\s+disable/, path);
    t.notRegex(withoutComments(text), /(^|[\s;&|(])eval\s/m, path);
    t.notRegex(withoutComments(text), /(^|[\s;])local\s/m, path);
  }
});

test('structure: each Python module of the library stands by itself, and names what it takes of the others', async (t) => {
  const python = await findPython();
  const folder = join(projectRoot, 'runtime-templates/lib');
  const modules = readdirSync(folder).filter((name) => name.endsWith('.py'));
  t.true(modules.length > 0);
  // A name that nothing defines would show on a host, in the one branch that uses it.
  const unknown = `import builtins, dis, importlib, sys, types
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    module = importlib.import_module(name[:-3])
    codes = [compile(open(module.__file__).read(), name, 'exec')]
    while codes:
        code = codes.pop()
        codes += [one for one in code.co_consts if isinstance(one, types.CodeType)]
        for step in dis.get_instructions(code):
            if step.opname == 'LOAD_GLOBAL' and not hasattr(module, step.argval) and not hasattr(builtins, step.argval):
                print(name, code.co_name, step.argval)
`;
  t.like(await execute([python.path, '-B', '-c', unknown, folder, ...modules]), {status: 0, stdout: '', stderr: ''});
});

test('structure: the shell library is ASCII, for yash reads characters and its locale may lack others', (t) => {
  for (const {path, text} of shellFiles()) t.notRegex(text, /[^\0-\x7f]/, path);
});

test('structure: one word for one thing', (t) => {
  // The names of the design, and what they must not be called beside them.
  const forbidden = [/\brevert(s|ed)?\b/i, /\bundo(es|ne)?\b/i, /\bTODO\b/, /\bFIXME\b/, /not implemented/i];
  for (const {path, text} of [...modules, ...shellFiles()]) {
    for (const word of forbidden) t.notRegex(text, word, path);
  }
});

test('structure: a grammar uses each of its tokens', (t) => {
  const grammars = modules.filter(({path}) => path.startsWith('grammar/'));
  for (const {path, text} of grammars) {
    for (const [, name] of text.matchAll(/(?:const|let) (\w+)(?:: TokenType)? = (?:createToken|token)\(/g)) {
      const uses = grammars.reduce(
        (sum, module) => sum + [...module.text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length,
        0,
      );
      t.true(uses >= 3, `${path}: no rule uses the token ${name}`);
    }
  }
});

test('structure: every kind of diagnostic is in the catalog, once', (t) => {
  const ids = catalog.map(({id}) => id);
  t.deepEqual(ids, [...new Set(ids)], 'an id is used twice');
  const names = catalog.map(({name}) => name);
  t.deepEqual(names, [...new Set(names)], 'a name is used twice');
  for (const {path, text} of modules) {
    for (const [, id] of text.matchAll(/\bid: '(CFG\d{3})'/g))
      t.true(ids.includes(id as `CFG${number}`), `${path} declares ${id}`);
  }
});

test('structure: every kind has a page, and an id of its phase', (t) => {
  const digits: Readonly<Record<string, RegExp>> = {
    load: /^CFG0/,
    parse: /^CFG1/,
    merge: /^CFG2/,
    resolve: /^CFG3/,
    check: /^CFG4[0-7]/,
    lint: /^CFG4[0-7]/,
    settings: /^CFG4[89]/,
    lower: /^CFG5/,
    lock: /^CFG6/,
    emit: /^CFG7/,
  };
  for (const {path, text} of modules) {
    const pattern = digits[folderOf(path) ?? ''];
    for (const [, id] of text.matchAll(/\bid: '(CFG\d{3})'/g)) if (pattern) t.regex(id!, pattern, path);
  }
  for (const {id, explain} of catalog) {
    t.regex(explain, /^\nWhat it does: /, id);
    t.regex(explain, /\nWhy: /, id);
    t.regex(explain, /\nExample: /, id);
  }
});

function read(folder: string): readonly Module[] {
  if (!existsSync(join(projectRoot, folder))) return [];
  return readdirSync(join(projectRoot, folder), {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.ts') && !name.includes('.generated.'))
    .map((name) => {
      const path = join(folder, name);
      const text = readFileSync(join(projectRoot, path), 'utf8');
      const names = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, from]) => from!);
      return {
        path,
        text,
        imports: names
          .filter((from) => from.startsWith('.'))
          .map((from) => relative(projectRoot, join(projectRoot, dirname(path), from)).replace(/\.js$/, '.ts')),
        packages: names.filter((from) => !from.startsWith('.')),
      };
    });
}

function shellFiles(): readonly {readonly path: string; readonly text: string}[] {
  const folder = join(projectRoot, 'runtime-templates');
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.sh'))
    .map((name) => ({path: `runtime-templates/${name}`, text: readFileSync(join(folder, name), 'utf8')}));
}

function withoutComments(text: string): string {
  return text.replace(/^\s*#.*$/gm, '');
}

/** `compiler/load/load.ts` is in `load`; a file of `compiler/` itself, or of the grammar, in none. */
function folderOf(path: string): string | undefined {
  return /^compiler\/([^/]+)\//.exec(path)?.[1];
}
