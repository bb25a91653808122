/** Paths as Python's `posixpath` handles them; `node:path` takes `..` and double slashes away where Python keeps them. */

export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

/** `os.path.join`: nothing is normalised, and an absolute path starts anew. */
export function joinPath(base: string, ...parts: readonly string[]): string {
  let path = base;
  for (const part of parts) {
    if (part.startsWith('/')) path = part;
    else path = path === '' || path.endsWith('/') ? path + part : `${path}/${part}`;
  }
  return path;
}

/** `os.path.dirname`. */
export function dirname(path: string): string {
  const head = path.slice(0, path.lastIndexOf('/') + 1);
  return head === '' || /^\/+$/.test(head) ? head : head.replace(/\/+$/, '');
}

export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `os.path.abspath` with the working folder given: `.` and `..` gone, two leading slashes kept as POSIX allows. */
export function absolutePath(path: string, workingDirectory: string): string {
  return normalisePath(isAbsolute(path) ? path : joinPath(workingDirectory, path));
}

/** `os.path.normpath`. */
export function normalisePath(path: string): string {
  if (path === '') return '.';
  const slashes = path.startsWith('//') && !path.startsWith('///') ? '//' : path.startsWith('/') ? '/' : '';
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..' || (slashes === '' && kept.length === 0) || kept.at(-1) === '..') kept.push(part);
    else kept.pop();
  }
  return slashes + kept.join('/') || '.';
}

/** `os.path.expanduser` for `~` alone; `~name` stays. */
export function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? home.replace(/\/+$/, '') + path.slice(1) || '/' : path;
}

/** The scheme of a URL as buildout tells one: letters, digits, `+`, `.` or `-`, then `://`. */
export function isUrl(name: string): boolean {
  return /^[a-zA-Z0-9+.-]+:\/\//.test(name);
}

/** A URL for people: name and password as stars. */
export function shownUrl(url: string): string {
  return url.replace(/^([a-zA-Z0-9+.-]+:\/\/)[^/@]*@/, '$1***@');
}
