/**
 * Edits the text of a `.cfg` file line by line, so that what is not edited keeps its layout, its comments and its line ends.
 */

interface Layout {
  readonly lines: string[];
  readonly end: string;
  /** Whether the text ended with a line end. */
  readonly closed: boolean;
}

/** An option's lines: its first, and the one after its last line that has a value. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * Adds a line to a list option (`eggs +=`), in the manner of the lines that are there.
 * A section that is missing is made at the end, an option at the top of its section.
 */
export function addLine(text: string, section: string, option: string, line: string): string {
  const layout = split(text);
  const {lines} = layout;
  const place = findSection(lines, section);
  if (!place) {
    while (lines.length > 0 && lines.at(-1)!.trim() === '') lines.pop();
    if (lines.length > 0) lines.push('');
    lines.push(`[${section}]`, `${option} +=`, `    ${line}`);
    return join({...layout, closed: true});
  }
  const found = findOptions(lines, place).findLast(({name}) => name === option);
  if (!found) {
    lines.splice(place.start + 1, 0, `${option} +=`, `    ${line}`);
    return join(layout);
  }
  const indent = /^[ \t]+/.exec(lines[found.end - 1]!)?.[0] ?? '    ';
  lines.splice(found.end, 0, `${found.end - found.start > 1 ? indent : '    '}${line}`);
  return join(layout);
}

/** Sets `name = value` in a section: a line in place of the option's own, else a new one after the section's last option. */
export function setOption(text: string, section: string, name: string, value: string): string {
  const layout = split(text);
  const {lines} = layout;
  const place = findSection(lines, section);
  const line = `${name} = ${value}`;
  if (!place) {
    while (lines.length > 0 && lines.at(-1)!.trim() === '') lines.pop();
    if (lines.length > 0) lines.push('');
    lines.push(`[${section}]`, line);
    return join({...layout, closed: true});
  }
  const options = findOptions(lines, place);
  const found = options.findLast((option) => option.name === name);
  if (found) lines.splice(found.start, found.end - found.start, line);
  else lines.splice(options.at(-1)?.end ?? place.start + 1, 0, line);
  return join(layout);
}

/**
 * Takes the lines of a list option out for which `drop` holds, wherever the option stands. An option that is empty then goes too.
 * @returns the text, and how many lines went
 */
export function dropLines(
  text: string,
  option: string,
  drop: (line: string) => boolean,
): {text: string; dropped: number} {
  const layout = split(text);
  const {lines} = layout;
  let dropped = 0;
  for (const place of findSections(lines).toReversed()) {
    for (const found of findOptions(lines, place).toReversed()) {
      if (found.name !== option) continue;
      const [head, first] = /^([^=]*=)(.*)$/.exec(lines[found.start]!)!.slice(1) as [string, string];
      let [left, gone] = [0, 0];
      for (let at = found.end - 1; at > found.start; at -= 1) {
        if (!isContinuation(lines[at]!)) continue;
        if (!drop(lines[at]!.trim())) left += 1;
        else {
          lines.splice(at, 1);
          gone += 1;
        }
      }
      if (first.trim() !== '') {
        if (!drop(first.trim())) left += 1;
        else {
          lines[found.start] = head;
          gone += 1;
        }
      }
      if (gone > 0 && left === 0) lines.splice(found.start, 1);
      dropped += gone;
    }
  }
  return {text: join(layout), dropped};
}

/** Takes the options of a section out for which `drop` holds. */
export function dropOptions(text: string, section: string, drop: (name: string) => boolean): string {
  const layout = split(text);
  const place = findSection(layout.lines, section);
  if (!place) return text;
  for (const found of findOptions(layout.lines, place).toReversed()) {
    if (drop(found.name)) layout.lines.splice(found.start, found.end - found.start);
  }
  return join(layout);
}

/** The sections of a file that have this option, in order. */
export function sectionsWith(text: string, option: string): string[] {
  const {lines} = split(text);
  return findSections(lines)
    .filter((place) => findOptions(lines, place).some(({name}) => name === option))
    .map(({name}) => name);
}

/** The lines of every option of this name. */
export function linesOf(text: string, option: string): string[] {
  const lines: string[] = [];
  dropLines(text, option, (line) => {
    lines.push(line);
    return false;
  });
  return lines;
}

/** Names of a section's options; empty where there is none. */
export function optionNames(text: string, section: string): string[] {
  const {lines} = split(text);
  const place = findSection(lines, section);
  return place ? findOptions(lines, place).map(({name}) => name) : [];
}

function split(text: string): Layout {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  const closed = lines.at(-1) === '';
  if (closed) lines.pop();
  return {lines, end, closed};
}

function join({lines, end, closed}: Layout): string {
  return lines.join(end) + (closed && lines.length > 0 ? end : '');
}

function findSection(lines: readonly string[], name: string): (Stretch & {name: string}) | undefined {
  return findSections(lines).findLast((place) => place.name === name);
}

/** Sections, each from its header to the next one's. */
function findSections(lines: readonly string[]): (Stretch & {name: string})[] {
  const heads = lines.flatMap((line, start) => {
    const name = /^\[\s*([^\]:]*[^\]:\s])\s*(?::[^\]]*)?\]/.exec(line)?.[1];
    return name === undefined ? [] : [{name, start}];
  });
  return heads.map((head, index) => ({...head, end: heads[index + 1]?.start ?? lines.length}));
}

/** The options of a section. An option ends after its last line with a value: comments and blank lines below belong to nobody. */
function findOptions(lines: readonly string[], place: Stretch): (Stretch & {name: string})[] {
  const found: {name: string; start: number; end: number}[] = [];
  for (let at = place.start + 1; at < place.end; at += 1) {
    const line = lines[at]!;
    const last = found.at(-1);
    const name = /^([^\s#;=[][^=]*?)\s*[+-]?\s*=/.exec(line)?.[1];
    if (name !== undefined) found.push({name: name.trim(), start: at, end: at + 1});
    else if (last && isContinuation(line)) last.end = at + 1;
  }
  return found;
}

function isContinuation(line: string): boolean {
  return /^[ \t]+\S/.test(line);
}
