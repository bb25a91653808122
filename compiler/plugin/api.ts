/**
 * What a plugin imports: `import {defineRecipe, place, text} from 'cfgc'`.
 * A plugin teaches cfgc one recipe. It is one file, runs apart from the compiler, and sees nothing but what it is given:
 * no files, no network, no clock. docs/plugins.md has a worked example.
 */
import type {Appended, RecipePage, Storage} from '../model/lowering.js';
import type {Entry, Origin} from '../model/release-plan.js';
import type {Text} from '../model/text.js';

export type {Entry, Origin} from '../model/release-plan.js';
export type {Piece, Place, Ref, Text} from '../model/text.js';
export {lines, literal, place, show, split, text, trim, words} from '../util/text.js';

/** The version of this interface. A plugin names the one that it was written for. */
export const pluginVersion = 1;

/** A part, as a plugin sees it. */
export interface PluginPart {
  readonly name: string;
  /** Distribution and entry point that the recipe line names. */
  readonly recipe: string;
  readonly entryPoint: string;
  /** Names of the options that the part has. */
  readonly options: readonly string[];
  option(name: string): Text | undefined;
  /** The literal string of an option; undefined where it is absent or left to the host. */
  literal(name: string): string | undefined;
  /** Stripped lines of an option, empty ones left out. */
  lines(name: string): readonly Text[];
  /** File and line of an option, or of the part: the `origin` of an entry. */
  origin(name?: string): Origin;
}

/** A finding of a plugin: shown like cfgc's own, with the option's place. */
export interface PluginFinding {
  readonly severity?: 'error' | 'warning' | 'note';
  readonly message: string;
  readonly option?: string;
  /** The words of the value that the caret stands under. */
  readonly needle?: string;
  readonly label?: string;
  readonly hint?: string;
}

export interface PluginContext {
  readonly release: {
    readonly name: string;
    readonly version: string;
    readonly profile: 'prod' | 'dev';
    readonly user: string;
    readonly group: string;
  };
  /** Every part that would be built, in install order. */
  readonly parts: readonly PluginPart[];
  option(section: string, name: string): Text | undefined;
  /** The text of a file that `inputs` named; undefined where it could not be read. */
  input(path: Text): string | undefined;
  /** Where a path that holds data lies on the host: in the data folder, unless it is absolute. */
  dataPath(path: Text): Text;
  report(finding: PluginFinding): void;
}

export interface PluginRecipe {
  /** `pluginVersion` of the interface that it was written for. */
  readonly version: number;
  readonly recipe: string;
  /** The entry points it answers for; `['default']` where absent. */
  readonly entryPoints?: readonly string[];
  /** Every option that it understands; any other of a part is reported. */
  readonly options: readonly string[];
  readonly page: RecipePage;
  /** Options that the recipe sets on its own part; other sections can refer to them. */
  readonly gives?: (part: PluginPart) => Readonly<Record<string, Text>>;
  /** Files of the profile's folder, or URLs, that `lower` wants to read. */
  readonly inputs?: (part: PluginPart) => readonly Text[];
  readonly appends?: (part: PluginPart, context: PluginContext) => readonly Appended[];
  readonly storages?: (part: PluginPart, context: PluginContext) => readonly Storage[];
  readonly lower: (part: PluginPart, context: PluginContext) => readonly Entry[];
}

/** Names the type of a plugin's recipe; gives it back. A plugin's default export. */
export function defineRecipe(recipe: PluginRecipe): PluginRecipe {
  return recipe;
}
