import type {ReleasePlan} from '../model/release-plan.js';
import {hostFolders, serviceAccount} from './host-folders.js';
import {comment, ansibleString as quoted} from './quote.js';
import {rsyslogDropIn} from './rsyslog.js';

/**
 * An Ansible playbook: the service's user, the folders that outlive releases, the rsyslog drop-in, and the script, some hosts
 * at a time. As with Puppet the script stays what it is: `plan` says what a deploy would do, and writes nothing.
 * Source: ansible-core 2.17, playbook keywords; modules copy, command, file, group, user.
 */
export function emitPlaybook(plan: ReleasePlan): string {
  const {name, version, prefix} = plan.release;
  const {user, group} = serviceAccount(plan);
  const dropIn = rsyslogDropIn(name, plan.logging);
  const account =
    group === undefined ? [] : [task('The group of the services', 'group', {name: quoted(group), system: 'true'})];
  if (user !== undefined) {
    account.push(
      task('The user of the services', 'user', {
        name: quoted(user),
        group: quoted(plan.release.group),
        home: quoted(prefix),
        shell: quoted('/usr/sbin/nologin'),
        system: 'true',
        create_home: 'false',
      }),
    );
  }
  const tasks = [
    ...account,
    folderTask(plan),
    ...(dropIn === undefined ? [] : [dropInTask(name, dropIn)]),
    ...releaseTasks,
  ];
  return `# ${comment(name)} ${comment(version)}. Made by cfgc: edit the configuration, not this file.
#
#   ansible-playbook -i HOSTS playbook.yml              deploys release.sh, which lies beside this file, a quarter of the hosts at a time
#   ansible-playbook -i HOSTS playbook.yml --check      says what would change; changes nothing
#   ansible-playbook -i HOSTS playbook.yml -t rollback  the release before, on all of them
- name: ${quoted(`${name} ${version} is released`)}
  hosts: all
  become: true
  gather_facts: false
  serial: 25%
  # The first batch that fails stops the rest.
  max_fail_percentage: 0
  vars:
    release_script: release.sh
    release_place: ${quoted(`/root/${name}-release.sh`)}
  environment:
    PREFIX: ${quoted(prefix)}
  tasks:
${tasks.join('\n')}${
  dropIn === undefined
    ? ''
    : `
  handlers:
    - name: rsyslog reads its drop-in
      ansible.builtin.command: systemctl try-restart rsyslog
`
}`;
}

/** @param attributes  YAML source */
function task(name: string, module: string, attributes: Readonly<Record<string, string>>): string {
  const lines = Object.entries(attributes).map(([key, value]) => `        ${key}: ${value}\n`);
  return `    - name: ${name}\n      ansible.builtin.${module}:\n${lines.join('')}`;
}

/** Those above the prefix are of the system: made where they are missing, with the modes of any such folder. */
function folderTask(plan: ReleasePlan): string {
  const items = hostFolders(plan).map(
    ({path, owner, group, mode}) =>
      `        - {path: ${quoted(path)}, owner: ${quoted(owner)}, group: ${quoted(group)}, mode: ${quoted(mode)}}\n`,
  );
  return `${task('The folders that outlive releases', 'file', {
    path: '"{{ item.path }}"',
    state: 'directory',
    owner: '"{{ item.owner }}"',
    group: '"{{ item.group }}"',
    mode: '"{{ item.mode }}"',
  })}      loop:
${items.join('')}      loop_control:
        label: "{{ item.path }}"
`;
}

function dropInTask(name: string, content: string): string {
  return `${task('The rsyslog drop-in', 'copy', {
    dest: quoted(`/etc/rsyslog.d/${name}.conf`),
    content: quoted(content),
    owner: 'root',
    group: 'root',
    mode: '"0644"',
  })}      notify: rsyslog reads its drop-in
`;
}

/** What the script answers: `plan` 2 where a deploy would change something; `deploy` 2 where it did, 20 and 30 where it failed. */
const releaseTasks = [
  `    - name: The script is on the host
      ansible.builtin.copy:
        src: "{{ release_script }}"
        dest: "{{ release_place }}"
        mode: "0700"
      # plan has to be asked with --check too.
      check_mode: false
      tags: [always]
`,
  `    - name: What would change
      ansible.builtin.command:
        argv: [sh, "{{ release_place }}", plan]
      register: release_plan
      changed_when: release_plan.rc == 2
      failed_when: release_plan.rc not in [0, 2]
      check_mode: false
`,
  `    - name: The release is deployed
      ansible.builtin.command:
        argv: [sh, "{{ release_place }}", deploy, --detailed-exitcode]
      register: release_deploy
      changed_when: release_deploy.rc == 2
      failed_when: release_deploy.rc not in [0, 2]
      when: release_plan.rc == 2
`,
  `    - name: The release before is back
      ansible.builtin.command:
        argv: [sh, "{{ release_place }}", rollback]
      tags: [never, rollback]
`,
];
