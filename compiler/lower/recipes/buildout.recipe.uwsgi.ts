import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import type {Piece, Text} from '../../model/text.js';
import {shellWord} from '../../util/shell-text.js';
import {place, text, trim} from '../../util/text.js';
import {inDirectory} from '../placement.js';
import {textFile} from '../text-file.js';
import {reportBad, reportNoEffect} from '../values.js';
import {eggEnvironment} from './zc.recipe.egg.js';

/**
 * Lowers `buildout.recipe.uwsgi`: a configuration of uWSGI over the release's virtualenv.
 * Reads    `eggs`, `output-format`, `output`, `config-NAME`, `xml-NAME`, `extra-paths`, `pythonpath`, `use-system-binary`.
 * Plans    requirements (with `pyuwsgi`, unless the system's binary is asked for) and one `file`.
 * Reports  CFG508, CFG509.
 */
export const buildoutRecipeUwsgi: RecipeLowering = {
  recipe: 'buildout.recipe.uwsgi',
  options: [
    'eggs',
    'version',
    'md5sum',
    'download-url',
    'profile',
    'executable',
    'use-system-binary',
    'output-format',
    'output',
    'extra-paths',
    'pythonpath',
    'pth-files',
    'pythonpath-eggs-directory',
    'find-links',
    'index',
    /^config-/,
    /^xml-/,
  ],
  page: {
    summary: 'A configuration of uWSGI.',
    options: {
      eggs: 'requirements',
      'use-system-binary': "true: the system's uwsgi; else `pyuwsgi` is a requirement, and bin/uwsgi its script",
      'output-format': '`xml`, or `ini`',
      output: 'the file; etc/PART/uwsgi.FORMAT of the release without it',
      'config-NAME': 'one setting a line',
      'extra-paths pythonpath': 'further `pythonpath` settings',
      'version md5sum download-url profile executable': 'nothing: uWSGI is a wheel, its version a pin',
      'find-links index': "nothing: the lock is made from the index of uv's own configuration",
      'pth-files pythonpath-eggs-directory': 'nothing: all eggs lie in the virtualenv',
    },
    differences: [
      'One `virtualenv` setting takes the place of a `pythonpath` for each egg.',
      'Nothing is compiled.',
      'A value that XML would not take is refused; the recipe writes it unescaped.',
    ],
  },
  gives: (part) => ({output: outputPath(part)}),
  lower(part, context) {
    for (const name of ['version', 'md5sum', 'download-url', 'profile', 'pth-files', 'pythonpath-eggs-directory']) {
      if (part.option(name) === undefined) continue;
      const hint = name === 'version' ? 'pin `pyuwsgi` under [versions]' : 'take it out';
      reportNoEffect(part, name, context.report, 'nothing is compiled, and all eggs lie in one virtualenv', hint);
    }
    const system = /^[yt1]/i.test(part.literal('use-system-binary')?.trim() ?? '');
    const entries: Entry[] = [eggEnvironment(part, context, system ? [] : ['pyuwsgi'])];
    if (!system) {
      entries.push(uwsgiScript(part, 'uwsgi'));
    }
    const content = format(part) === 'ini' ? ini(settings(part)) : xml(part, settings(part), context);
    entries.push(textFile(part, 'output', outputPath(part), content, context));
    return entries;
  },
};

function uwsgiScript(part: Part, name: string): Entry {
  return {
    kind: 'script',
    origin: part.origin('recipe'),
    path: place('bin', name),
    environment: 'main',
    run: {type: 'console-script', distribution: 'pyuwsgi', name: 'uwsgi'},
    initialization: text(),
    arguments: text(),
    extraPaths: [],
  };
}

/** Options of unweb.recipe.uwsgi that are no setting of uWSGI. */
const unwebOwn = [
  'recipe',
  'eggs',
  'extra-paths',
  'python',
  'executable',
  'bin-directory',
  'eggs-directory',
  'develop-eggs-directory',
];
const unwebBuild = ['url', 'script', 'pth-files', 'find-links', 'index'];

/**
 * Lowers `unweb.recipe.uwsgi`: every other option is a setting of uWSGI, in XML.
 * Plans    requirements with `pyuwsgi`, bin/PART, the configuration, and the start script, which takes a Paste configuration.
 * Reports  CFG508, CFG509.
 * Source: unweb.recipe.uwsgi 0.4, which runs on Python 2 alone.
 */
export const unwebRecipeUwsgi: RecipeLowering = {
  recipe: 'unweb.recipe.uwsgi',
  options: [/./],
  page: {
    summary: 'A configuration of uWSGI, and a script that starts it with a Paste configuration.',
    options: {
      eggs: 'requirements',
      script: 'the name of the start script; uwsgi-start',
      'extra-paths pythonpath': 'further `pythonpath` settings',
      url: 'nothing: uWSGI is a wheel, its version a pin',
      'pth-files find-links index': 'nothing: all eggs lie in the virtualenv',
      '…': 'any other option is a setting of uWSGI',
    },
    differences: [
      'bin/PART is the uwsgi of the requirement `pyuwsgi`.',
      'One `virtualenv` setting takes the place of a `pythonpath` for each egg.',
    ],
  },
  gives: (part) => ({'extra-paths': part.option('extra-paths') ?? part.option('pythonpath') ?? text()}),
  lower(part, context) {
    if (part.option('url') !== undefined)
      reportNoEffect(part, 'url', context.report, 'nothing is compiled', 'pin `pyuwsgi` under [versions]');
    const own = [...part.section.options.values()]
      .filter(({name}) => ![...unwebOwn, ...unwebBuild, 'pythonpath'].includes(name) && !name.startsWith('_'))
      .filter(({value}) => value.pieces.length > 0)
      .map(({name, value}): Setting => [name, value]);
    const output = place('directory', `parts/${part.name}/uwsgi.xml`);
    const origin = part.origin('recipe');
    return [
      eggEnvironment(part, context, ['pyuwsgi']),
      uwsgiScript(part, part.name),
      textFile(part, 'recipe', output, xml(part, [...own, ...pathSettings(part)], context, ['']), context),
      {
        kind: 'file',
        origin,
        class: 'bin',
        path: place('bin', part.literal('script')?.trim() || 'uwsgi-start'),
        content: text(
          ...['#!/bin/sh\nexec ', shellWord(place('bin', part.name)), ' -x ', shellWord(output)],
          ' --paste-logger --ini-paste "$@"\n',
        ),
        executable: true,
      },
    ];
  },
};

type Setting = readonly [name: string, value: Text];

function settings(part: Part): Setting[] {
  const out: Setting[] = [];
  for (const {name, value} of part.section.options.values()) {
    const found = /^(?:config|xml)-(.+)$/.exec(name);
    if (!found) continue;
    const all = part.lines(name);
    for (const line of all.length > 0 ? all : [trim(value)]) out.push([found[1]!, line]);
  }
  return [...out, ...pathSettings(part)];
}

/** The virtualenv, and folders beside it. */
function pathSettings(part: Part): Setting[] {
  const out: Setting[] = [['virtualenv', place('venv')]];
  const paths = part.option('extra-paths') === undefined ? 'pythonpath' : 'extra-paths';
  for (const path of part.lines(paths)) out.push(['pythonpath', inDirectory(path)]);
  return out;
}

function ini(all: readonly Setting[]): Text {
  return text('[uwsgi]\n', ...all.flatMap(([name, value]) => [`${name} = `, value, '\n']));
}

/** @param prefixes  what the names of settings begin with in the part's options */
function xml(
  part: Part,
  all: readonly Setting[],
  {report}: LowerContext,
  prefixes: readonly string[] = ['config-', 'xml-'],
): Text {
  const out: (Piece | Text)[] = ['<uwsgi>\n'];
  for (const [name, value] of all) {
    const written = value.pieces.length === 1 ? value.pieces[0] : undefined;
    if (value.pieces.some((piece) => typeof piece === 'string' && /[<&]/.test(piece))) {
      const option = prefixes.map((prefix) => prefix + name).find((each) => part.option(each)) ?? name;
      reportBad(
        part,
        option,
        report,
        `\`${option}\` of part \`${part.name}\` has a \`<\` or \`&\``,
        'no text of XML',
        'use `output-format = ini`',
      );
    } else if (written === 'true') out.push(`  <${name}/>\n`);
    else if (written !== 'false') out.push(`  <${name}>`, value, `</${name}>\n`);
  }
  out.push('</uwsgi>\n');
  return text(...out);
}

function format(part: Part): 'ini' | 'xml' {
  return part.literal('output-format')?.trim() === 'ini' ? 'ini' : 'xml';
}

function outputPath(part: Part): Text {
  const named = part.option('output');
  return named ? inDirectory(trim(named)) : place('directory', `parts/${part.name}/uwsgi.${format(part)}`);
}
