/**
 * The inner side of a plugin: this file, bundled, and the plugin are all that the sandbox holds.
 * Everything comes in and goes out as JSON text.
 */
import type {Origin} from '../model/release-plan.js';
import type {Text} from '../model/text.js';
import {place, readersOf, show, text} from '../util/text.js';
import type {PluginContext, PluginFinding, PluginPart, PluginRecipe} from './api.js';
import * as api from './api.js';
import type {CallData, Described, PartData} from './protocol.js';

const realm = globalThis as unknown as {
  cfgc: typeof api;
  cfgcPlugin?: PluginRecipe;
  cfgcDescribe(): string;
  cfgcCall(json: string): string;
};

realm.cfgc = api;
// Node asks `Error.prepareStackTrace` of the error's own realm, and hands it the frames of both sides: nobody sets it in here.
Object.defineProperty(Error, 'prepareStackTrace', {value: undefined, writable: false, configurable: false});
Object.defineProperty(realm, 'Error', {value: Error, writable: false, configurable: false});

/** @returns `Described` as JSON. Throws where the plugin exports something else. */
realm.cfgcDescribe = () => {
  const plugin = realm.cfgcPlugin;
  if (typeof plugin !== 'object' || plugin === null || typeof plugin.lower !== 'function') {
    throw new Error('its default export is no recipe: write `export default defineRecipe({…})`');
  }
  const described: Described = {
    version: plugin.version,
    recipe: plugin.recipe,
    ...(plugin.entryPoints && {entryPoints: plugin.entryPoints}),
    options: plugin.options,
    page: plugin.page,
    calls: (['gives', 'inputs', 'appends', 'storages', 'lower'] as const).filter(
      (call) => typeof plugin[call] === 'function',
    ),
  };
  return JSON.stringify(described);
};

/** @param json `CallData`; @returns `Answer` as JSON */
realm.cfgcCall = (json) => {
  const data = JSON.parse(json) as CallData;
  const plugin = realm.cfgcPlugin!;
  const findings: PluginFinding[] = [];
  const part = partView(data.part);
  const context = contextView(data, findings);
  const value =
    data.call === 'gives' || data.call === 'inputs' ? plugin[data.call]!(part) : plugin[data.call]!(part, context);
  return JSON.stringify({value, findings});
};

function partView(data: PartData): PluginPart {
  const option = (name: string): Text | undefined =>
    Object.hasOwn(data.options, name) ? data.options[name]!.value : undefined;
  return {
    name: data.name,
    recipe: data.recipe,
    entryPoint: data.entryPoint,
    options: Object.keys(data.options),
    option,
    ...readersOf(option),
    origin: (name): Origin =>
      name !== undefined && Object.hasOwn(data.options, name) ? data.options[name]!.origin : data.origin,
  };
}

function contextView(data: CallData, findings: PluginFinding[]): PluginContext {
  const {sections = {}, inputs = {}, parts = []} = data;
  return {
    release: data.release!,
    parts: parts.map(partView),
    option: (section, name) =>
      Object.hasOwn(sections, section) && Object.hasOwn(sections[section]!, name)
        ? sections[section]![name]
        : undefined,
    input: (path) => (Object.hasOwn(inputs, show(path)) ? inputs[show(path)] : undefined),
    dataPath,
    report: (finding) => void findings.push(finding),
  };
}

/** As LowerContext.dataPath: `var/x`, `x` and `{directory}/x` are {data}/x; an absolute path stays. */
function dataPath(path: Text): Text {
  const [first, ...rest] = path.pieces;
  if (first === undefined) return place('data');
  if (typeof first === 'string') return first.startsWith('/') ? path : below(first, rest);
  if (first.ref !== 'place' || first.place !== 'directory') return path;
  const [second, ...more] = rest;
  return typeof second === 'string'
    ? below(second.replace(/^\/+/, ''), more)
    : text(place('data'), '/', {pieces: rest});
}

function below(start: string, rest: Text['pieces']): Text {
  return text(place('data'), start === 'var' ? '' : `/${start.replace(/^var\//, '')}`, {pieces: rest});
}
