/** A Python string literal, in single quotes, that stands for exactly this text. */
export function pythonString(value: string): string {
  const escaped = [...value].map((character) => {
    if (character === '\\' || character === "'") return `\\${character}`;
    const code = character.codePointAt(0)!;
    if (code >= 0x20 && code !== 0x7f) return character;
    if (character === '\n') return '\\n';
    return `\\x${code.toString(16).padStart(2, '0')}`;
  });
  return `'${escaped.join('')}'`;
}
