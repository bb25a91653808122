import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';
import {reportTrue} from './buildout-flag.js';

const kind: DiagnosticKind = {
  id: 'CFG404',
  name: 'picked-versions',
  severity: {prod: 'error', dev: 'off'},
  explain: `
What it does: stops where a file allows buildout to pick versions.
Why: a picked version is the newest of the day. cfgc never picks; the same files under bin/buildout would, and differ from the release.
Example: "allow-picked-versions = true". Write "allow-picked-versions = false" under [buildout] in prod.cfg.
Source: zc.buildout, allow-picked-versions.`,
};

export const pickedVersions: Rule = {
  kind,
  check(context) {
    reportTrue(context, kind, 'allow-picked-versions', 'would pick the newest version of what has no pin');
  },
};
