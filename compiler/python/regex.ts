/** Python's `re` for patterns that mean the same to JavaScript; any other is not decided. */
import type {Language} from './language.js';
import {type FunctionValue, isPrefix, type MatchValue, PythonError, Undecidable, type Value} from './value.js';

/** The functions of the module. */
export function regularExpressions(language: Language): Readonly<Record<string, Value>> {
  return {
    match: matcher('match', language),
    search: matcher('search', language),
    fullmatch: matcher('fullmatch', language),
    compile: {
      kind: 'function',
      name: 'compile',
      call: (args, named) => {
        if (args.length !== 1 || named.size > 0) throw new Undecidable('re.compile with flags');
        const bound = (name: 'match' | 'search' | 'fullmatch'): FunctionValue => ({
          kind: 'function',
          name,
          call: (texts, more) => matcher(name, language).call([args[0]!, ...texts], more),
        });
        return {
          kind: 'module',
          name: 're.Pattern',
          members: {match: bound('match'), search: bound('search'), fullmatch: bound('fullmatch')},
        };
      },
    },
  };
}

function matcher(name: 'match' | 'search' | 'fullmatch', language: Language): FunctionValue {
  return {
    kind: 'function',
    name,
    call: (args, named) => {
      const [pattern, text] = args;
      if (args.length !== 2 || named.size > 0) throw new Undecidable(`re.${name} with flags`);
      for (const each of [pattern!, text!]) if (isPrefix(each)) throw new Undecidable(each.what);
      if (typeof pattern !== 'string' || typeof text !== 'string')
        throw new PythonError('TypeError', 'expected string or bytes-like object');
      const found = translated(pattern, text, name, language).exec(text);
      return found ? matchOf(found, language) : null;
    },
  };
}

function matchOf(found: RegExpExecArray, {pypy}: Language): MatchValue {
  const groups = [...found].map((group) => group ?? null);
  return {kind: 'match', groups, named: {...found.groups}, ...(pypy && {iterable: true})};
}

/** A search may try every way to share a text among the repetitions of a pattern, and repetitions of repetitions take for ever. */
function mayTakeLong(pattern: string, text: string): boolean {
  const plain = pattern.replaceAll(/\\[\s\S]/g, 'x').replaceAll(/\[\^?\]?[^\]]*\]/g, 'x');
  if (/\([^()]*[*+{|][^()]*\)[*+{]|\)\)[*+{]|\([^()]*\([^()]*\)[^()]*\)[*+{]/.test(plain)) return true;
  const repetitions = plain.match(/[*+?{]/g)?.length ?? 0;
  return text.length ** Math.max(1, repetitions) > 1e6;
}

function translated(pattern: string, text: string, how: 'match' | 'search' | 'fullmatch', {minor}: Language): RegExp {
  // What differs between the two: Unicode classes, look-behind, inline flags, conditionals, possessive and lazy oddities.
  if (
    /[^\x20-\x7e\n\t]/.test(pattern) ||
    /\(\?(?!:|P<|=|!)/.test(pattern) ||
    /[*+?}]\+|\\[^AZbBdDsSwWnrtfv.\\/()[\]{}*+?|^$-]/.test(pattern)
  )
    throw new Undecidable(`the regular expression ${pattern}`);
  if (mayTakeLong(pattern, text)) throw new Undecidable(`the regular expression ${pattern} on so long a text`);
  let inClass = false;
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === '\\') {
      const next = pattern[++at] ?? '';
      source += next === 'A' ? '(?<![\\s\\S])' : next === 'Z' ? '(?![\\s\\S])' : `\\${next}`;
    } else if (inClass || character !== '$') {
      if (character === '[' && !inClass) {
        inClass = true;
        // A bracket that comes first is a member of the class.
        const first = /^\^?\]/.exec(pattern.slice(at + 1))?.[0];
        if (first !== undefined) {
          source += `[${first.slice(0, -1)}\\]`;
          at += first.length;
          continue;
        }
      } else if (character === ']') inClass = false;
      source += character;
    } else source += '(?=\\n?(?![\\s\\S]))';
  }
  source = source.replaceAll('(?P<', '(?<');
  const whole =
    how === 'search'
      ? source
      : how === 'match'
        ? `(?<![\\s\\S])(?:${source})`
        : `(?<![\\s\\S])(?:${source})(?![\\s\\S])`;
  try {
    return new RegExp(whole);
  } catch {
    throw new PythonError(minor >= 13 ? 'PatternError' : 'error', `${pattern} is no regular expression`);
  }
}
