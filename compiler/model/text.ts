/**
 * A value of which some pieces are known only on the host.
 *
 * A Text is no string: only an emitter turns it into shell, config-file or Make syntax, and quotes as it goes.
 * So a hostile value cannot become code.
 */
export type Place =
  /** The profile's folder, `${buildout:directory}`. Never left in a plan: `placed` turns it into one of the others. */
  | 'directory'
  /** PREFIX. */
  | 'prefix'
  /** PREFIX/current. */
  | 'current'
  /** PREFIX/releases/VERSION, and its folders. */
  | 'release'
  | 'bin'
  | 'etc'
  | 'lib'
  | 'share'
  /** The release's virtualenv, lib/venv below the release. */
  | 'venv'
  /** Shared data, PREFIX/var. */
  | 'data'
  /** Log files that cannot go to syslog, PREFIX/var/log. */
  | 'log'
  /** Pids and sockets, PREFIX/run. */
  | 'run'
  | 'backups'
  /** The supervisor's own box, PREFIX/supervisor. */
  | 'supervisor'
  /** Downloads and wheels kept between releases, PREFIX/.cfgc/cache. */
  | 'cache';

export type Ref =
  | {readonly ref: 'place'; readonly place: Place}
  /** The release's Python interpreter, an absolute path. */
  | {readonly ref: 'python'}
  /** The host's name, its full name, and the users. */
  | {readonly ref: 'hostname'}
  | {readonly ref: 'fqdn'}
  | {readonly ref: 'user'}
  | {readonly ref: 'group'}
  /** What the release is called on the host: its version; in dev with a mark of its content. */
  | {readonly ref: 'release-id'}
  /** A declared environment variable of whoever runs the script. */
  | {readonly ref: 'env'; readonly name: string; readonly within?: Syntax}
  /** A secret of the `[secrets]` section, known at run time alone. */
  | {readonly ref: 'secret'; readonly name: string; readonly within?: Syntax};

/** The source code that a reference stands in, outside of quotes: the host fills in its value as one quoted word, or string. */
export type Syntax = 'sh' | 'python';

export type Piece = string | Ref;

/** Literal pieces and references in order; no two strings lie beside each other, and none is empty. */
export interface Text {
  readonly pieces: readonly Piece[];
}
