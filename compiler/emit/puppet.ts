import {posix} from 'node:path';
import type {ReleasePlan} from '../model/release-plan.js';
import {hostFolders, serviceAccount} from './host-folders.js';
import {comment, puppetString} from './quote.js';
import {rsyslogDropIn} from './rsyslog.js';

/**
 * A Puppet class: the service's user, the folders that outlive releases, the rsyslog drop-in, and an `exec` that deploys where
 * `check` says so. The script stays what it is: Puppet asks it and starts it.
 * Source: Puppet 7 reference, types exec, file, group, user. A command in a list runs without a shell (since 6.24 and 7.9).
 */
export function emitPuppet(plan: ReleasePlan): string {
  const {name, version, prefix} = plan.release;
  const {user, group} = serviceAccount(plan);
  const released = `${name} is released`;
  const folders = hostFolders(plan);
  const own = new Set(folders.map(({path}) => path));
  const above = [...new Set(folders.map(({path}) => posix.dirname(path)))].filter(
    (path) => path !== '/' && !own.has(path),
  );
  const dropIn = rsyslogDropIn(name, plan.logging);
  const blocks = [
    ...(group === undefined ? [] : [resource('group', puppetString(group), {ensure: 'present', system: 'true'})]),
    ...(user === undefined
      ? []
      : [
          resource('user', puppetString(user), {
            ensure: 'present',
            system: 'true',
            gid: puppetString(plan.release.group),
            home: puppetString(prefix),
            shell: puppetString('/usr/sbin/nologin'),
          }),
        ]),
    ...above.map((path) =>
      resource('exec', puppetString(`${name}: ${path} is there`), {
        command: `['/bin/mkdir', '-p', ${puppetString(path)}]`,
        creates: puppetString(path),
        before: `File[${folders
          .filter((folder) => posix.dirname(folder.path) === path)
          .map((folder) => puppetString(folder.path))
          .join(', ')}]`,
      }),
    ),
    ...folders.map((folder) =>
      resource('file', puppetString(folder.path), {
        ensure: 'directory',
        owner: puppetString(folder.owner),
        group: puppetString(folder.group),
        mode: puppetString(folder.mode),
        before: `Exec[${puppetString(released)}]`,
      }),
    ),
    ...(dropIn === undefined ? [] : [rsyslog(name, dropIn)]),
    `  if $source {
    file { $script:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0700',
      source => $source,
      before => Exec[${puppetString(released)}],
    }
  }`,
    `  # \`check\` exits 0 where this release is deployed and unchanged: a second run is quiet.
${resource('exec', puppetString(released), {
  command: "['/bin/sh', $script, 'deploy']",
  unless: "[['/bin/sh', $script, 'check']]",
  environment: `[${puppetString(`PREFIX=${prefix}`)}]`,
  path: "['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']",
  timeout: '1800',
  logoutput: "'on_failure'",
})}`,
  ];
  return `# ${comment(name)} ${comment(version)}. Made by cfgc: edit the configuration, not this file.
#
# $script           where release.sh lies on the host
# $source           where Puppet gets it from (puppet:///modules/…); undef: it is put there by other means
# $rsyslog_folder   where the drop-in goes
# $rsyslog_restart  a shell command that has rsyslog read it
class ${className(name)} (
  String[1]           $script          = ${puppetString(`/root/${name}-release.sh`)},
  Optional[String[1]] $source          = undef,
  String[1]           $rsyslog_folder  = '/etc/rsyslog.d',
  String[1]           $rsyslog_restart = 'systemctl try-restart rsyslog',
) {
${blocks.join('\n\n')}
}
`;
}

/** A release's name as a class of Puppet: small letters, digits and `_`, a letter first. */
function className(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9_]/g, '_');
  return /^[a-z]/.test(plain) ? plain : `release_${plain}`;
}

function rsyslog(name: string, content: string): string {
  return `  file { "\${rsyslog_folder}/${name}.conf":
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => ${puppetString(content)},
  }
  ~> exec { ${puppetString(`${name}: rsyslog reads its drop-in`)}:
    command     => ['/bin/sh', '-c', $rsyslog_restart],
    refreshonly => true,
  }`;
}

/** Attributes are Puppet source, arrows below each other as puppet-lint wants them. */
function resource(type: string, title: string, attributes: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(attributes).map((key) => key.length));
  const lines = Object.entries(attributes).map(([key, value]) => `    ${key.padEnd(width)} => ${value},`);
  return `  ${type} { ${title}:\n${lines.join('\n')}\n  }`;
}
