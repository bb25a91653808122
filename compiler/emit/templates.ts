import Handlebars from 'handlebars/runtime.js';
import type {Origin} from '../model/release-plan.js';
import type {SettingOrigin, Settings} from '../model/settings.js';
import {comment, type FileText, makeWord, shFeed, shWord} from './quote.js';
import {shellFiles, templateSpecs} from './templates.generated.js';

/**
 * The templates of runtime-templates/, compiled by the build.
 * @param name a path below runtime-templates/, `entries/file.sh.hbs`
 * @throws Error for a name that does not exist: a defect of cfgc
 */
export function render(name: string, view: object): string {
  const spec = templateSpecs[name];
  if (spec === undefined) throw new Error(`no template ${name}`);
  return environment.template(spec as TemplateSpecification)(view);
}

/** The shell library, in the order in which a reader wants it: what the others stand on first, main last. */
export function library(): readonly {readonly name: string; readonly text: string}[] {
  return Object.keys(shellFiles)
    .filter((name) => name.startsWith('lib/'))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((name) => ({name, text: withoutDirective(shellFiles[name] ?? '')}));
}

/** `part zeo: plone.recipe.zeoserver (base.cfg:14)`. */
export function originText(origin: Origin): string {
  const place = placeText(origin);
  if (origin.part === undefined) return comment(`the release itself (${place})`);
  return comment(`part ${origin.part}${origin.recipe === undefined ? '' : `: ${origin.recipe}`} (${place})`);
}

/** `[secrets] admin (prod.cfg:12)`; `default` where nothing sets it. */
export function settingText(setting: string, origins: Settings['origins']): string {
  const origin = origins[setting];
  if (origin === undefined) return 'default';
  const [section, option] = setting.split(/:(.*)/s);
  return comment(`[${section}] ${option} (${placeText(origin)})`);
}

/** `prod.cfg:12`; what has no line is named alone. */
export function placeText({file, line}: SettingOrigin): string {
  return comment(line === 0 ? file : `${file}:${line}`);
}

const environment = Handlebars.create();
environment.registerHelper({
  /** `{{sh value}}`: one quoted word. `{{sh a b c}}`: several. */
  sh: (...values: unknown[]) => values.slice(0, -1).map(word).join(' '),
  /** `{{shEach values}}`: each a quoted word, with a blank before it. */
  shEach: (values: unknown) =>
    list(values)
      .map((value) => ` ${word(value)}`)
      .join(''),
  origin: (origin: Origin) => originText(origin),
  comment: (value: unknown) => comment(string(value)),
  /** A variable's name. Anything else would be code. */
  identifier(value: unknown) {
    if (typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value)) return value;
    throw new Error(`${JSON.stringify(value)} is no name of a shell variable`);
  },
  make: (value: unknown) => makeWord(string(value)),
  /** A block whose command reads `content`: `{{#feed content}}"$@" {{sh path}}{{/feed}}`. */
  feed(this: object, content: unknown, options: Handlebars.HelperOptions) {
    return shFeed(fileText(content), options.fn(this).trim(), ' || return');
  },
});

const first = [
  'log',
  'selfcheck',
  'layout',
  'lock',
  'journal',
  'secret',
  'permission',
  'preflight',
  'fetch',
  'environment',
];
const last = ['help', 'main'];

function rank(name: string): number {
  const stem = name.slice('lib/'.length, -'.sh'.length);
  if (last.includes(stem)) return 1000 + last.indexOf(stem);
  return first.includes(stem) ? first.indexOf(stem) : 500;
}

/** A library file tells shellcheck its dialect; in the script the first line does that. */
function withoutDirective(text: string): string {
  return text.replace(/^# shellcheck shell=sh\n/, '');
}

type TemplateSpecification = Parameters<typeof environment.template>[0];

// A helper gets undefined where a view lacks a field, even in strict templates: better no script than an empty word.
function word(value: unknown): string {
  if (typeof value === 'string') return shWord(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return shWord(fileText(value));
}

function string(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`a template was given ${typeof value} where it needs a string`);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`a template was given ${typeof value} where it needs a list`);
}

function fileText(value: unknown): FileText {
  if (typeof value === 'object' && value !== null && 'pieces' in value) return value as FileText;
  throw new Error(`a template was given ${typeof value} where it needs a Text`);
}
