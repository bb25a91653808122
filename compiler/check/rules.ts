import type {DiagnosticKind} from '../diagnostics/diagnostic.js';
import type {Rule} from '../model/lowering.js';
import {autoCheckout} from './rules/auto-checkout.js';
import {customFile} from './rules/custom-file.js';
import {debugMode} from './rules/debug-mode.js';
import {developEggs} from './rules/develop-eggs.js';
import {dirtyTree} from './rules/dirty-tree.js';
import {doubledDollar} from './rules/doubled-dollar.js';
import {extensionWithoutEffect, refusedExtension, unknownExtension} from './rules/extensions.js';
import {httpExtends} from './rules/http-extends.js';
import {httpIndex} from './rules/http-index.js';
import {inexactPin} from './rules/inexact-pin.js';
import {literalPassword} from './rules/literal-password.js';
import {newest} from './rules/newest.js';
import {oldHostRule} from './rules/old-host.js';
import {pickedVersions} from './rules/picked-versions.js';
import {pinSpellings} from './rules/pin-spellings.js';
import {python2} from './rules/python-2.js';
import {unpinned} from './rules/unpinned.js';
import {vcsRequirement} from './rules/vcs-requirement.js';

/** Every rule, by id. */
export const rules: readonly Rule[] = [
  developEggs,
  autoCheckout,
  vcsRequirement,
  pickedVersions,
  newest,
  unknownExtension,
  refusedExtension,
  extensionWithoutEffect,
  literalPassword,
  debugMode,
  httpExtends,
  unpinned,
  httpIndex,
  dirtyTree,
  pinSpellings,
  inexactPin,
  customFile,
  doubledDollar,
  oldHostRule,
  python2,
];

export const checkKinds: readonly DiagnosticKind[] = rules.map(({kind}) => kind);
