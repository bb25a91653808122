/** Programs that a buildout compiles and a release takes from the system. */
import type {DiagnosticKind} from '../diagnostics/diagnostic.js';
import type {LowerContext, Part} from '../model/lowering.js';
import type {Entry} from '../model/release-plan.js';
import type {Text} from '../model/text.js';
import {shellWord} from '../util/shell-text.js';
import {text} from '../util/text.js';

export const compiledProgram: DiagnosticKind = {
  id: 'CFG550',
  name: 'compiled-program',
  severity: 'error',
  explain: `
What it does: stops where a part compiles a program or library from source, and the profile doesn't say where it comes from.
Why: a production host has no compilers and no development packages. The system's package of the same program gets security updates.
A program that systems package under its own name (memcached, varnish, nginx, redis and the like) is taken from the system without a word.
Any other needs one of two:
  [system]
  tika-build = tika      the system's binary; preflight asserts that it is there, and PART/bin and PART/sbin lead to it
  tika-build = build     compiled while the release is built, from an archive whose hash is in the lock
Example: [tika-build] has "recipe = zc.recipe.cmmi". Write "tika-build = tika" under [system].
Source: design of cfgc: nothing is compiled on a production host.
`,
};

export const systemProgram: DiagnosticKind = {
  id: 'CFG558',
  name: 'system-program',
  severity: 'note',
  explain: `
What it does: says which parts that buildout compiles are taken from the system: a program by its usual name, or a library that only
such programs link.
Why: the system's package gets security updates, and a production host has no compilers. Preflight asserts that the program is there.
Example: [memcached] compiles memcached-1.4.15.tar.gz. The release runs the system's \`memcached\`; "memcached = build" under [system] compiles it.
Source: zc.recipe.cmmi, hexagonit.recipe.cmmi: the archive of \`url\`.
`,
};

/** Programs that systems package, by how their archives are called: the archive's name without its version, and the command. */
const programs: Readonly<Record<string, string>> = {
  gnuplot: 'gnuplot',
  haproxy: 'haproxy',
  httpd: 'httpd',
  memcached: 'memcached',
  nginx: 'nginx',
  pound: 'pound',
  redis: 'redis-server',
  rsync: 'rsync',
  squid: 'squid',
  stunnel: 'stunnel',
  varnish: 'varnishd',
};

/** Libraries that are compiled for the programs above, or for Python's own modules, which wheels carry. */
const libraries: ReadonlySet<string> = new Set(
  'db expat freetype jpegsrc libevent libjpeg libmemcached libpng libxml2 libxslt ncurses openssl pcre readline sqlite zlib'.split(
    ' ',
  ),
);

/** What an archive's URL says that it holds. */
export function packaged(url: string): {readonly command: string} | 'library' | undefined {
  const file = url
    .replace(/[?#].*$/, '')
    .split('/')
    .at(-1)!
    .toLowerCase();
  const name = /^([a-z][a-z\d]*?)(?:[-_.]v?\d[^/]*)?(?:\.tar\.\w+|\.t[gbx]z2?|\.zip)$/.exec(file)?.[1] ?? '';
  if (Object.hasOwn(programs, name)) return {command: programs[name]!};
  return libraries.has(name) ? 'library' : undefined;
}

export function reportSystemProgram(part: Part, {report}: LowerContext, command: string | undefined): void {
  const span = part.span('recipe');
  report({
    kind: systemProgram,
    message:
      command === undefined
        ? `part \`${part.name}\` is left out: a library that only compiled programs link`
        : `part \`${part.name}\` is not compiled: the release runs the system's \`${command}\``,
    ...(span && {primary: {span, text: 'a production host has no compiler'}}),
    hint: `to compile it: \`${part.name} = build\` under [system]`,
  });
}

/** What `[system]` says of a part: a command of the system, `build`, or nothing. */
export function systemChoice(part: Part, context: LowerContext): string | undefined {
  return context.settings.system.find(({name}) => name === part.name)?.command;
}

/** Launchers in FOLDER/bin and FOLDER/sbin that run the system's binary, as other parts name either. */
export function systemLaunchers(part: Part, folder: Text, command: string): readonly Entry[] {
  const name = command.split('/').at(-1)!;
  const content = text('#!/bin/sh\nPATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin\nexec ', shellWord(command), ' "$@"\n');
  return ['bin', 'sbin'].map((where) => ({
    kind: 'file',
    origin: part.origin('recipe'),
    class: 'code',
    path: text(folder, `/${where}/${name}`),
    content,
    executable: true,
  }));
}

export function reportCompiled(part: Part, context: LowerContext, what: string): void {
  const span = part.span('recipe');
  context.report({
    kind: compiledProgram,
    message: `part \`${part.name}\` compiles ${what}`,
    ...(span && {primary: {span, text: 'a production host has no compiler'}}),
    hint: `write \`${part.name} = <command of the system>\` under [system], or \`${part.name} = build\``,
  });
}
