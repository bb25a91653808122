import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry, Variable} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {shellWord} from '../../util/shell-text.js';
import {lines, literal, show, text, trim, words} from '../../util/text.js';
import {partFolder} from '../part-folder.js';
import {
  compiledProgram,
  packaged,
  reportCompiled,
  reportSystemProgram,
  systemChoice,
  systemLaunchers,
  systemProgram,
} from '../system-binary.js';
import {reportBad, reportMissing, reportNoEffect} from '../values.js';

/**
 * Lowers `zc.recipe.cmmi`, `hexagonit.recipe.cmmi` and `plone.recipe.haproxy`: configure, make, make install.
 * Plans    launchers of the system's binary, which is named in `[system]` or known by the archive; or one `build`.
 * Reports  CFG558 where the system's is taken unasked, CFG550 where it is not known, CFG507, CFG508, CFG509.
 */
export const zcRecipeCmmi: RecipeLowering = {
  recipe: 'zc.recipe.cmmi',
  options: [
    'url',
    'md5sum',
    'extra_options',
    'configure-options',
    'configure-command',
    'source-directory-contains',
    'autogen',
    'patch',
    'patch_options',
    'patch-md5sum',
    'environment',
    'shared',
    'keep-compile-dir',
    'configure_options',
  ],
  page: {
    summary: 'A program or library that buildout compiles.',
    options: {
      url: 'the archive, with `[system] PART = build`; its SHA-256 is in the lock',
      'extra_options configure-options configure-command autogen': 'as in the recipe, with `build`',
      environment: 'of this build alone',
      patch: 'applied with -p0, with `build`',
      'shared keep-compile-dir source-directory-contains md5sum patch-md5sum': 'nothing: the lock has hashes',
      'patch_options configure_options':
        'nothing: patches are applied with -p0; `configure-options` is what the recipe reads',
    },
    differences: [
      "A production host has no compilers. Of memcached, varnish, nginx, redis and a few more the system's own is run without a word, and " +
        'libraries are left out (CFG558); any other program needs a word in `[system]`: a command, or `build`.',
      'In buildout the environment leaks to parts that come later; here it does not.',
    ],
  },
  kinds: [compiledProgram, systemProgram],
  gives: (part) => ({location: partFolder(part.name)}),
  hostCommand: usualProgram,
  inputs: (part) => fileInputs(part, 'patch'),
  lower: (part, context) =>
    compiled(part, context, () => {
      const own = part.option('configure-options');
      const options = own ? words(own) : [text('--prefix="', partFolder(part.name), '"')];
      return {
        source: [
          ...autogen(part),
          spaced([
            part.option('configure-command') ?? text('./configure'),
            ...options,
            ...words(part.option('extra_options') ?? text()),
          ]),
          text('make'),
          text('make install'),
        ],
        patches: patches(part, context, 'patch'),
        environment: pairs(part, words(part.option('environment') ?? text()), context),
      };
    }),
};

export const hexagonitRecipeCmmi: RecipeLowering = {
  recipe: 'hexagonit.recipe.cmmi',
  options: [
    'url',
    'path',
    'md5sum',
    'prefix',
    'configure-command',
    'configure-options',
    'make-binary',
    'make-options',
    'make-targets',
    'patches',
    'patch-binary',
    'patch-options',
    'environment',
    'environment-section',
    'pre-configure-hook',
    'pre-make-hook',
    'post-make-hook',
    'keep-compile-dir',
    'strip-top-level-dir',
    'destination',
    'hash-name',
  ],
  page: {
    summary: 'A program or library that buildout compiles.',
    options: {
      url: 'the archive, with `[system] PART = build`; its SHA-256 is in the lock',
      'configure-command configure-options make-options make-targets': 'as in the recipe, with `build`',
      'patches environment environment-section': 'as in the recipe, with `build`',
      'pre-configure-hook pre-make-hook post-make-hook': 'an error: they are Python that buildout runs',
      path: 'an error: sources beside the profile are not in a release',
      'prefix make-binary': 'as in the recipe, with `build`',
      'patch-binary patch-options': 'nothing: patches are applied by patch -p0',
      'keep-compile-dir strip-top-level-dir destination hash-name md5sum': 'nothing: the lock has hashes',
    },
    differences: ['A production host has no compilers: as with zc.recipe.cmmi.'],
  },
  gives: (part) => ({location: partFolder(part.name), prefix: part.option('prefix') ?? partFolder(part.name)}),
  hostCommand: usualProgram,
  inputs: (part) => fileInputs(part, 'patches'),
  lower: (part, context) =>
    compiled(part, context, () => {
      for (const hook of ['pre-configure-hook', 'pre-make-hook', 'post-make-hook', 'path']) {
        if (!part.literal(hook)?.trim()) continue;
        const why =
          hook === 'path' ? 'sources beside the profile are not in a release' : 'it is Python inside buildout';
        reportBad(part, hook, context.report, `\`${hook}\` of part \`${part.name}\` can't be built`, why);
      }
      const options = words(part.option('configure-options') ?? text());
      const own = part.option('configure-command');
      const prefix = options.some((word) => show(word).includes('--prefix')) || own !== undefined;
      const section = part.literal('environment-section')?.trim();
      const inSection = section === undefined ? undefined : context.section(section);
      const where = part.option('prefix') ?? partFolder(part.name);
      const make = [part.option('make-binary') ?? text('make'), ...words(part.option('make-options') ?? text())];
      return {
        source: [
          spaced([own ?? text('./configure'), ...(prefix ? [] : [text('--prefix="', where, '"')]), ...options]),
          spaced(make),
          spaced([...make, ...words(part.option('make-targets') ?? text('install'))]),
        ],
        patches: patches(part, context, 'patches'),
        environment: [
          ...[...(inSection?.options.values() ?? [])].flatMap(({name, value}) =>
            /^[A-Za-z_]\w*$/.test(name) && name !== 'recipe' && name !== '_buildout_section_name_'
              ? [{name, value}]
              : [],
          ),
          ...pairs(part, lines(part.option('environment') ?? text()), context),
        ],
      };
    }),
};

export const ploneRecipeHaproxy: RecipeLowering = {
  recipe: 'plone.recipe.haproxy',
  options: ['url', 'target', 'cpu', 'pcre', 'extra_options', 'environment'],
  page: {
    summary: "haproxy, the system's by default.",
    options: {
      url: 'the archive, with `[system] PART = build`',
      'target cpu pcre extra_options': 'words for make, with `build`',
      environment: 'of this build alone',
    },
    differences: [
      "The system's haproxy is used where `[system]` says nothing: preflight asserts it, and bin/haproxy runs it.",
    ],
  },
  gives: (part) => ({location: partFolder(part.name)}),
  hostCommand: () => 'haproxy',
  lower(part, context) {
    const choice = systemChoice(part, context) ?? 'haproxy';
    const folder = partFolder(part.name);
    const wrapper: Entry = {
      kind: 'file',
      origin: part.origin('recipe'),
      class: 'bin',
      path: text({ref: 'place', place: 'bin'}, '/haproxy'),
      content: text('#!/bin/sh\nexec ', shellWord(text(folder, '/sbin/haproxy')), ' "$@"\n'),
      executable: true,
    };
    if (choice !== 'build') return [...systemLaunchers(part, folder, choice), wrapper];
    const url = archive(part, context);
    if (url === undefined) return [];
    const flag = (option: string, variable: string): Text[] => {
      const value = part.option(option);
      return value === undefined ? [] : [text(`${variable}=`, trim(value))];
    };
    const make = [
      text('make PREFIX="', folder, '"'),
      ...flag('target', 'TARGET'),
      ...flag('cpu', 'CPU'),
      ...flag('pcre', 'USE_PCRE'),
      ...words(part.option('extra_options') ?? text()),
    ];
    return [
      {
        kind: 'build',
        origin: part.origin('url'),
        name: part.name,
        url,
        path: folder,
        source: joined([spaced(make), spaced([...make, text('install')])]),
        patches: [],
        environment: pairs(part, words(part.option('environment') ?? text()), context),
      },
      wrapper,
    ];
  },
};

interface Steps {
  /** Lines of shell, as the recipe hands them to one. */
  readonly source: readonly Text[];
  readonly patches: readonly Text[];
  readonly environment: readonly Variable[];
}

function compiled(part: Part, context: LowerContext, steps: () => Steps): readonly Entry[] {
  const choice = systemChoice(part, context) ?? usualProgram(part);
  if (choice === undefined && packagedBy(part) === 'library' && !compilesAny(context)) {
    reportSystemProgram(part, context, undefined);
    return [];
  }
  if (choice === undefined) {
    reportCompiled(part, context, show(part.option('url') ?? text('sources')));
    return [];
  }
  const folder = partFolder(part.name);
  if (choice !== 'build') {
    if (systemChoice(part, context) === undefined) reportSystemProgram(part, context, choice);
    return systemLaunchers(part, folder, choice);
  }
  const url = archive(part, context);
  if (url === undefined) return [];
  if (part.option('shared') !== undefined) {
    reportNoEffect(part, 'shared', context.report, 'each release has its own build', 'take it out');
  }
  const {source, ...more} = steps();
  return [
    {kind: 'build', origin: part.origin('url'), name: part.name, url, path: folder, source: joined(source), ...more},
  ];
}

function packagedBy(part: Part): ReturnType<typeof packaged> {
  return packaged(show(trim(part.option('url') ?? text())));
}

/** The system's own program for what the part compiles. */
function usualProgram(part: Part): string | undefined {
  const found = packagedBy(part);
  return typeof found === 'object' ? found.command : undefined;
}

/** Whether any part is compiled: it may need a library. */
function compilesAny({settings}: LowerContext): boolean {
  return settings.system.some(({command}) => command === 'build');
}

/** Each line of shell with its newline. */
function joined(source: readonly Text[]): Text {
  return text(...source.flatMap((line) => [line, '\n']));
}

/** Words of one command line. */
function spaced(all: readonly Text[]): Text {
  return text(...all.flatMap((word, index) => (index === 0 ? [word] : [' ', word])));
}

function archive(part: Part, {report}: LowerContext): string | undefined {
  const value = part.option('url');
  if (value === undefined) {
    reportMissing(part, 'url', report, 'url = https://…');
    return undefined;
  }
  const url = literal(trim(value));
  if (url !== undefined && /^(https?|ftp):\/\//.test(url)) return url;
  reportBad(part, 'url', report, `\`${show(value)}\` of part \`${part.name}\` is no URL`, 'the host fetches it');
  return undefined;
}

function autogen(part: Part): Text[] {
  const name = part.option('autogen');
  return name && name.pieces.length > 0 ? [text('./', trim(name))] : [];
}

function fileInputs(part: Part, option: string): readonly Text[] {
  return part.lines(option);
}

/** The text of each patch: it goes into the script with the rest. */
function patches(part: Part, context: LowerContext, option: string): Text[] {
  return part.lines(option).flatMap((path) => {
    const found = context.input(path);
    if (found !== undefined) return [text(found)];
    const message = `the patch \`${show(path)}\` of part \`${part.name}\` can't be read`;
    reportBad(part, option, context.report, message, 'no such file beside the profile', undefined, show(path));
    return [];
  });
}

function pairs(part: Part, values: readonly Text[], {report}: LowerContext): Variable[] {
  return values.flatMap((value) => {
    const first = value.pieces[0];
    const found = typeof first === 'string' ? /^([A-Za-z_]\w*)=(.*)$/s.exec(first) : null;
    if (found) return [{name: found[1]!, value: text(found[2]!, {pieces: value.pieces.slice(1)})}];
    const message = `\`${show(value)}\` in \`environment\` of part \`${part.name}\` is no assignment`;
    reportBad(part, 'environment', report, message, 'written NAME=value', undefined, show(value));
    return [];
  });
}
