/** A file as it was read. `name` is how users are shown it; `path` is absolute, or a URL. */
export interface Source {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** A stretch of a source, in UTF-16 units: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}
