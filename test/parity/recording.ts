/** What a real recipe left behind, as a text that is read like code: `recorded.txt` of a case. */

/** A path that was made. */
export interface RecordedPath {
  readonly kind: 'directory' | 'file' | 'link';
  /** Four octal digits; of no meaning for a link. */
  readonly mode: string;
  /** A file's text, a link's target; empty for a directory. */
  readonly text: string;
}

/** One run of the real buildout. Paths are relative to its folder, which is `@BUILDOUT@` in every text. */
export interface Recording {
  readonly status: number;
  /** The last lines of what it said, where it failed. */
  readonly message: string;
  readonly paths: ReadonlyMap<string, RecordedPath>;
}

export function printRecording({status, message, paths}: Recording): string {
  const lines = [`exit ${status}`, ...quoted(message)];
  for (const [path, {kind, mode, text}] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push(kind === 'link' ? `link ${path} -> ${text}` : `${kind} ${mode} ${path}`);
    if (kind === 'file') lines.push(...quoted(text));
  }
  return `${lines.join('\n')}\n`;
}

/** @throws where the text is none that `printRecording` wrote */
export function parseRecording(recorded: string): Recording {
  let status = 0;
  const message: string[] = [];
  const paths = new Map<string, RecordedPath>();
  let content: string[] = message;
  const finish: (() => void)[] = [];
  for (const line of recorded.split('\n').slice(0, -1)) {
    const [, exit] = /^exit (\d+)$/.exec(line) ?? [];
    const [, kind, mode, path] = /^(file|directory) ([0-7]{4}) (.*)$/.exec(line) ?? [];
    const [, link, to] = /^link (.*) -> (.*)$/.exec(line) ?? [];
    if (line.startsWith('  |')) content.push(line.slice(3));
    else if (exit !== undefined) status = Number(exit);
    else if (link !== undefined && to !== undefined) paths.set(link, {kind: 'link', mode: '0777', text: to});
    else if (kind !== undefined && mode !== undefined && path !== undefined) {
      const lines: string[] = [];
      content = lines;
      finish.push(() => paths.set(path, {kind: kind as 'file' | 'directory', mode, text: lines.join('\n')}));
    } else throw new Error(`not a line of a recording: ${line}`);
  }
  for (const step of finish) step();
  return {status, message: message.join('\n'), paths};
}

/** Every line with a mark in front, so that its blanks are seen and an empty last one is not lost. */
function quoted(text: string): string[] {
  return text === '' ? [] : text.split('\n').map((line) => `  |${line}`);
}
