/** Loads the plugins of a profile, and makes recipes of them that lower like cfgc's own. */
import vm from 'node:vm';
import {Ajv} from 'ajv';
import type {Report} from '../diagnostics/diagnostic.js';
import type {LowerContext, Part, RecipeLowering} from '../model/lowering.js';
import type {Entry} from '../model/release-plan.js';
import type {Span} from '../model/source.js';
import type {Text} from '../model/text.js';
import {sha256} from '../util/digest.js';
import {show} from '../util/text.js';
import type {PluginFinding} from './api.js';
import {pluginVersion} from './api.js';
import {pluginError, pluginFailed, pluginInvalid, pluginWarning} from './kinds.js';
import type {Answer, CallData, Described, PartData} from './protocol.js';
import {planSchema, sandboxSource} from './sandbox.generated.js';

/** A plugin's file as it was read. `span` is where the profile names it. */
export interface PluginFile {
  readonly name: string;
  readonly text: string;
  readonly span?: Span;
  /** Milliseconds that one call may take; 5000 where absent. */
  readonly timeoutMs?: number;
}

export interface Plugin {
  readonly recipe: RecipeLowering;
  readonly name: string;
  /** For the lock: a plugin that changed makes it stale. */
  readonly sha256: string;
}

/** @returns undefined where the file is no plugin (reported) */
export function loadPlugin(file: PluginFile, report: Report): Plugin | undefined {
  const bad = (message: string, hint: string): undefined => {
    report({
      kind: pluginInvalid,
      message: `the plugin \`${file.name}\` can't be used: ${message}`,
      ...(file.span && {primary: {span: file.span, text: 'named here'}}),
      hint,
    });
  };
  const timeout = timeoutMs(file);
  const script = asScript(file.text);
  if ('wrong' in script) return bad(script.wrong, "a plugin is one file, and imports from 'cfgc' alone");
  // Nothing of this side goes in but strings, and only strings come out: there is no object to climb along.
  const context = vm.createContext(Object.create(null), {codeGeneration: {strings: false, wasm: false}});
  let described: Described;
  try {
    vm.runInContext(sandboxSource, context, {filename: 'cfgc', timeout});
    vm.runInContext(script.source, context, {filename: file.name, timeout});
    described = JSON.parse(ask(context, 'cfgcDescribe()', timeout)) as Described;
  } catch (error) {
    return bad(messageOf(error, file.name), '`cfgc explain CFG561` shows a whole one');
  }
  if (described.version !== pluginVersion) {
    return bad(
      `it is for version ${String(described.version)} of plugins, and this is ${pluginVersion}`,
      `write \`version: ${pluginVersion}\``,
    );
  }
  if (typeof described.recipe !== 'string' || !Array.isArray(described.options) || typeof described.page !== 'object') {
    return bad('its recipe lacks `recipe`, `options` or `page`', '`cfgc explain CFG561` shows a whole one');
  }
  return {
    name: file.name,
    sha256: sha256(file.text),
    recipe: lowering(described, file, context, report),
  };
}

function lowering(described: Described, file: PluginFile, context: vm.Context, report: Report): RecipeLowering {
  const call = (data: CallData, part: Part): Answer | undefined => {
    try {
      const answer = JSON.parse(
        ask(context, `cfgcCall(${JSON.stringify(JSON.stringify(data))})`, timeoutMs(file)),
      ) as Answer;
      for (const finding of answer.findings) reportFinding(finding, part, report);
      return answer;
    } catch (error) {
      reportFailed(file, part, messageOf(error, file.name), report);
      return undefined;
    }
  };
  const inContext = (name: CallData['call'], part: Part, lower: LowerContext): Answer | undefined =>
    call({...contextData(lower), call: name, part: partData(part), inputs: readInputs(described, part, lower)}, part);
  /** What `inputs` names, with the text that the driver read. */
  const readInputs = (from: Described, part: Part, lower: LowerContext): Record<string, string> => {
    if (!from.calls.includes('inputs')) return {};
    const paths = (call({call: 'inputs', part: partData(part)}, part)?.value ?? []) as unknown as readonly Text[];
    return Object.fromEntries(
      paths.flatMap((path) => {
        const found = lower.input(path);
        return found === undefined ? [] : [[show(path), found]];
      }),
    );
  };
  const has = (name: CallData['call']): boolean => described.calls.includes(name);
  return {
    recipe: described.recipe,
    ...(described.entryPoints && {entryPoints: described.entryPoints}),
    options: described.options,
    page: described.page,
    ...(has('gives') && {gives: (part) => call({call: 'gives', part: partData(part)}, part)?.value ?? {}}),
    ...(has('inputs') && {
      inputs: (part) => (call({call: 'inputs', part: partData(part)}, part)?.value ?? []) as unknown as readonly Text[],
    }),
    ...(has('appends') && {
      appends: (part, lower) => (inContext('appends', part, lower)?.value ?? []) as never,
    }),
    ...(has('storages') && {
      storages: (part, lower) => (inContext('storages', part, lower)?.value ?? []) as never,
    }),
    lower: (part, lower) => {
      const entries = (inContext('lower', part, lower)?.value ?? []) as unknown as readonly Entry[];
      const wrong = Array.isArray(entries) ? whyNoEntry(entries) : 'lower() gave no list';
      if (wrong === undefined) return entries;
      reportFailed(file, part, wrong, report);
      return [];
    },
  };
}

function timeoutMs(file: PluginFile): number {
  return file.timeoutMs ?? 5000;
}

function ask(context: vm.Context, code: string, timeout: number): string {
  const answer: unknown = vm.runInContext(code, context, {filename: 'cfgc', timeout});
  if (typeof answer !== 'string') throw new Error('it gave no answer');
  return answer;
}

/** A module as a script: its import from 'cfgc' becomes names, its default export a variable. */
function asScript(text: string): {readonly source: string} | {readonly wrong: string} {
  const withNames = text.replace(
    /^import\s*\{([^}]*)\}\s*from\s*(['"])cfgc\2;?/gm,
    (_whole, names: string) => `const {${names.replaceAll(/(\w+)\s+as\s+(\w+)/g, '$1: $2')}} = cfgc;`,
  );
  // Nowhere, not even in a comment: `import()` would hand out an error object of the compiler's side.
  const foreign = /^.*\bimport\b.*$/m.exec(withNames)?.[0].trim();
  if (foreign !== undefined) return {wrong: `the word \`import\` stands in \`${foreign}\``};
  if (!/^export default\b/m.test(withNames)) return {wrong: 'it has no `export default`'};
  // In a function of its own: its names don't meet those of the sandbox.
  const body = withNames.replace(/^export default\b/m, 'globalThis.cfgcPlugin =');
  return {source: `(() => {'use strict';${body}\n})();`};
}

function partData(part: Part): PartData {
  const options = [...part.section.options.keys()].map((name) => [
    name,
    {value: part.option(name)!, origin: part.origin(name)},
  ]);
  return {
    name: part.name,
    recipe: part.recipe,
    entryPoint: part.entryPoint,
    options: Object.fromEntries(options) as PartData['options'],
    origin: part.origin(),
  };
}

function contextData(context: LowerContext): Pick<CallData, 'release' | 'parts' | 'sections'> {
  const {name, version, profile, user, group} = context.settings;
  const sections = [...context.sections.values()].map((section) => [
    section.name,
    Object.fromEntries([...section.options.values()].map((option) => [option.name, option.value])),
  ]);
  return {
    release: {name, version, profile, user, group},
    parts: context.parts.map(partData),
    sections: Object.fromEntries(sections) as NonNullable<CallData['sections']>,
  };
}

function reportFinding(finding: PluginFinding, part: Part, report: Report): void {
  const span = part.span(finding.option, finding.needle);
  report({
    kind: finding.severity === 'warning' || finding.severity === 'note' ? pluginWarning : pluginError,
    message: String(finding.message),
    ...(span && {primary: {span, text: finding.label ?? `in part \`${part.name}\``}}),
    ...(finding.hint !== undefined && {hint: finding.hint}),
  });
}

function reportFailed(file: PluginFile, part: Part, message: string, report: Report): void {
  const span = part.span('recipe');
  report({
    kind: pluginFailed,
    message: `the plugin \`${file.name}\` failed on part \`${part.name}\``,
    ...(span && {primary: {span, text: message}}),
    hint: 'mend the plugin, or take it out of `plugins` under [release]',
  });
}

/** The schema of a plan's entries. */
const validate = new Ajv({strict: false}).compile({...planSchema, ...(planSchema.properties.entries as object)});

function whyNoEntry(entries: readonly Entry[]): string | undefined {
  if (validate(entries)) return undefined;
  const [first] = validate.errors ?? [];
  return `entry ${first?.instancePath ?? ''} is none of a plan: ${first?.message ?? 'unknown'}`;
}

/** An error of the sandbox is an object of the sandbox: only its words are taken, and where in the plugin it was. */
function messageOf(error: unknown, file: string): string {
  const {message, stack} = (
    typeof error === 'object' && error !== null ? error : {message: String(error)}
  ) as Partial<Error>;
  const at = new RegExp(`${file.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}:(\\d+)`).exec(String(stack ?? ''));
  return `${String(message)}${at ? ` (line ${at[1]})` : ''}`;
}
