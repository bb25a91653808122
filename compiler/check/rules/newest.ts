import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';
import {reportTrue} from './buildout-flag.js';

const kind: DiagnosticKind = {
  id: 'CFG405',
  name: 'newest',
  severity: {prod: 'error', dev: 'off'},
  explain: `
What it does: stops where a file asks for the newest versions.
Why: a release is what its pins and its lock say. "newest" has no place in it, and bin/buildout would look for updates at each run.
Example: "newest = true". Write "newest = false" under [buildout] in prod.cfg.
Source: zc.buildout, newest.`,
};

export const newest: Rule = {
  kind,
  check(context) {
    reportTrue(context, kind, 'newest', 'would look for newer versions at each run');
  },
};
