import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry, EnvironmentEntry, ScriptEntry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {canonicalName, readRequirement} from '../../util/distribution-name.js';
import {literal, place, show, text, words} from '../../util/text.js';
import {inDirectory} from '../placement.js';
import {reportBad, reportMissing} from '../values.js';

const scriptOptions = [
  'eggs',
  'scripts',
  'interpreter',
  'entry-points',
  'arguments',
  'initialization',
  'dependent-scripts',
  'extra-paths',
  'find-links',
  'index',
  'relative-paths',
  // Of old versions, seen in many files; the recipe reads none of them any more.
  'unzip',
  'python',
  'executable',
  'include-site-packages',
  'exec-sitecustomize',
] as const;

/**
 * Lowers `zc.recipe.egg`, `:scripts` and `:script`: distributions, and launchers for their console scripts.
 * Reads    `eggs`, `scripts`, `interpreter`, `entry-points`, `arguments`, `initialization`, `dependent-scripts`, `extra-paths`.
 * Plans    requirements of the one environment; a `script` for each that is named, `scripts` where all are wanted.
 * Reports  CFG508 for an entry point or a requirement that can't be read.
 */
export const zcRecipeEgg: RecipeLowering = {
  recipe: 'zc.recipe.egg',
  entryPoints: ['default', 'scripts', 'script'],
  options: [...scriptOptions],
  page: {
    summary: "Distributions of the release's virtualenv, and launchers in bin/.",
    options: {
      eggs: "requirements, the part's name where absent; roots of the lock",
      scripts: 'absent: every console script of each; empty: none; a list: those alone, `name=target` renames',
      interpreter: "a launcher of the virtualenv's Python under this name",
      'entry-points': 'further launchers, `name=module:attr`',
      arguments: 'Python source between the parentheses of the call',
      initialization: 'Python source that runs before the call',
      'dependent-scripts': 'true: the console scripts of all that the eggs need as well',
      'extra-paths': 'added at the end of the module path',
      'find-links': "nothing: the lock is made from the index of uv's own configuration",
      index: "nothing: the lock is made from the index of uv's own configuration",
      'unzip python executable include-site-packages exec-sitecustomize': 'nothing: of older versions',
      'relative-paths': 'nothing: a release lies in its last place from the start',
    },
    differences: [
      'All parts share one virtualenv; two exact versions of one distribution are an error (CFG504).',
      'A console script that is named and that no distribution has fails the build; buildout only warns.',
      "bin/ of the release is not the virtualenv's: an interpreter may be called python.",
      "The interpreter takes all that Python takes; buildout's knows -i, -c and -m.",
    ],
  },
  gives: (part) => eggOptions(part),
  lower: (part, context) => [eggEnvironment(part, context), ...eggScripts(part, context)],
};

/**
 * Lowers `zc.recipe.egg:eggs`: distributions alone, no launchers.
 * Reads    `eggs`.
 * Plans    requirements of the one environment.
 */
export const zcRecipeEggEggs: RecipeLowering = {
  recipe: 'zc.recipe.egg',
  entryPoints: ['eggs'],
  options: ['eggs', 'find-links', 'index'],
  page: {
    summary: "Distributions of the release's virtualenv, without launchers.",
    options: {
      eggs: "requirements, the part's name where absent",
      'find-links': "nothing: the lock is made from the index of uv's own configuration",
      index: "nothing: the lock is made from the index of uv's own configuration",
    },
    differences: ['All parts share one virtualenv.'],
  },
  gives: (part) => eggOptions(part),
  lower: (part, context) => [eggEnvironment(part, context)],
};

const developInProd: DiagnosticKind = {
  id: 'CFG516',
  name: 'develop-part',
  severity: {prod: 'error', dev: 'off'},
  explain: `
What it does: stops a production release with a part of zc.recipe.egg:develop.
Why: it installs a folder of source code, which has no version that says what is in it, and no hash.
Example: [my.theme] has "recipe = zc.recipe.egg:develop". Build a wheel of it, pin it, and write "parts -= my.theme" in prod.cfg.
Source: zc.recipe.egg, Develop.
`,
};

/**
 * Lowers `zc.recipe.egg:develop`: a source folder installed in place. Of a dev profile alone.
 * Reads    `setup`. Options of build_ext are refused: a compiler's settings belong to the distribution.
 * Plans    one editable of the environment.
 * Reports  CFG516 in prod.
 */
export const zcRecipeEggDevelop: RecipeLowering = {
  recipe: 'zc.recipe.egg',
  entryPoints: ['develop'],
  options: ['setup'],
  page: {
    summary: 'A source folder installed in place, in a dev profile.',
    options: {setup: 'the folder, or the setup.py in it'},
    differences: ['Refused in prod (CFG516): release a wheel of it.', 'Options of build_ext are not read.'],
  },
  kinds: [developInProd],
  gives: () => ({}),
  lower(part, {report, settings}) {
    const setup = part.option('setup');
    if (setup === undefined) {
      reportMissing(part, 'setup', report, 'setup = src/my.package');
      return [];
    }
    if (settings.profile === 'prod') {
      const span = part.span('setup');
      report({
        kind: developInProd,
        message: `part \`${part.name}\` would install \`${show(setup)}\` from source`,
        ...(span && {primary: {span, text: 'source code without a version or a hash'}}),
        hint: `release it and pin the version, then \`parts -= ${part.name}\` in the production profile`,
      });
      return [];
    }
    // The folder itself is in what the driver hands to `lower`: it needs the name that only its files tell.
    const origin = part.origin('setup');
    return [{kind: 'environment', origin, name: 'main', requirements: [], exclude: [], editable: []}];
  },
};

/** What zc.recipe.egg, and recipes that are made of it, set on their part. Source: zc.recipe.egg 6.0.0, egg.py. */
export function eggOptions(part: Part): Readonly<Record<string, Text>> {
  const extra = part.lines('extra-paths').map(inDirectory);
  return {
    'bin-directory': place('directory', 'bin'),
    'eggs-directory': place('directory', 'eggs'),
    'develop-eggs-directory': place('directory', 'develop-eggs'),
    _b: place('directory', 'bin'),
    _d: place('directory', 'develop-eggs'),
    _e: place('directory', 'eggs'),
    ...(extra.length > 0 && {'extra-paths': text(...extra.flatMap((path, i) => (i === 0 ? [path] : ['\n', path])))}),
  };
}

/**
 * The requirements of a part that works as zc.recipe.egg does.
 * @param more  requirements that the recipe adds by itself
 */
export function eggEnvironment(
  part: Part,
  {report}: Pick<LowerContext, 'report'>,
  more: readonly string[] = [],
): EnvironmentEntry {
  const origin = part.origin('eggs');
  const written = part.option('eggs') === undefined ? (more.length > 0 ? [] : [text(part.name)]) : part.lines('eggs');
  const requirements = [...written, ...more.map((name) => text(name))].flatMap((line) => {
    const whole = literal(line)
      ?.replace(/\s+#.*$/, '')
      .trim();
    if (whole === '' || whole?.startsWith('#')) return [];
    const read = whole === undefined ? undefined : readRequirement(whole);
    if (read === undefined || whole === undefined) {
      const what = show(line);
      reportBad(
        part,
        'eggs',
        report,
        `\`${what}\` is no requirement (part \`${part.name}\`)`,
        'a name, then perhaps a version',
        undefined,
        what,
      );
      return [];
    }
    return [{name: canonicalName(read.name), text: whole, origin}];
  });
  return {kind: 'environment', origin, name: 'main', requirements, exclude: [], editable: []};
}

/** The launchers of a part that works as zc.recipe.egg does. */
export function eggScripts(part: Part, {report}: Pick<LowerContext, 'report'>): readonly Entry[] {
  const scripts = part.option('scripts');
  if (scripts !== undefined && words(scripts).length === 0) return [];
  const common = {
    environment: 'main',
    initialization: part.option('initialization') ?? text(),
    arguments: part.option('arguments') ?? text(),
    extraPaths: part.lines('extra-paths').map(inDirectory),
  };
  const wanted = scripts && new Map(words(scripts).map((word) => renaming(show(word))));
  const out: Entry[] = [];
  const named = new Set<string>();
  for (const word of words(part.option('entry-points') ?? text())) {
    const entry = show(word);
    const found = /^([^=]+)=([\w.]+):([\w.]+)$/.exec(entry);
    if (!found) {
      reportBad(
        part,
        'entry-points',
        report,
        `\`${entry}\` is no entry point`,
        'written `name=module.path:attribute`',
        undefined,
        entry,
      );
      continue;
    }
    const [, name, module, attributes] = found as unknown as [string, string, string, string];
    named.add(name);
    if (wanted && !wanted.has(name)) continue;
    out.push({
      kind: 'script',
      origin: part.origin('entry-points'),
      path: place('bin', wanted?.get(name) ?? name),
      run: {type: 'call', module, attributes},
      ...common,
    });
  }
  out.push(...consoleScripts(part, wanted, named, common));
  const interpreter = part.literal('interpreter')?.trim();
  if (interpreter) {
    // A script of the same name is overwritten: `scripts = zopepy` is the usual way to say that no script is wanted.
    const own = show(place('bin', interpreter));
    const others = out.filter((entry) => entry.kind !== 'script' || show(entry.path) !== own);
    out.splice(0, out.length, ...others);
    out.push({
      kind: 'script',
      origin: part.origin('interpreter'),
      path: place('bin', interpreter),
      run: {type: 'interpreter'},
      ...common,
      arguments: text(),
    });
  }
  return out;
}

type Common = Pick<ScriptEntry, 'environment' | 'initialization' | 'arguments' | 'extraPaths'>;

function consoleScripts(
  part: Part,
  wanted: ReadonlyMap<string, string> | undefined,
  known: ReadonlySet<string>,
  common: Common,
): Entry[] {
  const roots = (part.option('eggs') === undefined ? [part.name] : part.lines('eggs').map(show)).flatMap((line) => {
    const read = readRequirement(line.replace(/\s+#.*$/, ''));
    return read ? [canonicalName(read.name)] : [];
  });
  const dependents = part.literal('dependent-scripts')?.trim().toLowerCase() === 'true';
  if (wanted === undefined) {
    const origin = part.origin('eggs');
    return [...new Set(roots)].map((distribution) => ({kind: 'scripts', origin, distribution, dependents, ...common}));
  }
  const origin = part.origin('scripts');
  // Which of the roots offers a name is in their metadata, which the build reads; one root leaves no question.
  const distribution = roots.length === 1 && !dependents ? roots[0]! : '';
  return [...wanted]
    .filter(([name]) => !known.has(name))
    .map(([name, target]) => ({
      kind: 'script',
      origin,
      path: place('bin', target),
      run: isRepozo(name, distribution)
        ? {type: 'call', module: 'ZODB.scripts.repozo', attributes: 'main'}
        : {type: 'console-script', distribution, name},
      ...common,
    }));
}

/** The script that a part of a ZEO server makes too: so that both are seen to be one. */
function isRepozo(name: string, distribution: string): boolean {
  return name === 'repozo' && ['', 'zodb', 'zodb3'].includes(distribution);
}

function renaming(word: string): [string, string] {
  const at = word.indexOf('=');
  return at === -1 ? [word, word] : [word.slice(0, at), word.slice(at + 1)];
}
