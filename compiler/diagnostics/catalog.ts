import {checkKinds} from '../check/rules.js';
import {editKinds} from '../edit/kinds.js';
import {serviceKinds} from '../emit/service-kinds.js';
import {lintKinds} from '../lint/lint.js';
import {loadKinds} from '../load/kinds.js';
import {lockKinds} from '../lock/kinds.js';
import {lowerKinds} from '../lower/kinds.js';
import {recipeKinds} from '../lower/recipes.js';
import {mergeKinds} from '../merge/kinds.js';
import {outputKinds} from '../output.js';
import {parseKinds} from '../parse/kinds.js';
import {pluginKinds} from '../plugin/kinds.js';
import {resolveKinds} from '../resolve/kinds.js';
import {settingKinds} from '../settings/kinds.js';
import type {DiagnosticKind} from './diagnostic.js';

/** Every kind of diagnostic, by id. Each is declared beside the code that reports it. */
export const catalog: readonly DiagnosticKind[] = [
  ...checkKinds,
  ...settingKinds,
  ...editKinds,
  ...lintKinds,
  ...lowerKinds,
  ...lockKinds,
  ...recipeKinds,
  ...serviceKinds,
  ...outputKinds,
  ...loadKinds,
  ...parseKinds,
  ...pluginKinds,
  ...mergeKinds,
  ...resolveKinds,
].sort((a, b) => (a.id < b.id ? -1 : 1));
