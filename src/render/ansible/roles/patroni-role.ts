import { metaOf } from './role-meta.ts';
import type { FixedFiles } from './role-files.ts';

/**
 * Archiving and replica creation by way of Patroni: settings of all members through its REST API, what belongs to one
 * member into its own file, restarts only with consent, replicas first.
 *
 * @see https://patroni.readthedocs.io/en/latest/rest_api.html
 */
export const patroniRole: FixedFiles = {
  'defaults/main.yml': `---
# archive_mode needs a restart of PostgreSQL, which disconnects clients: true restarts the members that wait for it, one
# after the other, the leader last.
patroni_restart_consent: false
# Take the place of an archive_command that is not Holdfast's: what it archives to gets no more WAL.
patroni_replace_archive_command: false
# Seconds that a member may take to restart, or to stream again.
patroni_patience: 300
`,
  'tasks/main.yml': `---
- name: Configure each cluster
  ansible.builtin.include_tasks: cluster.yml
  loop: "{{ holdfast_stanzas }}"
  loop_control:
    loop_var: patroni_stanza
  when: holdfast_stanza_settings[patroni_stanza].patroni is defined and patroni_stanza in holdfast_nodes
`,
  'tasks/cluster.yml': `---
- name: Talk to Patroni
  vars:
    patroni_cluster: "{{ holdfast_stanza_settings[patroni_stanza] }}"
    patroni_url: "{{ patroni_cluster.patroni.url }}"
    patroni_first: "{{ patroni_cluster.hosts | intersect(ansible_play_hosts) | first }}"
  module_defaults:
    ansible.builtin.uri:
      ca_path: "{{ patroni_cluster.patroni.ca_file | default(omit) }}"
      url_username: "{{ patroni_cluster.patroni.username | default(omit) }}"
      url_password: "{{ patroni_cluster.patroni.password | default(omit) }}"
      force_basic_auth: true
      return_content: true
  block:
    - name: Ask the local Patroni
      ansible.builtin.uri:
        url: "{{ patroni_url }}/patroni"
        status_code: [200, 503]
      register: patroni_node
      until: patroni_node.json is defined and patroni_node.json.state is defined
      retries: 10
      delay: 2
      check_mode: false

    - name: Tell this member how it makes replicas
      ansible.builtin.include_tasks: member.yml

    - name: Set what holds for all members
      ansible.builtin.include_tasks: settings.yml
      when: inventory_hostname == patroni_first

    - name: Wait until this member has the settings
      ansible.builtin.include_tasks: wait.yml

    - name: Restart what waits for it
      ansible.builtin.include_tasks: restart.yml
      when: inventory_hostname == patroni_first
`,
  'tasks/settings.yml': `---
# bootstrap.dcs of patroni.yml is read once, when the cluster is first made: later the settings live in the DCS only.
- name: Read the settings of the cluster
  ansible.builtin.uri:
    url: "{{ patroni_url }}/config"
  register: patroni_config
  check_mode: false

- name: Compare them
  ansible.builtin.set_fact:
    patroni_now: "{{ patroni_config.json.postgresql | default({}, true) }}"
    patroni_wanted: "{{ patroni_cluster.patroni.settings.postgresql }}"

- name: Leave another archive_command alone
  ansible.builtin.assert:
    that: >-
      patroni_replace_archive_command | bool
      or (patroni_now.parameters | default({}, true)).archive_command | default('', true)
      in ['', patroni_wanted.parameters.archive_command]
    fail_msg: >-
      archive_command is: {{ (patroni_now.parameters | default({}, true)).archive_command | default('') }} - it is
      replaced only with -e patroni_replace_archive_command=true; what it archives to gets no more WAL then.
    quiet: true

- name: See whether something is different
  ansible.builtin.set_fact:
    patroni_differs: "{{ patroni_now | combine(patroni_wanted, recursive=true) != patroni_now }}"

- name: Show what the settings become
  ansible.builtin.debug:
    msg: "{{ patroni_wanted }}"
  changed_when: true
  when: patroni_differs | bool

- name: Change the settings of the cluster
  ansible.builtin.uri:
    url: "{{ patroni_url }}/config"
    method: PATCH
    body_format: json
    body: "{{ patroni_cluster.patroni.settings }}"
  when: patroni_differs | bool
`,
  'tasks/member.yml': `---
# Holdfast edits the file as YAML: comments and everything else stay, and what is right already is not written.
- name: Compare Patroni's file
  ansible.builtin.command:
    argv: "{{ patroni_edit + ['--check'] }}"
  vars: &edit
    patroni_edit: ["{{ holdfast_program }}", render, patroni, --stanza, "{{ patroni_stanza }}", --into, "{{ patroni_cluster.patroni.file }}"]
  register: patroni_file
  changed_when: false
  check_mode: false
  failed_when: patroni_file.rc > 1 and not ansible_check_mode
  when: holdfast_installed.rc == 0

- name: Show what is different
  ansible.builtin.debug:
    msg: "{{ patroni_file.stdout_lines }}"
  changed_when: true
  when: holdfast_installed.rc == 0 and patroni_file.rc == 1

- name: Edit Patroni's file
  ansible.builtin.command:
    argv: "{{ patroni_edit }}"
  vars: *edit
  changed_when: true
  when: holdfast_installed.rc == 0 and patroni_file.rc == 1

- name: Let Patroni read its file
  ansible.builtin.uri:
    url: "{{ patroni_url }}/reload"
    method: POST
    status_code: [200, 202]
  when: not ansible_check_mode and patroni_file.rc == 1
`,
  'tasks/wait.yml': `---
- name: Wait until Patroni has handed the settings down
  ansible.builtin.command:
    argv:
      - psql
      - --no-psqlrc
      - --tuples-only
      - --no-align
      - --dbname=postgres
      - "--host={{ holdfast_nodes[patroni_stanza].socket }}"
      - "--port={{ holdfast_nodes[patroni_stanza].port }}"
      - "--command=SELECT setting <> 'off' OR pending_restart FROM pg_settings WHERE name = 'archive_mode'"
  become: true
  become_user: "{{ holdfast_nodes[patroni_stanza].user }}"
  register: patroni_handed_down
  until: patroni_handed_down.stdout == 't'
  retries: 60
  delay: 1
  changed_when: false
  when: not ansible_check_mode

# Patroni says so itself a moment later.
- name: Wait until Patroni knows whether a restart is needed
  ansible.builtin.command:
    argv:
      - psql
      - --no-psqlrc
      - --tuples-only
      - --no-align
      - --dbname=postgres
      - "--host={{ holdfast_nodes[patroni_stanza].socket }}"
      - "--port={{ holdfast_nodes[patroni_stanza].port }}"
      - "--command=SELECT bool_or(pending_restart) FROM pg_settings WHERE name IN ('archive_mode', 'wal_level')"
  become: true
  become_user: "{{ holdfast_nodes[patroni_stanza].user }}"
  register: patroni_server_waits
  changed_when: false
  when: not ansible_check_mode

- name: Ask this member
  ansible.builtin.uri:
    url: "{{ patroni_url }}/patroni"
    status_code: [200, 503]
  register: patroni_node
  until: ansible_check_mode or patroni_server_waits.stdout != 't' or patroni_node.json.pending_restart | default(false)
  retries: 60
  delay: 1
  check_mode: false
`,
  'tasks/restart.yml': `---
- name: Find the members that wait for a restart
  ansible.builtin.set_fact:
    patroni_pending: "{{ patroni_pending_replicas + patroni_pending_leaders }}"
  vars:
    patroni_waiting: >-
      {{ patroni_cluster.hosts | intersect(ansible_play_hosts)
         | map('extract', hostvars) | selectattr('patroni_node.json.pending_restart', 'defined')
         | selectattr('patroni_node.json.pending_restart') | list }}
    patroni_pending_replicas: >-
      {{ patroni_waiting | selectattr('patroni_node.json.role', 'in', ['replica', 'sync_standby'])
         | map(attribute='inventory_hostname') | list }}
    patroni_pending_leaders: >-
      {{ patroni_waiting | rejectattr('patroni_node.json.role', 'in', ['replica', 'sync_standby'])
         | map(attribute='inventory_hostname') | list }}

- name: Ask for consent
  ansible.builtin.fail:
    msg: >-
      A restart of PostgreSQL is needed on {{ patroni_pending | join(', ') }}, and it disconnects clients. Run this again
      with -e patroni_restart_consent=true: replicas first, the leader last
      ({{ holdfast_patroni_leader_restart }}). Until then nothing is archived.
  when: patroni_pending | length > 0 and not patroni_restart_consent | bool and not ansible_check_mode

- name: Restart one member after the other
  ansible.builtin.include_tasks: restart-member.yml
  loop: "{{ patroni_pending }}"
  loop_control:
    loop_var: patroni_member
  when: not ansible_check_mode
`,
  'tasks/restart-member.yml': `---
- name: Hand over before the leader is restarted
  when:
    - holdfast_patroni_leader_restart == 'switchover'
    - hostvars[patroni_member].patroni_node.json.role not in ['replica', 'sync_standby']
    - patroni_cluster.hosts | length > 1
  block:
    - name: Ask who is the leader
      ansible.builtin.uri:
        url: "{{ patroni_url }}/cluster"
      delegate_to: "{{ patroni_member }}"
      register: patroni_members

    - name: Switch over
      ansible.builtin.uri:
        url: "{{ patroni_url }}/switchover"
        method: POST
        body_format: json
        body:
          leader: "{{ patroni_members.json.members | selectattr('role', 'in', ['leader', 'standby_leader']) | map(attribute='name') | first }}"
        timeout: "{{ patroni_patience | int }}"
      delegate_to: "{{ patroni_member }}"

    - name: Wait until the old leader follows
      ansible.builtin.uri:
        url: "{{ patroni_url }}/replica"
      delegate_to: "{{ patroni_member }}"
      register: patroni_follows
      until: patroni_follows.status == 200
      retries: "{{ patroni_patience | int }}"
      delay: 1

- name: Restart the member
  ansible.builtin.uri:
    url: "{{ patroni_url }}/restart"
    method: POST
    body_format: json
    body:
      restart_pending: true
    timeout: "{{ patroni_patience | int }}"
    # 503: it was restarted on the way here and waits for nothing any more.
    status_code: [200, 503]
  delegate_to: "{{ patroni_member }}"
  changed_when: true

- name: Wait until it runs with the new settings
  ansible.builtin.uri:
    url: "{{ patroni_url }}/patroni"
    status_code: [200, 503]
  delegate_to: "{{ patroni_member }}"
  register: patroni_restarted
  until: >-
    patroni_restarted.json is defined and patroni_restarted.json.state | default('') in ['running', 'streaming']
    and not patroni_restarted.json.pending_restart | default(false)
  retries: "{{ patroni_patience | int }}"
  delay: 1
`,
  'meta/main.yml': metaOf('Archiving and replica creation of a Patroni cluster by pgBackRest'),
};
