/**
 * The text templates of Genshi: `${expression}`, `$name`, `{% directive %}…{% end %}`, `{# comment #}`.
 * Source: Genshi 0.7.12, NewTextTemplate: directives are found first, then escapes are taken away, then expressions are found.
 */

export type GenshiNode =
  | {readonly kind: 'text'; readonly text: string}
  | {readonly kind: 'expression'; readonly source: string; readonly at: number}
  | {
      readonly kind: 'directive';
      readonly name: string;
      /** What stands after the name. */
      readonly value: string;
      /** Where the directive begins, and its value, in UTF-16 units. */
      readonly at: number;
      readonly valueAt: number;
      readonly body: readonly GenshiNode[];
    };

export interface GenshiFault {
  readonly at: number;
  readonly message: string;
  readonly hint?: string;
}

const names: ReadonlySet<string> = new Set(['if', 'for', 'choose', 'when', 'otherwise', 'with', 'def']);
const depthLimit = 100;

const directive = /(?<!\\)\{%\s*(\w+)\s*([\s\S]*?)\s*%\}|(?<!\\)\{#[\s\S]*?#\}/g;

/** @returns the nodes in order; or what is wrong with it */
export function parseGenshiText(source: string): readonly GenshiNode[] | GenshiFault {
  const top: GenshiNode[] = [];
  const open: {name: string; value: string; at: number; valueAt: number; body: GenshiNode[]}[] = [];
  let body = top;
  let from = 0;
  for (const found of source.matchAll(directive)) {
    const fault = addText(body, source, from, found.index);
    if (fault) return fault;
    from = found.index + found[0].length;
    const [whole, name, value = ''] = found;
    if (name === undefined) continue;
    if (name === 'end') {
      const closed = open.pop();
      if (!closed) return {at: found.index, message: '`{% end %}` closes nothing', hint: 'take it out'};
      body = open.at(-1)?.body ?? top;
      body.push({kind: 'directive', ...closed});
      continue;
    }
    const unfit = unfitDirective(name);
    if (unfit) return {at: found.index, ...unfit};
    if (open.length >= depthLimit) return {at: found.index, message: 'directives are nested too deep'};
    const valueAt = found.index + whole.indexOf(value, whole.indexOf(name) + name.length);
    open.push({name, value, at: found.index, valueAt, body: []});
    body = open.at(-1)!.body;
  }
  const fault = addText(body, source, from, source.length);
  if (fault) return fault;
  const left = open.at(-1);
  if (left)
    return {
      at: left.at,
      message: `\`{% ${left.name} %}\` has no \`{% end %}\``,
      hint: 'add `{% end %}`: without it Genshi writes what follows whatever the directive says',
    };
  return top;
}

function unfitDirective(name: string): {message: string; hint: string} | undefined {
  if (names.has(name)) return undefined;
  if (name === 'include')
    return {message: '`{% include %}` is not read', hint: 'write the text of the other file into this one'};
  if (name === 'python')
    return {message: '`{% python %}` is not run', hint: 'name the values in `{% with name = expression %}`'};
  return {
    message: `\`{% ${name} %}\` is no directive of Genshi`,
    hint: `directives are ${[...names].join(', ')}; write \`\\{%\` for a brace that is text`,
  };
}

/** A text between directives, with its expressions. */
function addText(nodes: GenshiNode[], source: string, start: number, end: number): GenshiFault | undefined {
  const {text, offsets} = unescaped(source, start, end);
  let plain = '';
  let at = 0;
  const flush = (): void => {
    if (plain !== '') nodes.push({kind: 'text', text: plain});
    plain = '';
  };
  for (;;) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0 || dollar === text.length - 1) break;
    plain += text.slice(at, dollar);
    const next = text[dollar + 1]!;
    if (next === '{') {
      const close = closingBrace(text, dollar + 2);
      if (close === undefined)
        return {
          at: offsets[dollar]!,
          message: 'an expression `${` is not closed',
          hint: 'write `$$` for a dollar that is text',
        };
      const expression = text.slice(dollar + 2, close);
      if (expression !== '') {
        flush();
        nodes.push({kind: 'expression', source: expression, at: offsets[dollar + 2]!});
      }
      at = close + 1;
    } else if (/[A-Za-z_]/.test(next)) {
      const name = /^[\w.]+/.exec(text.slice(dollar + 1))![0];
      flush();
      nodes.push({kind: 'expression', source: name, at: offsets[dollar + 1]!});
      at = dollar + 1 + name.length;
    } else {
      // `$$` is one dollar; before anything else a dollar is itself.
      plain += '$';
      at = dollar + (next === '$' ? 2 : 1);
    }
  }
  plain += text.slice(at);
  flush();
  return undefined;
}

/** A backslash takes away a line end, and lets `{%`, `{#` and itself be text. */
function unescaped(source: string, start: number, end: number): {text: string; offsets: readonly number[]} {
  const offsets: number[] = [];
  let text = '';
  for (let at = start; at < end; ) {
    const [taken = '', kept = ''] = /^\\(?:\r?\n|(\\|\{%|\{#))/.exec(source.slice(at, Math.min(at + 3, end))) ?? [];
    const left = taken === '' ? source[at]! : kept;
    for (let index = 0; index < left.length; index++) offsets.push(at + index + (taken === '' ? 0 : 1));
    text += left;
    at += taken === '' ? 1 : taken.length;
  }
  return {text, offsets};
}

/** The brace that closes an expression: strings and comments in it are skipped. */
function closingBrace(text: string, from: number): number | undefined {
  const token =
    /'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"|#[^\n]*|[{}]|[^{}#'"]+/y;
  let level = 1;
  let at = from;
  while (at < text.length) {
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) return undefined;
    if (found === '{') level++;
    else if (found === '}' && --level === 0) return at;
    at += found.length;
  }
  return undefined;
}

/** One `a = b = expression` of a `with`. */
export interface GenshiAssignment {
  readonly targets: readonly string[];
  readonly source: string;
  /** Where the expression begins in the directive's value. */
  readonly at: number;
}

/** The assignments of `{% with a = 1; b = a + 1 %}`; undefined where a statement is none. */
export function readAssignments(value: string): readonly GenshiAssignment[] | undefined {
  const found: GenshiAssignment[] = [];
  for (const [start, end] of pieces(value, /[;\n]/y, 0, value.length)) {
    if (value.slice(start, end).trim() === '') continue;
    const sides = pieces(value, /(?<![=!<>:])=(?!=)/y, start, end);
    if (sides.length < 2) return undefined;
    const [from, to] = sides.at(-1)!;
    const targets = sides.slice(0, -1).map(([a, b]) => value.slice(a, b).trim());
    found.push({targets, source: value.slice(from, to), at: from});
  }
  return found.length > 0 ? found : undefined;
}

/** Cuts at what a sticky pattern finds outside of strings and brackets. */
function pieces(value: string, separator: RegExp, start: number, end: number): [number, number][] {
  const token = /'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"|[\s\S]/y;
  const found: [number, number][] = [];
  let level = 0;
  let from = start;
  for (let at = start; at < end; ) {
    separator.lastIndex = at;
    const cut = level === 0 ? separator.exec(value)?.[0] : undefined;
    if (cut !== undefined && at + cut.length <= end) {
      found.push([from, at]);
      at += cut.length;
      from = at;
      continue;
    }
    token.lastIndex = at;
    const next = token.exec(value)![0];
    if ('([{'.includes(next)) level++;
    else if (')]}'.includes(next)) level--;
    at += next.length;
  }
  found.push([from, end]);
  return found;
}
