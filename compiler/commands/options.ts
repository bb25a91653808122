/** What every command that reads a profile understands. */
export interface ReadOptions {
  readonly format: 'text' | 'json' | 'sarif' | 'github';
  readonly color?: boolean;
  /** Diagnostics of a kind that are shown in a file, as text; 0 is all. */
  readonly maxDiagnostics: number;
  readonly offline?: boolean;
  readonly assume: readonly string[];
  readonly map: readonly string[];
  readonly userDefaults?: boolean;
  readonly ignoreExtension: readonly string[];
  readonly allowDirty?: boolean;
}

export interface CompileOptions extends ReadOptions {
  readonly output?: string;
  readonly emit?: string;
  readonly locked?: boolean;
}

/** What `--emit` can write instead of the script. */
export const emitKinds = [
  'plan',
  'make',
  'puppet',
  'mtree',
  'tmpfiles',
  'sysusers',
  'rsyslog',
  'systemd',
  'ansible',
  'report',
] as const;
