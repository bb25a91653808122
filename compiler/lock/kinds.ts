import type {DiagnosticKind} from '../diagnostics/diagnostic.js';

export const unpinnedClosure: DiagnosticKind = {
  id: 'CFG601',
  name: 'unpinned-closure',
  severity: 'error',
  explain: `
What it does: stops where a distribution that the release needs, itself or for another, has no exact version in [versions].
All of them are named at once, as lines that can be pasted under [versions].
Why: what is not pinned is picked. Two locks a week apart would differ, and nobody would have decided it.
A range (">= 2") is no pin: buildout calls what it finds by one "picked" too.
Example: Flask is pinned and Werkzeug, which it needs, is not. Paste "werkzeug = 3.1.9" under [versions].
The versions in the block are the newest that fit the other pins; look at them before you paste.
Source: zc.buildout, allow-picked-versions = false.`,
};

export const staleLock: DiagnosticKind = {
  id: 'CFG602',
  name: 'stale-lock',
  severity: 'error',
  explain: `
What it does: with --locked, stops where the lock is missing or was made for other pins, eggs, files or another target.
Why: a release in CI must be what was reviewed. Without --locked the lock is made anew, and its diff is to be reviewed.
Example: a pin went from 1.0 to 1.1 and pylock.prod.toml still has 1.0. Run \`cfgc lock prod.cfg\`, and commit the lock.
Source: README, "Lock".`,
};

export const badLock: DiagnosticKind = {
  id: 'CFG603',
  name: 'bad-lock',
  severity: 'error',
  explain: `
What it does: stops at a lock that can't be read: no TOML, or not what cfgc writes.
Why: the lock says which files may be installed. What can't be understood must not be guessed, nor written over.
Example: a merge left "<<<<<<<" in pylock.prod.toml. Solve the conflict, or delete the file and run \`cfgc lock prod.cfg\`.
Source: PEP 751; the table [tool.cfgc].`,
};

export const unsatisfiable: DiagnosticKind = {
  id: 'CFG604',
  name: 'unsatisfiable',
  severity: 'error',
  explain: `
What it does: stops where the pins and the eggs can't all be had together.
Why: buildout would stop too, with "There is a version conflict" or "is not allowed by your [versions] constraint".
Example: "Werkzeug = 1.0" is pinned, and Flask 3.1.3 needs Werkzeug 3.1.0 or later. Change one of the two pins.
The notes are the words of uv, which looks for the versions.
Source: uv pip compile.`,
};

export const remoteChanged: DiagnosticKind = {
  id: 'CFG605',
  name: 'remote-changed',
  severity: 'error',
  explain: `
What it does: stops where a file that came from a URL is not the file that the lock knows.
Why: a profile that extends a URL is only as safe as that URL. The lock holds the SHA-256 of what was reviewed.
Example: a versions.cfg on a web server was edited. Look at the change, then run \`cfgc lock --update prod.cfg\`.
Source: README, "Lock".`,
};

export const noWheel: DiagnosticKind = {
  id: 'CFG606',
  name: 'no-wheel',
  severity: 'error',
  explain: `
What it does: stops where a distribution has no wheel for the release's Python and platform.
Why: a build from source runs code of the distribution and of its build tools, which no hash covers, and needs compilers on the host.
Example: docopt 0.6.2 has an sdist alone. Write under [release] "build-from-source = docopt", or build a wheel of it for your index.
Source: README, "Lock"; the design's rule "wheels only".`,
};

export const noUv: DiagnosticKind = {
  id: 'CFG607',
  name: 'no-uv',
  severity: 'error',
  environment: true,
  explain: `
What it does: stops where a lock must be made and there is no uv to make it.
Why: uv reads the package index and finds the versions. With a fresh lock it is not needed.
Example: install it (pip install uv, or your system's package), or name it: CFGC_UV=/path/to/uv cfgc lock prod.cfg
Source: README, "Lock".`,
};

export const indexFailed: DiagnosticKind = {
  id: 'CFG608',
  name: 'index-failed',
  severity: 'error',
  environment: true,
  explain: `
What it does: stops where uv could not do its work: the index did not answer, or uv refused an option.
Why: without an answer there is no lock. The lock that is there is left as it was.
Example: no network. uv's own configuration (uv.toml, UV_INDEX_URL, UV_NATIVE_TLS) says which index it asks.
Source: uv pip compile.`,
};

export const badDownload: DiagnosticKind = {
  id: 'CFG609',
  name: 'bad-download',
  severity: 'error',
  environment: true,
  explain: `
What it does: stops where a file that a part downloads could not be fetched while the lock is made, or is not what its md5 says.
Why: a download without a SHA-256 gets one in the lock; for that the file must be read once.
Example: [nginx] url = https://example.org/nginx.tar.gz answers 404. Correct the URL, or write the checksum into the part.
Source: README, "Lock".`,
};

export const unknownPlatform: DiagnosticKind = {
  id: 'CFG610',
  name: 'unknown-platform',
  severity: 'error',
  explain: `
What it does: stops where no lock can be made for the target that [release] declares.
Why: uv must be told which files fit the host, and does not know this platform.
Example: "platform = freebsd-amd64". Known are linux-x86_64, linux-aarch64, macosx-x86_64, macosx-arm64 and win32-x86_64.
Source: uv pip compile --python-platform.`,
};

export const lockKinds: readonly DiagnosticKind[] = [
  unpinnedClosure,
  staleLock,
  badLock,
  unsatisfiable,
  remoteChanged,
  noWheel,
  noUv,
  indexFailed,
  badDownload,
  unknownPlatform,
];
