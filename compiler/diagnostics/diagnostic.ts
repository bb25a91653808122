import type {Span} from '../model/source.js';

export type Severity = 'error' | 'warning' | 'note';
export type Profile = 'prod' | 'dev';

/**
 * What can be wrong, once for all places where it is found.
 * `id` is CFG and three digits; the first says the phase: 0 load, 1 parse, 2 merge, 3 resolve, 4 check, 5 lower, 6 lock, 7 emit.
 * `explain` is the page of `cfgc explain ID`: What it does / Why / Example / Source.
 */
export interface DiagnosticKind {
  readonly id: `CFG${number}`;
  readonly name: string;
  readonly severity: Severity | {readonly prod: Severity | 'off'; readonly dev: Severity | 'off'};
  readonly explain: string;
  /** The machine is at fault, not the files (no network, no uv): `cfgc` then ends with 3 instead of 1. */
  readonly environment?: true;
  /** A file of the profile was not read, or not to its end: names that others miss may stand in it. */
  readonly losesFile?: true;
  /** A name is missing: where a file was not read, that is the likely cause. */
  readonly missesName?: true;
}

export interface Label {
  readonly span: Span;
  readonly text: string;
  /** The span holds a secret: it is shown as stars, and nothing else of its lines is. */
  readonly conceal?: boolean;
}

/** One finding. A diagnostic is a value that is reported; what is thrown is a defect of cfgc. */
export interface Diagnostic {
  readonly kind: DiagnosticKind;
  /** What is wrong, in one line, without a full stop. */
  readonly message: string;
  /** Where; absent only where no file is to blame (a command line, the network). */
  readonly primary?: Label;
  readonly secondary?: readonly Label[];
  /** How the value came here, and what follows: one line each. */
  readonly notes?: readonly string[];
  /** An edit that one can type, or the nearest spelling. */
  readonly hint?: string;
}

/** How a phase reports. The driver collects, orders by file and place, and renders. */
export type Report = (diagnostic: Diagnostic) => void;
