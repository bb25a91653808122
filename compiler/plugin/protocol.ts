/** What passes between the compiler and a plugin's sandbox: JSON text alone, so that no object leads from one to the other. */
import type {Appended, RecipePage, Storage} from '../model/lowering.js';
import type {Entry, Origin} from '../model/release-plan.js';
import type {Text} from '../model/text.js';
import type {PluginContext, PluginFinding} from './api.js';

export interface PartData {
  readonly name: string;
  readonly recipe: string;
  readonly entryPoint: string;
  readonly options: Readonly<Record<string, {readonly value: Text; readonly origin: Origin}>>;
  readonly origin: Origin;
}

export interface CallData {
  readonly call: 'gives' | 'inputs' | 'appends' | 'storages' | 'lower';
  readonly part: PartData;
  readonly release?: PluginContext['release'];
  readonly parts?: readonly PartData[];
  /** Section to option to value. */
  readonly sections?: Readonly<Record<string, Readonly<Record<string, Text>>>>;
  /** `show(path)` to text. */
  readonly inputs?: Readonly<Record<string, string>>;
}

export interface Described {
  readonly version: number;
  readonly recipe: string;
  readonly entryPoints?: readonly string[];
  readonly options: readonly string[];
  readonly page: RecipePage;
  /** The calls that it answers. */
  readonly calls: readonly CallData['call'][];
}

export interface Answer {
  readonly value: Readonly<Record<string, Text>> & readonly (Text | Entry | Appended | Storage)[];
  readonly findings: readonly PluginFinding[];
}
