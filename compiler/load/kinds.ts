import type {DiagnosticKind} from '../diagnostics/diagnostic.js';

export const fileMissing: DiagnosticKind = {
  id: 'CFG001',
  name: 'file-missing',
  severity: 'error',
  losesFile: true,
  explain: `
What it does: stops where a profile, or a file that it extends, is not there.
Why: without the file nobody knows what the configuration means. buildout ends in a traceback.
Example: "extends = bse.cfg". Names are taken from the folder of the file that names them. In the list below
"extends", an indented "# old.cfg" is no comment but two names: comments begin in the first column.
Source: zc.buildout 6.0.1, buildout._open.`,
};

export const fileUnreadable: DiagnosticKind = {
  id: 'CFG002',
  name: 'file-unreadable',
  severity: 'error',
  losesFile: true,
  explain: `
What it does: stops where a file is there but can't be read: no permission, a folder, a fault of the disk.
Why: without the file nobody knows what the configuration means.
Example: "extends = plone" where plone is a folder. Name the file: "extends = plone/base.cfg".
Source: the operating system.`,
};

export const notUtf8: DiagnosticKind = {
  id: 'CFG003',
  name: 'not-utf-8',
  severity: 'error',
  losesFile: true,
  explain: `
What it does: stops at a file that is not UTF-8.
Why: buildout reads files in the encoding of its surroundings; a release must not depend on those, so it's always UTF-8.
Example: a comment with an umlaut in Latin-1. Convert the file: iconv -f latin1 -t utf-8 old.cfg > new.cfg
Source: zc.buildout 6.0.1 (UnicodeDecodeError in a UTF-8 locale).`,
};

export const extendsCycle: DiagnosticKind = {
  id: 'CFG004',
  name: 'extends-cycle',
  severity: 'error',
  explain: `
What it does: stops where a file extends itself, by way of others or under another spelling of its name.
Why: there is no end to reading it. buildout says "Recursive file include", or runs out of its stack.
Example: a.cfg extends b.cfg and b.cfg extends a.cfg. Move what both need into a third file.
Source: zc.buildout 6.0.1, buildout._open.`,
};

export const urlUnreachable: DiagnosticKind = {
  id: 'CFG005',
  name: 'url-unreachable',
  severity: 'error',
  losesFile: true,
  explain: `
What it does: stops where a file at a URL can't be had: the host is gone, answers with an error, or not in time.
Why: without the file nobody knows what the configuration means. Hosts of old configurations are often gone for good.
How long is waited: 30 seconds for an answer, three times; "socket-timeout = 5" under [buildout] says another number.
Proxies are those of the environment (http_proxy, https_proxy, no_proxy), logins those of ~/.netrc.
Example: http://good-py.appspot.com/… no longer exists. Stand in for it: --map "URL=path/of/a/copy.cfg"; or fetch all
remote files once, while they can be had: cfgc vendor prod.cfg
Source: zc.buildout 6.0.1, download.Download.`,
};

export const urlOffline: DiagnosticKind = {
  id: 'CFG006',
  name: 'url-offline',
  severity: 'error',
  losesFile: true,
  explain: `
What it does: stops where a file at a URL is neither mapped nor in the cache, and nothing may be fetched.
Why: --offline, or "offline = true" under [buildout], forbids the network.
Example: run once without --offline: cfgc keeps what it fetches in ~/.cache/cfgc (or $XDG_CACHE_HOME/cfgc). Or
"extends-cache = /path" with the folder that buildout filled, or --map "URL=path/of/a/copy.cfg".
Source: zc.buildout 6.0.1, download.Download ("Couldn't download … in offline mode").`,
};

export const optionalMissing: DiagnosticKind = {
  id: 'CFG007',
  name: 'optional-file-missing',
  severity: 'note',
  explain: `
What it does: says that a file of "optional-extends" is not there, so that nothing was read for it.
Why: buildout says so too. It looks for the name from the working folder, yet opens it from the folder of the file that
names it: where these differ, a file can be missed although it's there.
Example: "optional-extends = local.cfg".
Source: zc.buildout 6.0.1, buildout._open.`,
};

export const extendedBy: DiagnosticKind = {
  id: 'CFG008',
  name: 'extended-by',
  severity: 'error',
  explain: `
What it does: stops at "extended-by" under [buildout].
Why: only releases of buildout before 1.5 read it; later ones refuse the file.
Example: "extended-by = custom.cfg" in base.cfg. Compile custom.cfg and let it say "extends = base.cfg".
Source: zc.buildout 6.0.1, buildout._open.`,
};

export const downloadOption: DiagnosticKind = {
  id: 'CFG009',
  name: 'download-option',
  severity: 'error',
  losesFile: true,
  explain: `
What it does: stops at an option of [buildout] that is needed while files are read and can't be used: "newest" that is
neither true nor false, "extends-cache" with \${…}, or one that names a folder that is not there, where a URL is extended.
Why: nothing is substituted before all files are read, and "~" is not the home folder there. buildout stops too.
Example: "extends-cache = \${buildout:directory}/cache". Write a path: "extends-cache = cache".
Source: zc.buildout 6.0.1, buildout._open and download.Download.download_cached.`,
};

export const fromCache: DiagnosticKind = {
  id: 'CFG010',
  name: 'read-from-cache',
  severity: 'warning',
  explain: `
What it does: warns that a URL could not be had and that a copy of before was read instead: the one in the extends-cache,
or the one that cfgc kept when it fetched the URL the last time.
Why: buildout does the same with its extends-cache, and says nothing; the copy may be old. A lock holds its SHA-256.
Example: --offline says that the cache is meant.
Source: zc.buildout 6.0.1, download.Download.download_cached.`,
};

export const insecureCredentials: DiagnosticKind = {
  id: 'CFG011',
  name: 'netrc-unusable',
  severity: 'warning',
  explain: `
What it does: warns that ~/.netrc could not be read, so that URLs are fetched without a name and password.
Why: a syntax error in that file hides what stands behind it.
Example: "machine host login" with no name behind it.
Source: Python's netrc module; the netrc(5) manual.`,
};

export const loadKinds: readonly DiagnosticKind[] = [
  fileMissing,
  fileUnreadable,
  notUtf8,
  extendsCycle,
  urlUnreachable,
  urlOffline,
  optionalMissing,
  extendedBy,
  downloadOption,
  fromCache,
  insecureCredentials,
];
