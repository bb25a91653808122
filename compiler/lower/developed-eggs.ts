/** What a dev profile installs from source folders: `[buildout] develop`, zc.recipe.egg:develop, and checkouts. */
import {dirname, resolve as resolvePath} from 'node:path';
import type {DiagnosticKind, Report} from '../diagnostics/diagnostic.js';
import type {Resolved, ResolvedOption} from '../model/config.js';
import type {Part} from '../model/lowering.js';
import type {Checkout, Editable, Origin} from '../model/release-plan.js';
import type {Span} from '../model/source.js';
import {canonicalName} from '../util/distribution-name.js';
import {lastSpan, spanOf} from '../util/option-span.js';
import {lines, literal, show, text, words} from '../util/text.js';
import {fileLine} from './part-view.js';

export const sourceUnfit: DiagnosticKind = {
  id: 'CFG524',
  name: 'source-unfit',
  severity: 'error',
  explain: `
What it does: stops where a dev profile names a source that a release script can't follow: it has no line under [sources], it is not
of git, an option of its line is not known, or the folder of a develop egg is not there.
Why: what a script leaves out silently is missed when the site runs. Checkouts are made by git alone.
Example: [sources] has "my.theme = svn https://svn.example.org/my.theme". Write "my.theme = git https://git.example.org/my.theme.git".
A line may have branch or rev (also revision, tag), path, full-path, egg, pushurl, depth, submodules and update.
Source: mr.developer 2.0 and 3.0, sources.`,
};

export const notCheckedOut: DiagnosticKind = {
  id: 'CFG525',
  name: 'not-checked-out',
  severity: 'warning',
  explain: `
What it does: says which checkout of a dev profile is not on this host yet.
Why: what an egg needs is read from its folder. Until that is there, only what eggs and [versions] name is locked.
Example: "auto-checkout = my.theme", and src/my.theme is not there. Run \`sh release.sh build\`, which checks it out, and compile again:
a compile itself writes nothing but the script, and must not bring code to this host that nobody has seen.
Source: mr.developer, auto-checkout.
`,
};

/** A source folder as the profile names it; what is in it only the driver can read. */
export interface SourceFolder extends Omit<Editable, 'name' | 'metadata' | 'path'> {
  /** Absolute, on the host that compiles, which is the one that a dev release is for. Its last part may be a pattern: `src/*`. */
  readonly folder: string;
  /** The distribution's name where the profile has it. */
  readonly name?: string;
  readonly span?: Span;
}

/** @returns nothing for a prod profile: there rules of the check phase refuse them */
export function sourceFolders(
  resolved: Resolved,
  parts: readonly Part[],
  profile: 'prod' | 'dev',
  report: Report,
): readonly SourceFolder[] {
  if (profile !== 'dev') return [];
  const root = dirname(resolved.config.entry.path);
  const option = resolved.sections.get('buildout')?.options.get('develop');
  const found = new Map<string, SourceFolder>();
  const add = (source: SourceFolder): void => {
    if (!found.has(source.folder)) found.set(source.folder, source);
  };
  for (const source of checkouts(resolved, root, report)) add(source);
  for (const line of option ? lines(option.value) : []) {
    const span = spanOf(option, show(line));
    add({folder: folderOf(show(line), root), install: true, origin: fileLine(span), ...(span && {span})});
  }
  for (const part of parts) {
    const setup = part.option('setup');
    if (part.recipe !== 'zc.recipe.egg' || part.entryPoint !== 'develop' || setup === undefined) continue;
    const span = part.span('setup');
    const origin = part.origin('setup');
    add({folder: folderOf(show(setup), root), install: true, origin, ...(span && {span})});
  }
  return [...found.values()];
}

/** The sources that `auto-checkout` names; `*` names all. Source: mr.developer 2.0, extension.py. */
function checkouts(resolved: Resolved, root: string, report: Report): readonly SourceFolder[] {
  const buildout = resolved.sections.get('buildout')?.options;
  const auto = buildout?.get('auto-checkout');
  const extensions = words(buildout?.get('extensions')?.value ?? text()).map((word) => show(word).toLowerCase());
  if (auto === undefined || !extensions.includes('mr.developer')) return [];
  const said = (name: string, otherwise: string): string =>
    show(buildout?.get(name)?.value ?? text()).trim() || otherwise;
  // mr.developer leaves what is there where nothing is said. A build of development is one of the code as it is now.
  const update = updating(said('always-checkout', 'yes'), true);
  if (update === undefined) {
    const always = buildout?.get('always-checkout');
    refuse('`always-checkout` is neither true nor false nor force', 'write true', always && lastSpan(always), report);
    return [];
  }
  const sources = resolved.sections.get(said('sources', 'sources'))?.options;
  const base = folderOf(said('sources-dir', 'src'), root);
  const depth = said('git-clone-depth', '');
  const submodules = said('update-git-submodules', 'always');
  const asked = words(auto.value).map(show);
  const names = asked.includes('*') ? [...(sources?.keys() ?? [])] : [...new Set(asked)];
  return names.flatMap((name) => {
    const option = sources?.get(name);
    if (option === undefined) {
      const span = spanOf(auto, name);
      refuse(`\`${name}\` has no source`, `write \`${name} = git URL\` under [sources]`, span, report);
      return [];
    }
    const source = readSource(name, option, {base, root, depth, submodules, update}, report);
    return source ? [source] : [];
  });
}

/** Of `tag` mr.developer knows nothing; people write it. */
const keys = [
  'branch',
  'rev',
  'revision',
  'tag',
  'path',
  'full-path',
  'egg',
  'pushurl',
  'depth',
  'submodules',
  'update',
];

/** The value of always-checkout, or of `update` of a source; undefined for what mr.developer stops at. */
function updating(value: string, always: boolean): Checkout['update'] | undefined {
  const plain = value.toLowerCase();
  if (['true', 'yes', ...(always ? ['on'] : [])].includes(plain)) return 'yes';
  if (['false', 'no', ...(always ? ['off'] : [])].includes(plain)) return 'no';
  return always && plain === 'force' ? 'force' : undefined;
}

/** What [buildout] says of all sources. */
interface Usual {
  readonly base: string;
  readonly root: string;
  readonly depth: string;
  readonly submodules: string;
  readonly update: Checkout['update'];
}

function readSource(
  name: string,
  option: ResolvedOption,
  {base, root, ...usual}: Usual,
  report: Report,
): SourceFolder | undefined {
  const span = lastSpan(option);
  const wrong = (message: string, hint: string): undefined => refuse(message, hint, span, report);
  const whole = literal(text(...option.value.pieces.map((piece) => (isDirectory(piece) ? root : piece))));
  if (whole === undefined) return wrong(`the source of \`${name}\` is known on the host alone`, 'write it in full');
  const [kind, url, ...more] = whole.trim().split(/\s+/);
  if (kind !== 'git') return wrong(`\`${name}\` is a source of \`${kind ?? ''}\``, 'checkouts are made by git alone');
  if (url === undefined || url.startsWith('-'))
    return wrong(`the source of \`${name}\` has no URL`, `write \`${name} = git URL\``);
  const options = new Map<string, string>();
  // A bare third word is the folder above, as in old files.
  if (more[0] !== undefined && !more[0].includes('=')) options.set('path', more.shift()!);
  for (const word of more) {
    const [, key, value] = /^([\w-]+)=(.*)$/.exec(word) ?? [];
    if (key === undefined || value === undefined || value.startsWith('-'))
      return wrong(`\`${word}\` in the source of \`${name}\` is no option`, 'write NAME=VALUE');
    if (!keys.includes(key))
      return wrong(`the option \`${key}\` in the source of \`${name}\` is not known`, `leave \`${word}\` out`);
    options.set(key, value);
  }
  const path = options.get('path');
  const full = options.get('full-path');
  const folder =
    full !== undefined ? folderOf(full, root) : resolvePath(path === undefined ? base : folderOf(path, root), name);
  const revision = options.get('rev') ?? options.get('revision') ?? options.get('tag') ?? '';
  const branch = options.get('branch') ?? '';
  if (branch !== '' && revision !== '')
    return wrong(`\`${name}\` has a branch and a revision`, 'leave one of them out: mr.developer stops there too');
  const depth = options.get('depth') ?? usual.depth;
  if (!/^\d*$/.test(depth)) return wrong(`the depth \`${depth}\` of \`${name}\` is no number`, 'how many commits');
  const submodules = options.get('submodules') ?? usual.submodules;
  if (!['always', 'checkout', 'never'].includes(submodules))
    return wrong(`\`submodules\` of \`${name}\` can't be \`${submodules}\``, 'always, checkout or never');
  const own = options.get('update');
  const asked = own === undefined ? usual.update : updating(own, false);
  if (asked === undefined) return wrong(`\`update\` of \`${name}\` can't be \`${own}\``, 'true or false');
  const pushUrl = options.get('pushurl');
  const checkout: Checkout = {
    url,
    branch,
    revision,
    ...(pushUrl && {pushUrl}),
    ...(depth !== '' && depth !== '0' && {depth}),
    ...(submodules !== 'always' && {submodules: submodules as 'checkout' | 'never'}),
    update: asked === 'yes' && usual.update === 'force' ? 'force' : asked,
  };
  const origin: Origin = fileLine(span);
  const install = !['false', 'no', 'off'].includes(options.get('egg')?.toLowerCase() ?? '');
  return {folder, name: canonicalName(name), install, checkout, origin, ...(span && {span})};
}

function refuse(message: string, hint: string, span: Span | undefined, report: Report): undefined {
  report({kind: sourceUnfit, message, ...(span && {primary: {span, text: 'to be checked out'}}), hint});
}

/** The absolute folder of a path as the profile has it; `show` writes the profile's own folder as `{directory}`. */
function folderOf(path: string, root: string): string {
  return resolvePath(root, path.replace(/^\{directory\}\/*/, '').replace(/(^|\/)setup\.py$/, ''));
}

function isDirectory(piece: ResolvedOption['value']['pieces'][number]): boolean {
  return typeof piece !== 'string' && piece.ref === 'place' && piece.place === 'directory';
}
