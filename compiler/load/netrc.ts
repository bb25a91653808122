/** Name and password of a machine. */
export interface Login {
  readonly login: string;
  readonly password: string;
}

/**
 * Reads a netrc file. Macros (`macdef`) are skipped up to the empty line that ends them.
 * @returns logins by machine, `default` under `''`; and what was no netrc, where something was not
 */
export function parseNetrc(text: string): {readonly machines: ReadonlyMap<string, Login>; readonly fault?: string} {
  const machines = new Map<string, Login>();
  const words = tokens(text);
  let at = 0;
  while (at < words.length) {
    const word = words[at++]!;
    if (word !== 'machine' && word !== 'default') return {machines, fault: `\`${word}\` is no keyword of netrc`};
    const machine = word === 'default' ? '' : words[at++];
    if (machine === undefined) return {machines, fault: '`machine` without a name'};
    const found = {login: '', password: ''};
    while (at < words.length && ['login', 'user', 'password', 'account'].includes(words[at]!)) {
      const field = words[at++]!;
      const value = words[at++];
      if (value === undefined) return {machines, fault: `\`${field}\` without a value`};
      if (field === 'password') found.password = value;
      else if (field !== 'account') found.login = value;
    }
    if (!machines.has(machine)) machines.set(machine, found);
  }
  return {machines};
}

function tokens(text: string): string[] {
  const found: string[] = [];
  let macro = false;
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (macro) {
      macro = line.trim() !== '';
      continue;
    }
    for (const [word] of line.matchAll(/"(?:\\.|[^"\\])*"|\S+/g)) {
      if (word.startsWith('#')) break;
      if (word === 'macdef') {
        macro = true;
        break;
      }
      found.push(word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, '$1') : word.replaceAll(/\\(.)/g, '$1'));
    }
  }
  return found;
}
