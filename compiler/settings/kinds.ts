import type {DiagnosticKind} from '../diagnostics/diagnostic.js';

export const missingRelease: DiagnosticKind = {
  id: 'CFG480',
  name: 'missing-release',
  severity: 'error',
  missesName: true,
  explain: `
What it does: stops a compile of files that have no [release] section.
Why: a release needs a name, a version and the Python that it is made for; nothing in a buildout says them.
Example: add to the profile
    [release]
    name = edu-portal
    version = 1.4.0
    python = 3.11
The section is no part, so bin/buildout ignores it. \`cfgc query\` and \`cfgc annotate\` work without it.
Source: README, "Settings".`,
};

export const unknownSetting: DiagnosticKind = {
  id: 'CFG481',
  name: 'unknown-setting',
  severity: 'error',
  explain: `
What it does: stops at an option of a release section that cfgc does not know.
Why: a misspelt setting would be silent otherwise, and its default would reach the host.
Example: [release] with "prefx = /srv/portal". Write "prefix = /srv/portal".
A section of such a name that has a "recipe" is a part, and is not read as settings.
Source: README, "Settings"; \`cfgc explain release:\` lists the options.`,
};

export const missingSetting: DiagnosticKind = {
  id: 'CFG482',
  name: 'missing-setting',
  severity: 'error',
  missesName: true,
  explain: `
What it does: stops where [release] lacks an option that has no default.
Why: name, version and python decide what is built and where; a guess would be wrong on some host.
Example: [release] without a version. Write "version = 1.0.0".
Source: README, "Settings".`,
};

export const badSetting: DiagnosticKind = {
  id: 'CFG483',
  name: 'bad-setting',
  severity: 'error',
  explain: `
What it does: stops at a setting whose value has not the form that it needs.
Why: on the host it would fail late, or mean something else.
Example: "version = 1.4" is no SemVer. Write "version = 1.4.0".
Source: README, "Settings".`,
};

export const lateSetting: DiagnosticKind = {
  id: 'CFG484',
  name: 'late-setting',
  severity: 'error',
  explain: `
What it does: stops at a setting that must be known while compiling, but depends on the host.
Why: the name, the version or the target of a release can't be different on each host: it would be another release.
Example: "version = \${inputs:VERSION}". Write the version, or give it to the compile: cfgc prod.cfg release:version=1.4.0
Source: README, "Settings".`,
};

export const unknownSecret: DiagnosticKind = {
  id: 'CFG485',
  name: 'unknown-secret',
  severity: 'error',
  explain: `
What it does: stops at a name of a secret that [secrets] does not have.
Why: the script would have no key to sign with.
Example: "webhooks = https://ci.example.org/hook secret=ci-key". Write under [secrets]: "ci-key = file:/etc/portal/ci-key"
Source: README, "Settings".`,
};

export const secretInClear: DiagnosticKind = {
  id: 'CFG486',
  name: 'secret-in-clear',
  severity: 'error',
  explain: `
What it does: stops at an option of [secrets] that holds a value instead of the place where the host finds it.
Why: the profile, the script and the repository must not hold secrets.
Example: "admin = s3cret" under [secrets]. Write "admin = env:ADMIN_PASSWORD", "admin = file:/etc/portal/admin",
"admin = generate:/etc/portal/admin" (made at random where the file is missing) or "admin = command:pass show portal".
Source: README, "Settings".`,
};

export const unsafePermission: DiagnosticKind = {
  id: 'CFG487',
  name: 'unsafe-permission',
  severity: {prod: 'error', dev: 'warning'},
  explain: `
What it does: stops at a permission that lets the service write its own code, or everyone read secrets and backups or write.
Why: who breaks into the service could change what it runs, or what other users of the host run.
Example: "code = service:service 0640". Write "code = deployer:service 0640 0750", or leave the line out.
Source: ARCHITECTURE.md, the table of permissions.`,
};

export const wrongCfgc: DiagnosticKind = {
  id: 'CFG488',
  name: 'wrong-cfgc',
  severity: 'error',
  explain: `
What it does: stops where [release] cfgc asks for another version of cfgc.
Why: two versions may write different scripts; a team wants one.
Example: "cfgc = ^1.2" with cfgc 2.0.0. Install a version that matches, or change the line.
Source: README, "Settings"; ranges as npm reads them.`,
};

export const misspeltSection: DiagnosticKind = {
  id: 'CFG489',
  name: 'misspelt-section',
  severity: 'error',
  explain: `
What it does: stops at a section that nothing reads and that is spelt almost like one of cfgc's own, which the profile lacks.
Why: what it says would count for nothing: permissions, secrets or a backup would be as if nobody had asked for them.
Example: "[permission]" in place of "[permissions]". Correct the name. A section with a recipe, or one that some value refers
to, is the profile's own and is not reported.
Source: README, the sections of a release.`,
};

export const settingKinds: readonly DiagnosticKind[] = [
  missingRelease,
  unknownSetting,
  missingSetting,
  misspeltSection,
  badSetting,
  lateSetting,
  unknownSecret,
  secretInClear,
  unsafePermission,
  wrongCfgc,
];
