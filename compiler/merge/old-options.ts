import type {Report} from '../diagnostics/diagnostic.js';
import type {CfgOption} from '../model/cfg-file.js';
import type {Config} from '../model/config.js';
import type {GraphFile} from '../model/graph.js';
import {obsoleteOption} from './kinds.js';

/** An option that older releases read, and what to do now. */
interface Old {
  /** What is true of it, behind its name. */
  readonly what: string;
  readonly cure: string;
  /** Values of which it is not true. */
  readonly unless?: readonly string[];
}

const ignored = 'means nothing to zc.buildout 6';
const system: Old = {what: ignored, cure: 'delete it: a release never sees the packages of the system'};
const python: Old = {
  what: ignored,
  cure: 'delete it: buildout builds for the Python that runs it; a release says `python = 3.11` under [release]',
};

const ofBuildout: Readonly<Record<string, Old>> = {
  unzip: {what: ignored, cure: 'delete it: eggs are always unpacked, and a release has no eggs but a virtualenv'},
  'include-site-packages': system,
  'allowed-eggs-from-site-packages': system,
  'exec-sitecustomize': {what: ignored, cure: 'delete it: a release never runs the sitecustomize of the system'},
  'accept-buildout-test-releases': {what: ignored, cure: 'delete it: the pin of zc.buildout says which release runs'},
  'dependent-scripts': {
    what: 'of [buildout] is read by no recipe',
    cure: 'write it into the part whose scripts are meant',
  },
  executable: python,
  python: {...python, unless: ['buildout', '']},
  'prefer-final': {
    what: 'has no effect on a release, in which everything is pinned',
    cure: 'delete it: since zc.buildout 2 final releases are preferred anyway',
    unless: ['false'],
  },
  'use-dependency-links': {
    what: 'has no effect on a release: wheels have no dependency links',
    cure: 'delete it; what came from such a link needs an index or a wheelhouse',
  },
  'eggs-directory': {
    what: 'has no effect on a release, which has a virtualenv in place of eggs',
    cure: 'it may stay for bin/buildout, which keeps its eggs in a folder `v5` below it',
  },
};

/** Options of parts that make scripts. */
const ofScripts: Readonly<Record<string, Old>> = {
  unzip: ofBuildout.unzip!,
  'include-site-packages': system,
  'allowed-eggs-from-site-packages': system,
  'exec-sitecustomize': ofBuildout['exec-sitecustomize']!,
  executable: python,
  python: {...python, unless: ['buildout', '']},
};

const makesScripts =
  /^(zc\.recipe\.egg|z3c\.recipe\.scripts|zc\.recipe\.testrunner|plone\.recipe\.(zope2instance|zeoserver))(:|$)/;

/**
 * Says which options only older releases of buildout read. zc.buildout 6 takes them and does nothing, so does cfgc.
 * Each place is told: what a base file has, its owner has to take away.
 */
export function tellOldOptions(config: Config, files: readonly GraphFile[], report: Report): void {
  for (const {file} of files)
    for (const {name, options} of file.sections) {
      const recipe = config.sections.get(name)?.options.get('recipe')?.raw.trim() ?? '';
      const known = name === 'buildout' ? ofBuildout : makesScripts.test(recipe) ? ofScripts : undefined;
      if (known) for (const option of options) tell(name, option, known, report);
    }
}

function tell(
  section: string,
  {key, value, keySpan}: CfgOption,
  known: Readonly<Record<string, Old>>,
  report: Report,
): void {
  const name = key.replace(/\s*[-+]$/, '');
  const old = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!old || old.unless?.includes(value.trim())) return;
  report({
    kind: obsoleteOption,
    message: `\`${name}\`${section === 'buildout' ? '' : ` of [${section}]`} ${old.what}`,
    primary: {span: keySpan, text: 'of older releases'},
    hint: old.cure,
  });
}
