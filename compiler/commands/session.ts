import {isAbsolute, relative} from 'node:path';
import {withCauses} from '../diagnostics/causes.js';
import {withChains} from '../diagnostics/chain.js';
import type {Diagnostic, Label, Profile, Report} from '../diagnostics/diagnostic.js';
import {withMacros} from '../diagnostics/macros.js';
import {ordered, severityOf} from '../diagnostics/severity.js';
import type {Graph} from '../model/graph.js';
import type {Source, Span} from '../model/source.js';
import type {Learn} from '../read-profile.js';
import {fileLine} from '../util/position.js';
import type {ReadOptions} from './options.js';

type Files = Pick<Graph, 'entrySource' | 'edges' | 'files'>;

/** One run of the command: collects what is reported, and prints it at the end. */
export interface Session {
  readonly report: Report;
  readonly diagnostics: readonly Diagnostic[];
  /** Severities depend on it; `prod` until the settings are read. */
  profile: Profile;
  /** How files extend each other, once they are read: for the chain in messages. */
  files: Files | undefined;
  /** Takes what a phase learns for the messages. */
  readonly learn: Learn;
  hasErrors(): boolean;
  /** Whether all errors are of one kind. */
  onlyErrorsOf(id: string): boolean;
  /**
   * Prints all diagnostics, ordered: text on standard error, the other formats on standard output.
   * @returns the exit status: 0, 1 where there are errors, 3 where all of them are faults of the machine
   */
  finish(): Promise<number>;
}

type Printing = Pick<ReadOptions, 'format' | 'color' | 'maxDiagnostics'>;

export function startSession(options: Printing, version = '0.0.0'): Session {
  const diagnostics: Diagnostic[] = [];
  const errors = (): readonly Diagnostic[] =>
    diagnostics.filter(({kind}) => severityOf(kind, session.profile) === 'error');
  const session: Session = {
    report: (diagnostic) => {
      diagnostics.push(diagnostic);
    },
    diagnostics,
    profile: 'prod',
    files: undefined,
    learn: ({files, profile}) => {
      session.files = files ?? session.files;
      session.profile = profile ?? session.profile;
    },
    hasErrors: () => errors().length > 0,
    onlyErrorsOf: (id) => errors().every(({kind}) => kind.id === id),
    async finish() {
      await print(seenFrom(process.cwd(), diagnostics, session.files), session.profile, options, version);
      if (errors().length === 0) return 0;
      return errors().every(({kind}) => kind.environment) ? 3 : 1;
    },
  };
  return session;
}

async function print(
  diagnostics: readonly Diagnostic[],
  profile: Profile,
  {format, color, maxDiagnostics}: Printing,
  version: string,
): Promise<void> {
  if (format === 'json') {
    const {renderJson} = await import('../diagnostics/json.js');
    process.stdout.write(renderJson(diagnostics, profile));
  } else if (format === 'sarif') {
    const {renderSarif} = await import('../diagnostics/sarif.js');
    process.stdout.write(renderSarif(diagnostics, profile, version));
  } else if (format === 'github') {
    const {renderGithub} = await import('../diagnostics/github.js');
    process.stdout.write(renderGithub(diagnostics, profile));
  } else if (diagnostics.length > 0) {
    const {renderText} = await import('../diagnostics/render.js');
    const text = renderText(diagnostics, {profile, colour: wantsColour(color), most: maxDiagnostics});
    const first = ordered(diagnostics, profile)[0]?.kind;
    process.stderr.write(text);
    if (first) process.stderr.write(`more about one of them: cfgc explain ${first.id}\n`);
  }
}

/**
 * The diagnostics with the names of files as they are seen from a folder: what an editor, or an annotation of a pull
 * request, can open. Elsewhere a name is relative to the profile, so that a script does not depend on where it was compiled.
 */
function seenFrom(folder: string, diagnostics: readonly Diagnostic[], files: Files | undefined): readonly Diagnostic[] {
  const named = new Map<Source, Source>();
  const renamed = (source: Source): Source => {
    if (!isAbsolute(source.path)) return source;
    const known = named.get(source);
    if (known) return known;
    const seen = relative(folder, source.path);
    const other = {...source, name: seen.startsWith('../../..') ? source.path : seen};
    named.set(source, other);
    return other;
  };
  // Phases name places in their texts as the profile's folder sees them: `base.cfg:4`.
  const names = new Map((files?.files ?? []).map(({source}) => [source.name, renamed(source).name]));
  const inText = (text: string): string => text.replace(/([^\s()]+)(?=:\d)/g, (name) => names.get(name) ?? name);
  const rename = (label: Label): Label => ({
    ...label,
    text: inText(label.text),
    span: {...label.span, source: renamed(label.span.source)},
  });
  const shown = diagnostics.map((diagnostic) => ({
    ...diagnostic,
    ...(diagnostic.notes && {notes: diagnostic.notes.map(inText)}),
    ...(diagnostic.primary && {primary: rename(diagnostic.primary)}),
    ...(diagnostic.secondary && {secondary: diagnostic.secondary.map(rename)}),
  }));
  if (!files) return shown;
  const edges = files.edges.map(({from, to, span}) => ({
    from: renamed(from),
    to: renamed(to),
    span: {...span, source: renamed(span.source)},
  }));
  const place = (span: Span): string => fileLine({...span, source: renamed(span.source)});
  const taken = withMacros(shown, files.files, place);
  return withCauses(withChains(taken, renamed(files.entrySource), edges));
}

/** Colour where a person looks, and nothing says otherwise. Source: no-color.org, and what other tools do with FORCE_COLOR. */
export function wantsColour(
  asked: boolean | undefined,
  env: NodeJS.ProcessEnv = process.env,
  terminal = process.stderr.isTTY,
): boolean {
  if (asked !== undefined) return asked;
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return terminal === true && env.TERM !== 'dumb';
}
