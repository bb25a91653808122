/** zope.conf of an instance. Source: plone.recipe.zope2instance 9.1.0, recipe.py, `build_zope_conf`. */
import type {LowerContext, Part} from '../../model/lowering.js';
import type {Text} from '../../model/text.js';
import {literal, place, show, text, trim} from '../../util/text.js';
import {inDirectory, join} from '../placement.js';
import {confText, indented} from './conf-text.js';
import {environmentLines, mentions, storageSection} from './storage-sections.js';
import {compilesCatalogues} from './translations.js';
import {varFolder} from './zodb-paths.js';

export function zopeConf(part: Part, context: LowerContext): Text {
  const line = (key: string, name: string, fallback?: string): Text | undefined => {
    const value = part.option(name) ?? (fallback === undefined ? undefined : text(fallback));
    return value?.pieces.length ? text(`${key} `, trim(value)) : undefined;
  };
  const verbose = part.literal('verbose-security')?.trim() ?? 'off';
  const environment = environmentVariables(part, context);
  return confText(
    ...imports(part).map((name) => text('%import ', name)),
    text('%define INSTANCEHOME ', place('etc', part.name)),
    'instancehome $INSTANCEHOME',
    text('%define CLIENTHOME ', clientHome(part, context)),
    'clienthome $CLIENTHOME',
    line('debug-mode', 'debug-mode', 'off'),
    line('debug-exceptions', 'debug-exceptions'),
    `security-policy-implementation ${verbose === 'on' ? 'python' : 'C'}`,
    `verbose-security ${verbose}`,
    line('default-zpublisher-encoding', 'default-zpublisher-encoding', 'utf-8'),
    environment.length > 0 && '<environment>',
    ...environment.map((one) => text('    ', one)),
    environment.length > 0 && '</environment>',
    '<zodb_db main>',
    line('    cache-size', 'zodb-cache-size', '30000'),
    line('    cache-size-bytes', 'zodb-cache-size-bytes'),
    indented(storageSection(part, context), 4),
    '    mount-point /',
    '</zodb_db>',
    temporaryStorage(part),
    line('python-check-interval', 'python-check-interval', '1000'),
    part.option('zope-conf-additional'),
  );
}

function imports(part: Part): Text[] {
  const named = part.lines('zope-conf-imports');
  const wanted = hasTemporaryStorage(part) && !named.some((name) => show(name) === 'tempstorage');
  return [...named, ...(wanted ? [text('tempstorage')] : [])];
}

/** CLIENTHOME: where Zope keeps its pid, its control socket and imports. */
export function clientHome(part: Part, context: LowerContext): Text {
  const own = part.option('client-home');
  return context.dataPath(own === undefined ? join(varFolder(part), text(part.name)) : inDirectory(own));
}

/**
 * The folder of compiled page templates; undefined where it is off, or `environment-vars` names one. Each release has its own,
 * which goes when the release goes: none reads code that another one, or whoever broke into it, left there.
 */
export function templateCache(part: Part, context: LowerContext): Text | undefined {
  if (mentions(part.option('environment-vars'), 'CHAMELEON_CACHE')) return undefined;
  const value = part.option('template-cache');
  const word = (value && literal(value)?.trim().toLowerCase()) ?? (value ? undefined : 'on');
  if (word !== undefined && ['', 'off', '0', 'false', 'disabled'].includes(word)) return undefined;
  const own = value && !['on', '1', 'true', 'enabled'].includes(word ?? '');
  return own ? context.dataPath(inDirectory(value)) : text(place('data', 'cache/'), {ref: 'release-id'});
}

/** The lines of `<environment>`. */
function environmentVariables(part: Part, context: LowerContext): Text[] {
  const value = part.option('environment-vars');
  const cache = templateCache(part, context);
  const lines = value ? environmentLines(value).filter((line) => !compilesCatalogues(line)) : [];
  return [...lines, ...(cache ? [text('CHAMELEON_CACHE ', cache)] : [])];
}

/** Whether the usual temporary database is asked for: its storage is tempstorage's today, its folder Products.TemporaryFolder's. */
export function hasTemporaryStorage(part: Part): boolean {
  return ['on', 'true', '1'].includes(part.literal('zodb-temporary-storage')?.trim().toLowerCase() ?? 'off');
}

/**
 * Off unless it is asked for: the recipe turns it on where Products.CMFPlone is not installed, and Zope then does not
 * start, for it has no such storage any more.
 */
function temporaryStorage(part: Part): Text | undefined {
  const value = part.option('zodb-temporary-storage');
  const word = value && (literal(value)?.trim().toLowerCase() ?? '');
  if (value === undefined || word === undefined || ['off', 'false', '0', ''].includes(word)) return undefined;
  if (!hasTemporaryStorage(part)) return value;
  return confText(
    '<zodb_db temporary>',
    '    <temporarystorage>',
    '      name temporary storage for sessioning',
    '    </temporarystorage>',
    '    mount-point /temp_folder',
    '    container-class Products.TemporaryFolder.TemporaryContainer',
    '</zodb_db>',
  );
}
