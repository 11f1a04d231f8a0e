import { metaOf } from './role-meta.ts';
import type { FixedFiles } from './role-files.ts';

/** The engine's package in one version, its directories, and the way between the hosts. */
export const pgbackrestRole: FixedFiles = {
  'defaults/main.yml': `---
# Refresh the package lists first, when they are older than an hour.
pgbackrest_update_cache: true
`,
  'tasks/main.yml': `---
- name: Stop on systems that this role does not know
  ansible.builtin.assert:
    that: ansible_os_family == 'Debian'
    fail_msg: >-
      This role installs packages of Debian and Ubuntu. On {{ ansible_distribution }} install pgBackRest
      {{ holdfast_engine_version }} yourself and leave this role out with --skip-tags pgbackrest.
    quiet: true

- name: Add the packages of the PostgreSQL project
  ansible.builtin.include_tasks: pgdg.yml
  when: holdfast_packages_from == 'pgdg'

# The same version everywhere: hosts with different ones do not talk to each other ([039]).
- name: Keep the version of pgBackRest
  ansible.builtin.copy:
    content: |
      Package: pgbackrest
      Pin: version {{ holdfast_engine_version }}*
      Pin-Priority: 1001
    dest: /etc/apt/preferences.d/holdfast-pgbackrest
    owner: root
    group: root
    mode: "0644"

- name: Install pgBackRest
  ansible.builtin.apt:
    name: "pgbackrest={{ holdfast_engine_version }}*"
    state: present
    install_recommends: false
    allow_downgrade: true
    update_cache: "{{ pgbackrest_update_cache | bool }}"
    cache_valid_time: "{{ pgbackrest_update_cache | bool | ternary(3600, 0) }}"

- name: Ask pgBackRest for its version
  ansible.builtin.command:
    argv: ["{{ holdfast_engine.binary }}", version]
  register: pgbackrest_installed
  changed_when: false
  check_mode: false
  failed_when: pgbackrest_installed.rc != 0 and not ansible_check_mode

- name: Stop when it is another version
  ansible.builtin.assert:
    that: pgbackrest_installed.stdout is match('pgBackRest ' ~ (holdfast_engine_version | regex_escape) ~ '([^0-9]|$)')
    fail_msg: >-
      {{ holdfast_engine.binary }} is {{ pgbackrest_installed.stdout }}, and deploy.engineVersion says
      {{ holdfast_engine_version }}. Change one of the two: configuration is written for that version.
    quiet: true
  when: pgbackrest_installed.rc == 0

- name: Look the user up who runs pgBackRest
  ansible.builtin.getent:
    database: passwd
    key: "{{ holdfast_engine.user }}"

- name: Make the directories of pgBackRest
  ansible.builtin.file:
    path: "{{ item }}"
    state: directory
    owner: "{{ holdfast_engine.user }}"
    group: "{{ getent_passwd[holdfast_engine.user][2] }}"
    mode: "0750"
  loop: "{{ holdfast_engine.directories }}"

- name: Let the hosts reach each other
  ansible.builtin.include_tasks: ssh.yml
  when: holdfast_ssh is defined and holdfast_ssh_keys | bool
`,
  'tasks/pgdg.yml': `---
- name: Make the directory of the key
  ansible.builtin.file:
    path: /usr/share/postgresql-common/pgdg
    state: directory
    owner: root
    group: root
    mode: "0755"

- name: Get the key of the packages
  ansible.builtin.get_url:
    url: https://www.postgresql.org/media/keys/ACCC4CF8.asc
    dest: /usr/share/postgresql-common/pgdg/apt.postgresql.org.asc
    owner: root
    group: root
    mode: "0644"

- name: Add apt.postgresql.org
  ansible.builtin.apt_repository:
    repo: >-
      deb [signed-by=/usr/share/postgresql-common/pgdg/apt.postgresql.org.asc]
      https://apt.postgresql.org/pub/repos/apt {{ ansible_distribution_release }}-pgdg main
    filename: pgdg
    state: present
`,
  'tasks/ssh.yml': `---
# pgBackRest logs in without a person: a key for each host, known to the others, and the keys of their servers, which
# Ansible reads over the connection that it trusts already.
- name: Look the user up whom the other hosts log in as
  ansible.builtin.getent:
    database: passwd
    key: "{{ holdfast_ssh.login }}"

- name: Make a key for pgBackRest
  ansible.builtin.user:
    name: "{{ holdfast_engine.user }}"
    generate_ssh_key: true
    ssh_key_type: ed25519
    ssh_key_file: .ssh/id_ed25519
    ssh_key_comment: "pgbackrest@{{ inventory_hostname }}"
  register: pgbackrest_user

- name: Read the key of this server
  ansible.builtin.slurp:
    src: /etc/ssh/ssh_host_ed25519_key.pub
  register: pgbackrest_host_key

- name: Make the directory of authorized keys
  ansible.builtin.file:
    path: "{{ getent_passwd[holdfast_ssh.login][4] }}/.ssh"
    state: directory
    owner: "{{ holdfast_ssh.login }}"
    group: "{{ getent_passwd[holdfast_ssh.login][2] }}"
    mode: "0700"

# "restrict": commands, and nothing else that a key may do.
- name: Let the other hosts in
  ansible.builtin.lineinfile:
    path: "{{ getent_passwd[holdfast_ssh.login][4] }}/.ssh/authorized_keys"
    line: "restrict {{ hostvars[item].pgbackrest_user.ssh_public_key }}"
    create: true
    owner: "{{ holdfast_ssh.login }}"
    group: "{{ getent_passwd[holdfast_ssh.login][2] }}"
    mode: "0600"
  loop: "{{ holdfast_ssh.peers }}"
  when: hostvars[item].pgbackrest_user.ssh_public_key is defined

- name: Know the other servers
  ansible.builtin.known_hosts:
    path: "{{ getent_passwd[holdfast_engine.user][4] }}/.ssh/known_hosts"
    name: "{{ pgbackrest_place }}"
    key: "{{ pgbackrest_place }} {{ (hostvars[item].pgbackrest_host_key.content | b64decode).split()[:2] | join(' ') }}"
  vars:
    pgbackrest_port: "{{ hostvars[item].holdfast_ssh.port }}"
    pgbackrest_place: "{{ (pgbackrest_port | int == 22) | ternary(item, '[' ~ item ~ ']:' ~ pgbackrest_port) }}"
  become: true
  become_user: "{{ holdfast_engine.user }}"
  loop: "{{ holdfast_ssh.peers }}"
  when: hostvars[item].pgbackrest_host_key.content is defined and pgbackrest_user.ssh_public_key is defined
`,
  'meta/main.yml': metaOf('The backup engine in one version'),
};
