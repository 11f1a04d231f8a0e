import { metaOf } from './role-meta.ts';
import type { FixedFiles } from './role-files.ts';

/** Holdfast itself, its file, its secrets, pgbackrest.conf of the host, and what begins scheduled jobs. */
export const holdfastRole: FixedFiles = {
  'defaults/main.yml': `---
# What starts services: "auto" takes what the host has (ansible.builtin.service, "use").
holdfast_service_manager: auto
# Overwrite files that Holdfast wrote and somebody edited; a copy of each is kept.
holdfast_force: false
holdfast_home: /opt/holdfast
# Releases are kept until you remove them: the link "current" says which one runs.
holdfast_release_directory: "{{ holdfast_home }}/releases/{{ holdfast_release }}"
`,
  'handlers/main.yml': `---
- name: Restart Holdfast
  ansible.builtin.service:
    name: holdfast
    state: restarted
    use: "{{ holdfast_service_manager }}"
  when: holdfast_run == 'daemon'
  listen: holdfast changed
`,
  'tasks/main.yml': `---
- name: See what the daemon has not read
  ansible.builtin.include_tasks: unread.yml
  when: holdfast_run == 'daemon'

- name: Install Holdfast
  ansible.builtin.include_tasks: install.yml

- name: Write its configuration
  ansible.builtin.include_tasks: configuration.yml

- name: Write the configuration of pgBackRest
  ansible.builtin.include_tasks: engine.yml

# Before the handler, which restarts the service: on a new host there is none until its unit is there.
- name: Write the units
  ansible.builtin.include_tasks: units.yml
`,
  'tasks/unread.yml': `---
# A run that stops before its handlers forgets whom they were to restart, and the next one finds every file as it is to
# be. The daemon makes its socket when it starts, so it has read nothing that is newer.
- name: See since when the daemon runs
  ansible.builtin.stat:
    path: "{{ holdfast_state_directory }}/holdfast.sock"
    get_checksum: false
    get_mime: false
    get_attributes: false
  register: holdfast_socket

- name: See since when its files are as they are
  ansible.builtin.stat:
    path: "{{ item }}"
    get_checksum: false
    get_mime: false
    get_attributes: false
  loop: "{{ ['/etc/holdfast/holdfast.yaml', holdfast_home ~ '/current'] + (holdfast_secrets | map(attribute='file') | list) + holdfast_units }}"
  register: holdfast_read_files
  no_log: true
  when: holdfast_socket.stat.exists

- name: Restart it where it has not read them
  ansible.builtin.debug:
    msg: Files of Holdfast are newer than the daemon, so it is restarted.
  changed_when: true
  when: >-
    holdfast_socket.stat.exists and holdfast_read_files.results | map(attribute='stat') | selectattr('exists')
    | selectattr('mtime', 'gt', holdfast_socket.stat.mtime | default(0)) | list | length > 0
  notify: holdfast changed
`,
  'tasks/install.yml': `---
- name: Look at the package of Holdfast
  ansible.builtin.stat:
    path: "{{ holdfast_package_path }}"
    checksum_algorithm: sha256
  register: holdfast_package_file
  delegate_to: localhost
  run_once: true
  become: false
  check_mode: false
  when: not holdfast_package_is_url

- name: Stop without a package
  ansible.builtin.assert:
    that: holdfast_package_is_url or holdfast_package_file.stat.exists
    fail_msg: >-
      {{ holdfast_package_path }} is not there. Make it with "npm pack" in a checkout of Holdfast, or name a path or
      URL in deploy.ansible.package.
    quiet: true

- name: Name the release
  ansible.builtin.set_fact:
    holdfast_release: "{{ (holdfast_package_is_url | ternary(holdfast_package | hash('sha256'), holdfast_package_file.stat.checksum | default('')))[:16] }}"

- name: Unpack Node.js
  ansible.builtin.include_tasks: node.yml
  when: holdfast_node_archive | length > 0

- name: See whether the release is there
  ansible.builtin.stat:
    path: "{{ holdfast_release_directory }}/bin/holdfast"
  register: holdfast_unpacked

- name: Make the directory of the release
  ansible.builtin.file:
    path: "{{ holdfast_release_directory }}"
    state: directory
    owner: root
    group: root
    mode: "0755"

# With --check the directory is not there yet.
- name: Unpack the release
  ansible.builtin.unarchive:
    src: "{{ holdfast_package_is_url | ternary(holdfast_package, holdfast_package_path) }}"
    remote_src: "{{ holdfast_package_is_url }}"
    dest: "{{ holdfast_release_directory }}"
    extra_opts: [--strip-components=1, --no-same-owner]
    creates: "{{ holdfast_release_directory }}/bin/holdfast"
    owner: root
    group: root
  when: not holdfast_unpacked.stat.exists and not ansible_check_mode
  notify: holdfast changed

- name: Give it the unpacked Node.js
  when: holdfast_node_archive | length > 0 and (holdfast_unpacked.stat.exists or not ansible_check_mode)
  block:
    - name: Make the directory of programs
      ansible.builtin.file:
        path: "{{ holdfast_release_directory }}/node_modules/.bin"
        state: directory
        owner: root
        group: root
        mode: "0755"

    - name: Link Node.js
      ansible.builtin.file:
        src: "{{ holdfast_home }}/node/bin/node"
        dest: "{{ holdfast_release_directory }}/node_modules/.bin/node"
        state: link

- name: Make the release the current one
  ansible.builtin.file:
    src: "{{ item.src }}"
    dest: "{{ item.dest }}"
    state: link
    force: "{{ ansible_check_mode }}"
  loop:
    - { src: "{{ holdfast_release_directory }}", dest: "{{ holdfast_home }}/current" }
    - { src: "{{ holdfast_home }}/current/bin/holdfast", dest: "{{ holdfast_program }}" }
  loop_control:
    label: "{{ item.dest }}"
  notify: holdfast changed

- name: Ask Holdfast for its version
  ansible.builtin.command:
    argv: ["{{ holdfast_program }}", version]
  register: holdfast_installed
  changed_when: false
  check_mode: false
  failed_when: holdfast_installed.rc != 0 and not ansible_check_mode
`,
  'tasks/node.yml': `---
- name: Make the directory of Node.js
  ansible.builtin.file:
    path: "{{ holdfast_home }}/node"
    state: directory
    owner: root
    group: root
    mode: "0755"

- name: See whether Node.js is there
  ansible.builtin.stat:
    path: "{{ holdfast_home }}/node/bin/node"
  register: holdfast_node

- name: Unpack the archive
  ansible.builtin.unarchive:
    src: "{{ holdfast_node_is_url | ternary(holdfast_node_archive, holdfast_node_path) }}"
    remote_src: "{{ holdfast_node_is_url }}"
    dest: "{{ holdfast_home }}/node"
    extra_opts: [--strip-components=1, --no-same-owner]
    creates: "{{ holdfast_home }}/node/bin/node"
    owner: root
    group: root
  when: not holdfast_node.stat.exists and not ansible_check_mode
`,
  'tasks/configuration.yml': `---
- name: Look the user up who runs Holdfast
  ansible.builtin.getent:
    database: passwd
    key: "{{ holdfast_engine.user }}"

- name: Make the directories of Holdfast
  ansible.builtin.file:
    path: "{{ item.path }}"
    state: directory
    owner: "{{ item.owner }}"
    group: "{{ getent_passwd[holdfast_engine.user][2] }}"
    mode: "{{ item.mode }}"
  loop:
    - { path: /etc/holdfast, owner: root, mode: "0750" }
    - { path: /etc/holdfast/secrets, owner: "{{ holdfast_engine.user }}", mode: "0700" }
    - { path: "{{ holdfast_state_directory }}", owner: "{{ holdfast_engine.user }}", mode: "0750" }
  loop_control:
    label: "{{ item.path }}"

- name: Write the secrets
  ansible.builtin.copy:
    content: "{{ item.value }}\\n"
    dest: "{{ item.file }}"
    owner: "{{ holdfast_engine.user }}"
    group: "{{ getent_passwd[holdfast_engine.user][2] }}"
    mode: "0600"
  loop: "{{ holdfast_secrets }}"
  loop_control:
    label: "{{ item.file }}"
  no_log: true
  diff: false
  notify: holdfast changed

# recovery.yaml is the same for this server alone, for the time in which Patroni does not run.
- name: Write holdfast.yaml
  ansible.builtin.copy:
    src: "{{ playbook_dir }}/files/hosts/{{ inventory_hostname }}/{{ item }}"
    dest: "/etc/holdfast/{{ item }}"
    owner: root
    group: "{{ getent_passwd[holdfast_engine.user][2] }}"
    mode: "0640"
    validate: "{{ (holdfast_installed.rc == 0) | ternary(holdfast_program ~ ' --config %s config --check', omit) }}"
  loop: "{{ holdfast_files }}"
  notify: holdfast changed
`,
  'tasks/engine.yml': `---
# Holdfast writes pgbackrest.conf for the host that it is on: its own server first and local, the others with the way to
# them, in the words of the version that is installed.
- name: Compare the configuration of pgBackRest
  ansible.builtin.command:
    argv: ["{{ holdfast_program }}", render, pgbackrest, --out, /, --check]
  register: holdfast_engine_files
  changed_when: false
  check_mode: false
  failed_when: holdfast_engine_files.rc > 1 and not ansible_check_mode
  when: holdfast_installed.rc == 0

- name: Show what is different
  ansible.builtin.debug:
    msg: "{{ holdfast_engine_files.stdout_lines }}"
  changed_when: holdfast_engine_files.rc == 1
  when: holdfast_installed.rc == 0 and holdfast_engine_files.rc == 1

- name: Write the configuration of pgBackRest
  ansible.builtin.command:
    argv: "{{ [holdfast_program, 'render', 'pgbackrest', '--out', '/'] + ((holdfast_force | bool) | ternary(['--force'], [])) }}"
  when: holdfast_installed.rc == 0 and holdfast_engine_files.rc == 1
  changed_when: true
  notify: holdfast changed
`,
  'tasks/units.yml': `---
- name: Write the units
  ansible.builtin.copy:
    src: "{{ playbook_dir }}/files/hosts/{{ inventory_hostname }}{{ item }}"
    dest: "{{ item }}"
    owner: root
    group: root
    mode: "0644"
  loop: "{{ holdfast_units }}"
  notify: holdfast changed

# Always: a run that stopped in between has written them already.
- name: Read the units again
  ansible.builtin.systemd:
    daemon_reload: true
  when: ansible_service_mgr == 'systemd'
`,
  'tasks/service.yml': `---
- name: Start them
  ansible.builtin.service:
    name: "{{ item }}"
    state: started
    enabled: true
    use: "{{ holdfast_service_manager }}"
  loop: "{{ holdfast_services }}"
  # With --check on a new host there is nothing to start yet.
  when: not ansible_check_mode or holdfast_installed.rc | default(1) == 0
`,
  'meta/main.yml': metaOf('Holdfast and its files on a host'),
};
