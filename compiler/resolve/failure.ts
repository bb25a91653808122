import type {DiagnosticKind} from '../diagnostics/diagnostic.js';

/** What buildout would raise: caught where an option is substituted, so that its neighbours are still read. */
export class Failure extends Error {
  constructor(
    readonly kind: DiagnosticKind,
    message: string,
    readonly detail: {
      /** What the caret goes under. */
      readonly needle?: string;
      readonly label?: string;
      readonly notes?: readonly string[];
      readonly hint?: string;
      /** Failures of the same mistake have the same text here: the first one is reported. */
      readonly once?: string;
    } = {},
  ) {
    super(message);
  }
}
