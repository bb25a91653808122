import {checkKinds} from '../check/rules.js';
import {serviceKinds} from '../emit/service-kinds.js';
import {lowerKinds} from '../lower/kinds.js';
import {recipeKinds} from '../lower/recipes.js';
import {settingKinds} from '../settings/kinds.js';
import type {DiagnosticKind} from './diagnostic.js';

/** Every kind of diagnostic, by id. Each is declared beside the code that reports it. */
export const catalog: readonly DiagnosticKind[] = [
  ...checkKinds,
  ...settingKinds,
  ...lowerKinds,
  ...recipeKinds,
  ...serviceKinds,
].sort((a, b) => (a.id < b.id ? -1 : 1));
