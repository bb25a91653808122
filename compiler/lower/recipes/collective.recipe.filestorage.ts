import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Appended, LowerContext, Part, RecipeLowering, Storage} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {show, text, words} from '../../util/text.js';
import {dirname, inDirectory} from '../placement.js';
import {reportBad, saysYes} from '../values.js';
import {confText, indented} from '../zope/conf-text.js';
import {isZeoServer, isZopeInstance} from '../zope/zodb-paths.js';
import {clientHome} from '../zope/zope-conf.js';

const filestorageOrder: DiagnosticKind = {
  id: 'CFG522',
  name: 'filestorage-order',
  severity: 'error',
  explain: `
What it does: stops where a part of collective.recipe.filestorage stands behind a Zope or ZEO part that it adds databases to,
or where it can't tell which ZEO server is meant.
Why: the real recipe refuses it too: the other parts are read before it could add to them.
Example: "parts = instance filestorage". Write "parts = filestorage instance".
Source: collective.recipe.filestorage, which refuses parts that were read before it.
`,
};

/**
 * Lowers `collective.recipe.filestorage`: further databases of Zope and ZEO parts.
 * Reads    `parts` (names of databases), each with options of its own in [filestorage_NAME], of the part, or of the Zope part.
 * Plans    the folders; adds zodb_db sections to instances and filestorage sections to the server.
 * Reports  CFG508 for a part that isn't there, CFG522.
 */
export const collectiveRecipeFilestorage: RecipeLowering = {
  recipe: 'collective.recipe.filestorage',
  options: [
    'parts',
    'zopes',
    'zeo',
    'location',
    'blob-storage',
    'zeo-blob-storage',
    'zeo-shared-blob-dir',
    'zodb-cache-size',
    'zodb-name',
    'zodb-mountpoint',
    'zodb-container-class',
    'zeo-address',
    'zeo-client-cache-size',
    'zeo-client-client',
    'zeo-storage',
    'zeo-client-name',
    'zeo-client-var',
  ],
  page: {
    summary: 'Further databases of Zope instances and their ZEO server.',
    options: {
      parts: 'names of the databases; each may have a section [filestorage_NAME]',
      zopes: "instances that mount them; all with the server's address where absent",
      zeo: 'the server that serves them; the only one where absent',
      location: 'var/filestorage/NAME/NAME.fs',
      'blob-storage': 'none unless it is named',
      'zeo-blob-storage': 'blob-storage',
      'zeo-shared-blob-dir': 'on',
      'zodb-cache-size': "5000, or the Zope part's",
      'zodb-name': 'NAME',
      'zodb-mountpoint': '/NAME',
      'zodb-container-class': 'none',
      'zeo-address': "8100, or the Zope part's",
      'zeo-client-cache-size': "30MB, or the Zope part's",
      'zeo-client-client': "none, or the Zope part's",
      'zeo-storage': 'NAME',
      'zeo-client-name': 'NAME_zeostorage',
      'zeo-client-var': "the Zope part's client home",
    },
    differences: [
      'Runs on any Python: the recipe itself is Python 2 only.',
      'The files are in the data folder, blobs 0700; the client cache is in the client home, not in the release.',
      'Each database is backed up before each switch; collective.recipe.backup 5 and later save none of them.',
    ],
  },
  kinds: [filestorageOrder],
  gives: () => ({}),
  appends(part, context) {
    const targets = targetsOf(part, context);
    return databases(part).flatMap((name) => [
      ...targets.zopes.map((zope): Appended => {
        const section = zopeSection(part, name, zope, targets.zeo, context);
        return {section: zope.name, option: 'zope-conf-additional', text: text('\n', section)};
      }),
      ...(targets.zeo
        ? [
            {
              section: targets.zeo.name,
              option: 'zeo-conf-additional',
              text: text('\n', serverSection(part, name, context)),
            },
          ]
        : []),
    ]);
  },
  storages: (part, context) => databases(part).map((name) => storageOf(part, name, context)),
  lower(part, context) {
    checkOrder(part, context);
    const origin = part.origin('parts');
    return databases(part).flatMap((name): Entry[] => {
      const {file, blobs} = storageOf(part, name, context);
      return [
        ...(file ? ([{kind: 'directory', origin, class: 'data', path: dirname(file)}] as const) : []),
        ...(blobs ? ([{kind: 'directory', origin, class: 'blobs', path: blobs}] as const) : []),
      ];
    });
  },
};

function databases(part: Part): string[] {
  return words(part.option('parts') ?? text()).map(show);
}

interface Targets {
  readonly zeo?: Part;
  readonly zopes: readonly Part[];
  readonly severalServers: boolean;
}

function targetsOf(part: Part, context: LowerContext): Targets {
  const servers = context.parts.filter(isZeoServer);
  const named = part.literal('zeo')?.trim();
  const zeo =
    named === undefined
      ? servers.length === 1
        ? servers[0]
        : undefined
      : context.parts.find(({name}) => name === named);
  const address = zeo && show(zeo.option('zeo-address') ?? text('8100'));
  const chosen = words(part.option('zopes') ?? text()).map(show);
  const zopes =
    chosen.length > 0
      ? context.parts.filter(({name}) => chosen.includes(name))
      : context.parts.filter(
          (other) =>
            isZopeInstance(other) &&
            (address === undefined || show(other.option('zeo-address') ?? text('8100')) === address),
        );
  return {...(zeo && {zeo}), zopes, severalServers: named === undefined && servers.length > 1};
}

function checkOrder(part: Part, context: LowerContext): void {
  const {zeo, zopes, severalServers} = targetsOf(part, context);
  const names = context.parts.map(({name}) => name);
  for (const option of ['zopes', 'zeo']) {
    for (const name of words(part.option(option) ?? text()).map(show)) {
      if (names.includes(name)) continue;
      reportBad(
        part,
        option,
        context.report,
        `part \`${part.name}\` names \`${name}\`, which is not built`,
        'no such part',
        `add it to \`parts\``,
        name,
      );
    }
  }
  const span = part.span('recipe');
  const primary = span && {primary: {span, text: 'adds databases to other parts'}};
  if (severalServers) {
    const message = `part \`${part.name}\` can't tell which ZEO server is meant`;
    context.report({kind: filestorageOrder, message, ...primary, hint: 'write `zeo = …`'});
  }
  const early = [...zopes, ...(zeo ? [zeo] : [])].filter(({name}) => names.indexOf(name) < names.indexOf(part.name));
  if (early.length === 0) return;
  const all = early.map(({name}) => `\`${name}\``).join(', ');
  context.report({
    kind: filestorageOrder,
    message: `part \`${part.name}\` stands behind ${all}, to which it adds databases`,
    ...primary,
    hint: `put \`${part.name}\` before them in \`parts\``,
  });
}

/** An option of a database: of [filestorage_NAME], of the part, of the parts it is inherited from; `%(fs_part_name)s` is its name. */
function optionOf(
  part: Part,
  name: string,
  option: string,
  context: LowerContext,
  inherit: readonly (Part | undefined)[] = [],
): Text | undefined {
  const found =
    context.option(`filestorage_${name}`, option)?.value ??
    part.option(option) ??
    inherit.map((other) => other?.option(option)).find((value) => value !== undefined);
  return (
    found &&
    text(
      ...found.pieces.map((piece) => (typeof piece === 'string' ? piece.replaceAll('%(fs_part_name)s', name) : piece)),
    )
  );
}

function storageOf(part: Part, name: string, context: LowerContext): Storage {
  const location = optionOf(part, name, 'location', context) ?? text(`var/filestorage/${name}/${name}.fs`);
  const blobs = optionOf(part, name, 'blob-storage', context);
  return {
    name,
    file: context.dataPath(inDirectory(location)),
    ...(blobs?.pieces.length && {blobs: context.dataPath(inDirectory(blobs))}),
  };
}

function fileSection(name: string, {file, blobs}: Storage): Text {
  return confText(
    `<filestorage${name === '' ? '' : ` ${name}`}>`,
    file && text('  path ', file),
    blobs && text('  blob-dir ', blobs),
    '</filestorage>',
  );
}

function serverSection(part: Part, name: string, context: LowerContext): Text {
  const storage = show(optionOf(part, name, 'zeo-storage', context) ?? text(name));
  return fileSection(storage, storageOf(part, name, context));
}

function zopeSection(part: Part, name: string, zope: Part, zeo: Part | undefined, context: LowerContext): Text {
  const get = (option: string, fallback: string, inherit: readonly (Part | undefined)[] = []): Text =>
    optionOf(part, name, option, context, inherit) ?? text(fallback);
  const storage = storageOf(part, name, context);
  const client = saysYes(zope, 'zeo-client', ['yes', 'true', 'on', '1'], false);
  const container = optionOf(part, name, 'zodb-container-class', context);
  return confText(
    text('<zodb_db ', get('zodb-name', name), '>'),
    text('    cache-size ', get('zodb-cache-size', '5000', [zope])),
    indented(client ? clientSection(part, name, zope, zeo, storage, context) : fileSection('', storage), 4),
    text('    mount-point ', get('zodb-mountpoint', `/${name}`)),
    container?.pieces.length && text('    container-class ', container),
    '</zodb_db>',
  );
}

function clientSection(
  part: Part,
  name: string,
  zope: Part,
  zeo: Part | undefined,
  storage: Storage,
  context: LowerContext,
): Text {
  const get = (option: string, fallback: string, inherit: readonly (Part | undefined)[] = []): Text =>
    optionOf(part, name, option, context, inherit) ?? text(fallback);
  const own = optionOf(part, name, 'zeo-blob-storage', context);
  const blobs = storage.blobs && own ? context.dataPath(inDirectory(own)) : storage.blobs;
  const variable = optionOf(part, name, 'zeo-client-var', context);
  const client = optionOf(part, name, 'zeo-client-client', context, [zope]);
  return confText(
    '<zeoclient>',
    blobs && text('  blob-dir ', blobs),
    blobs && text('  shared-blob-dir ', get('zeo-shared-blob-dir', 'on')),
    text('  server ', get('zeo-address', '8100', [zope, zeo])),
    text('  storage ', get('zeo-storage', name)),
    text('  name ', get('zeo-client-name', `${name}_zeostorage`)),
    text('  var ', variable ? context.dataPath(inDirectory(variable)) : clientHome(zope, context)),
    text('  cache-size ', get('zeo-client-cache-size', '30MB', [zope])),
    client?.pieces.length && text('  client ', client),
    '</zeoclient>',
  );
}
