/**
 * The lock, `pylock.PROFILE.toml` beside the profile: PEP 751, with cfgc's own facts in `[tool.cfgc]`.
 */
export interface LockedFile {
  /** No URL: which index a host asks is its own configuration. The hash says what may come from there. */
  readonly filename: string;
  readonly sha256: string;
  /** Bytes, where the index said. */
  readonly size?: number;
}

export interface LockedPackage {
  /** Canonical name (PEP 503). */
  readonly name: string;
  readonly version: string;
  readonly marker?: string;
  readonly wheels: readonly LockedFile[];
  readonly sdist?: LockedFile;
  /** Canonical names of the packages that it needs, inside this lock. */
  readonly dependencies: readonly string[];
}

export interface Lock {
  readonly requiresPython: string;
  readonly packages: readonly LockedPackage[];
  /** SHA-256 over what the lock was made from: target, requirements, pins. A lock is fresh while it is equal. */
  readonly inputDigest: string;
  /** Remote `extends`, templates and plugins: URL or path to SHA-256. */
  readonly remote: Readonly<Record<string, string>>;
  /** Downloads of parts: URL to SHA-256. */
  readonly downloads: Readonly<Record<string, string>>;
  /** The supervisor's own box, locked apart from the release. */
  readonly supervisor: readonly LockedPackage[];
  /** zc.buildout and the recipes that `[release] bridge` names, with what their parts need. */
  readonly bridge: readonly LockedPackage[];
  /** uv, where `installer = uv` puts one in its own box. */
  readonly tools: readonly LockedPackage[];
}
