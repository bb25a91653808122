import type {DiagnosticKind} from '../diagnostics/diagnostic.js';
import type {LowerContext, Part} from '../model/lowering.js';
import type {FileEntry} from '../model/release-plan.js';
import type {PathClass} from '../model/settings.js';
import type {Text} from '../model/text.js';
import {place, refs, show, text} from '../util/text.js';
import {folderClass} from './path-class.js';

export const outsideRelease: DiagnosticKind = {
  id: 'CFG514',
  name: 'file-outside-release',
  severity: 'warning',
  explain: `
What it does: names a file that a part writes to an absolute path outside of the release and its data.
Why: a release owns its own folders alone. Writing to /etc needs root, and a rollback could not take it back. The file is made
in share/system of the release, so that whoever manages the host can copy or link it.
Example: [cron] has "output = /etc/cron.d/site". It becomes share/system/etc/cron.d/site; \`ln -s PREFIX/current/share/system/etc/cron.d/site /etc/cron.d/\`.
Source: design of cfgc: everything of a release lies below its prefix.
`,
};

export interface TextFileOptions {
  /** Octal, as the part says; absent: by the class of path. */
  readonly mode?: string;
  readonly executable?: boolean;
  /** Written only where it does not exist yet. */
  readonly keepExisting?: boolean;
  readonly validate?: readonly Text[];
}

/** A file that a part writes: its class by where it lies, stricter where it holds a secret. */
export function textFile(
  part: Part,
  option: string,
  path: Text,
  content: Text,
  context: LowerContext,
  options: TextFileOptions = {},
): FileEntry {
  const first = path.pieces[0];
  const outside = typeof first === 'string' && first.startsWith('/');
  if (outside) {
    const span = part.span(option);
    context.report({
      kind: outsideRelease,
      message: `part \`${part.name}\` writes \`${show(path)}\`, outside of the release`,
      ...(span && {primary: {span, text: 'not written there'}}),
      hint: `it is made in share/system${show(path)} of the release: copy or link it where the host is managed`,
    });
  }
  const where = outside ? text(place('share', 'system'), path) : path;
  const secret = refs(content).some(({ref}) => ref === 'secret');
  const cls: PathClass = secret ? 'secret' : folderClass(context.placed(where));
  const mode = options.mode?.padStart(4, '0');
  const runs = options.executable === true || (mode !== undefined && /[1357]/.test(mode.slice(-3)));
  return {
    kind: 'file',
    origin: part.origin(option),
    class: cls,
    path: where,
    content,
    executable: runs,
    ...(mode !== undefined && {mode}),
    ...(options.keepExisting && {unlessExists: where}),
    ...(options.validate && {validate: options.validate}),
  };
}
