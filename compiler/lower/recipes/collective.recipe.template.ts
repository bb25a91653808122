import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import type {Span} from '../../model/source.js';
import type {Text} from '../../model/text.js';
import {literal, show, text} from '../../util/text.js';
import {buildoutObjects} from '../genshi/buildout-objects.js';
import {notWorkedOut, renderGenshi, type TemplateFault} from '../genshi/render.js';
import {inputMissing} from '../kinds.js';
import {inDirectory} from '../placement.js';
import {substitute} from '../substitute.js';
import {textFile} from '../text-file.js';
import {reportBad, reportMissing} from '../values.js';

/**
 * Lowers `collective.recipe.template`: one text file from a template.
 * Reads    `input` (a file of the profile's folder, or `inline:` text), `inline` or `url`; `output`, `mode`, `overwrite`.
 * Plans    one `file` entry, all references replaced; those that only the host knows stay references.
 * Reports  CFG507, CFG508, CFG510, CFG511, CFG514.
 */
export const collectiveRecipeTemplate: RecipeLowering = {
  recipe: 'collective.recipe.template',
  options: [/./],
  page: {
    summary: 'One text file from a template with buildout references.',
    options: {
      output: 'the file; below bin, etc and parts it is in the release, below var in the data folder',
      input: "read when the release is compiled, from the profile's folder; `inline:` text stands for itself",
      inline: 'the template itself',
      url: 'fetched when the release is compiled; its hash is in the lock',
      mode: 'octal. Without it by the class of path; a template that may be run gives a file that may be run',
      overwrite: 'false: written only where it does not exist yet',
      'input-encoding': 'utf-8',
      'output-encoding': 'utf-8',
      timeout: 'nothing: the compiler has its own',
      '…': 'any other option is a variable of the template',
    },
    differences: [
      "Files in parts/ of the profile's folder lie in etc/ of the release.",
      "A file outside of the profile's folder is made in share/system of the release, not where it says (CFG514).",
      "The mode is not the template's own: only whether it may be run is taken from it.",
      'A file that holds a secret is 0640 or stricter, and written at configure time alone.',
    ],
  },
  gives: () => ({}),
  inputs,
  lower(part, context) {
    const template = templateOf(part, context);
    if (template === undefined) return [];
    return writtenFile(part, template, substitute(template.text, part, context, template.name), context);
  },
};

const genshiTemplate: DiagnosticKind = {
  id: 'CFG557',
  name: 'genshi-template',
  severity: 'error',
  explain: `
What it does: stops at what cfgc can't do in a template of Genshi: a mistake in it, a name that isn't there, or Python that it doesn't work out.
Why: the template is rendered when the release is compiled, without Python. Loops, conditions, functions, and expressions of options,
texts, numbers and lists are worked out; modules, files and anything that only the host knows are not.
Ways on: write the value as an option of the part, and \`options['name']\` in the template; or \`[release] bridge = <part>\`, which has
the real recipe render it while the release is built.
Example: "\${open('/etc/hostname').read()}". Write "host-name = \${inputs:HOST_NAME}" in the part, and "\${options['host-name']}".
Source: Genshi 0.7.12, NewTextTemplate; collective.recipe.template 3.0.0.
`,
};

/**
 * Lowers `collective.recipe.template:genshi`: the same file from a text template of Genshi.
 * Reads    as the plain recipe; the template is rendered with `parts`, all sections, and `options`, those of the part.
 * Plans    one `file` entry; what only the host knows stays a reference.
 * Reports  CFG507, CFG508, CFG510, CFG514, CFG557.
 */
export const collectiveRecipeTemplateGenshi: RecipeLowering = {
  recipe: 'collective.recipe.template',
  entryPoints: ['genshi'],
  options: [/./],
  page: {
    summary: 'One text file from a text template of Genshi.',
    options: {
      output: 'as without `:genshi`',
      input: 'as without `:genshi`',
      inline: 'the template itself; buildout replaces its own references in it first',
      url: 'as without `:genshi`',
      mode: 'as without `:genshi`',
      overwrite: 'as without `:genshi`',
      '…': "any other option is `options['name']` in the template",
    },
    differences: [
      'Rendered when the release is compiled, without Python: `if`, `for`, `choose`, `with`, `def`, comments, and expressions of ' +
        'texts, numbers, lists and their usual methods. `include`, `python` and what is beyond are errors with their place (CFG557).',
      'A value that only the host knows can be written, joined and cut at white space. A condition on it is an error.',
      'A directive without `{% end %}`, which Genshi ignores, is an error.',
    ],
  },
  kinds: [genshiTemplate],
  gives: () => ({}),
  inputs,
  lower(part, context) {
    const template = templateOf(part, context);
    if (template === undefined) return [];
    const rendered = renderGenshi(template.text, buildoutObjects(part, context));
    if ('pieces' in rendered) return writtenFile(part, template, rendered, context);
    if (rendered.told) return [];
    const {message, why, hint} = rendered;
    const span = spanIn(template, rendered, part);
    context.report({
      kind: genshiTemplate,
      message: `the template of part \`${part.name}\`: ${message}`,
      ...(span && {primary: {span, text: why}}),
      hint:
        hint ??
        (why === notWorkedOut
          ? `give it as an option of [${part.name}], or have the real recipe run: \`[release] bridge = ${part.name}\``
          : `names are those of \`parts\` (all sections) and \`options\` ([${part.name}])`),
    });
    return [];
  },
};

/** Where a fault is: in the file; of a template in an option, that option. */
function spanIn(template: Template, fault: TemplateFault, part: Part): Span | undefined {
  const whole = literal(template.text);
  const own = part.span(part.option('input') === undefined ? 'inline' : 'input');
  if (whole === undefined || (template.name === part.name && own)) return own ?? part.section.span;
  const source = {name: template.name, path: template.name, text: whole};
  return {source, start: Math.min(fault.at, whole.length), end: Math.min(fault.end, whole.length)};
}

/** A template: where it is from, for messages, and its text. */
export interface Template {
  readonly name: string;
  readonly text: Text;
  readonly executable: boolean;
}

export function inputs(part: Part): readonly Text[] {
  const input = part.option('input');
  if (input !== undefined) return isInline(input) ? [] : [inDirectory(input)];
  const url = part.option('url');
  return url === undefined || part.option('inline') !== undefined ? [] : [url];
}

/** The template of a part; undefined where there is none, which is reported. */
export function templateOf(part: Part, context: LowerContext): Template | undefined {
  const {report} = context;
  const input = part.option('input');
  const inline = part.option('inline');
  if (part.option('output') === undefined) {
    reportMissing(part, 'output', report, 'output = etc/name.conf');
    return undefined;
  }
  if (input !== undefined && (inline !== undefined || part.option('url') !== undefined)) {
    const message = `part \`${part.name}\` has \`input\` and \`${inline ? 'inline' : 'url'}\`: too many sources`;
    reportBad(part, 'input', report, message, 'one of them', 'take one of the two out');
    return undefined;
  }
  const own = inline ?? (input !== undefined && isInline(input) ? withoutInline(input) : undefined);
  if (own !== undefined) return {name: part.name, text: withoutLeadingSpace(own), executable: false};
  const [path] = inputs(part);
  if (path === undefined) {
    reportMissing(part, 'input', report, 'input = templates/name.conf.in');
    return undefined;
  }
  const found = context.input(path);
  if (found === undefined) {
    const span = part.span(input === undefined ? 'url' : 'input');
    report({
      kind: inputMissing,
      message: `the template \`${show(path).replace('{directory}/', '')}\` of part \`${part.name}\` can't be read`,
      ...(span && {primary: {span, text: input === undefined ? 'it gave no text' : 'no such file beside the profile'}}),
      hint:
        input === undefined
          ? `keep a copy beside the profile: \`input = …\`, or \`--map ${show(path)}=FILE\``
          : "relative paths start at the profile's folder; a file that another part makes is not there yet",
    });
    return undefined;
  }
  return {name: show(path).replace('{directory}/', ''), text: text(found), executable: context.inputExecutable(path)};
}

export function writtenFile(part: Part, template: Template, content: Text, context: LowerContext): readonly Entry[] {
  const output = inDirectory(part.option('output')!);
  const mode = part.literal('mode')?.trim();
  if (mode !== undefined && !/^[0-7]{3,4}$/.test(mode)) {
    const message = `mode \`${mode}\` of part \`${part.name}\` is not octal`;
    reportBad(part, 'mode', context.report, message, 'three or four digits, 0 to 7', 'as chmod takes it: `mode = 750`');
    return [];
  }
  const overwrite = part.literal('overwrite')?.trim().toLowerCase() ?? 'true';
  return [
    textFile(part, 'output', output, content, context, {
      ...(mode !== undefined && {mode}),
      executable: template.executable,
      keepExisting: !['y', 'yes', '1', 'true'].includes(overwrite),
    }),
  ];
}

function isInline(input: Text): boolean {
  const first = input.pieces[0];
  return typeof first === 'string' && first.startsWith('inline:');
}

function withoutInline(input: Text): Text {
  return text((input.pieces[0] as string).slice('inline:'.length), {pieces: input.pieces.slice(1)});
}

/** The template that is an option's value. Its references were replaced already, and are again: so does buildout. */
function withoutLeadingSpace(value: Text): Text {
  const [first, ...rest] = value.pieces;
  return typeof first === 'string' ? text(first.trimStart(), {pieces: rest}) : value;
}
