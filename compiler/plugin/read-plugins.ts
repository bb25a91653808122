/** Finds the plugins that `[release] plugins` names: files beside the profile, or packages of a node_modules folder. */
import {dirname, isAbsolute, join, resolve} from 'node:path';
import type {Report} from '../diagnostics/diagnostic.js';
import type {Io} from '../io.js';
import type {Config} from '../model/config.js';
import {faultOfFile} from '../util/file-fault.js';
import {spanOf} from '../util/option-span.js';
import {pluginMissing} from './kinds.js';
import {loadPlugin, type Plugin} from './plugin.js';

/** What the option names, in its order; blank lines left out. */
export function pluginNames(config: Config): readonly string[] {
  const raw = config.sections.get('release')?.options.get('plugins')?.raw ?? '';
  return raw.split(/\s+/).filter((name) => name !== '');
}

/**
 * Reads and loads them. What can't be used is reported, and left out.
 * @param config  a profile whose entry is a local file: its folder is where relative names start
 */
export async function readPlugins(config: Config, io: Io, report: Report): Promise<readonly Plugin[]> {
  const folder = dirname(config.entry.path);
  const plugins: Plugin[] = [];
  for (const name of pluginNames(config)) {
    const span = spanOf(config.sections.get('release')?.options.get('plugins'), name);
    const found = await find(name, folder, io);
    if ('wrong' in found) {
      report({
        kind: pluginMissing,
        message: `the plugin \`${name}\` ${found.wrong}`,
        ...(span && {primary: {span, text: 'named here'}}),
        hint: isPath(name)
          ? 'a path starts at the folder of the profile'
          : `install it beside the profile (\`npm install ${name}\`); a file of yours is written \`./${name}\``,
      });
      continue;
    }
    const plugin = loadPlugin({name, text: found.text, ...(span && {span})}, report);
    if (plugin) plugins.push(plugin);
  }
  return plugins;
}

type Found = {readonly text: string} | {readonly wrong: string};

async function find(name: string, folder: string, io: Io): Promise<Found> {
  if (isPath(name)) return read(resolve(folder, name), io);
  for (let at = folder; ; at = dirname(at)) {
    const home = join(at, 'node_modules', name);
    const manifest = await read(join(home, 'package.json'), io);
    if ('text' in manifest) return read(join(home, mainFile(manifest.text)), io);
    if (at === dirname(at)) return {wrong: `is in no node_modules folder of \`${folder}\`, or above it`};
  }
}

async function read(path: string, io: Io): Promise<Found> {
  try {
    const bytes = await io.readFile(path);
    return bytes ? {text: Buffer.from(bytes).toString()} : {wrong: `is not there: \`${path}\``};
  } catch (error) {
    return {wrong: `can't be read: \`${path}\` (${faultOfFile(error)})`};
  }
}

/** The file that `import` of the package would load, as far as a package of one file can say it. */
function mainFile(manifest: string): string {
  try {
    const {exports, main} = JSON.parse(manifest) as {readonly exports?: unknown; readonly main?: unknown};
    const root = isRecord(exports) && '.' in exports ? exports['.'] : exports;
    const named = isRecord(root) ? (root.import ?? root.default) : root;
    return String((isRecord(named) ? named.default : named) ?? main ?? 'index.js');
  } catch {
    return 'index.js';
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPath(name: string): boolean {
  return name.startsWith('.') || isAbsolute(name);
}
