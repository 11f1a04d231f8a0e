import type { FixedFiles } from './role-files.ts';

/**
 * Steps of a recovery, one file each, in the order of recover-cluster.yml.
 *
 * @see https://patroni.readthedocs.io/en/latest/pause.html
 */
export const recoveryRole: FixedFiles = {
  'defaults/main.yml': `---
# Where old data directories of members go; "now" is the beginning of this run.
recovery_aside: ".before-{{ recovery_started }}"
recovery_patience: 600
# Seconds that a restore or a full backup may take.
recovery_work_patience: 172800
recovery_cluster: "{{ holdfast_stanza_settings[stanza] }}"
recovery_node: "{{ holdfast_nodes[stanza] }}"
recovery_url: "{{ recovery_cluster.patroni.url }}"
recovery_service_manager: "{{ holdfast_service_manager | default('auto') }}"
# Whether the servers' own programs are found by version or by the path in holdfast.yaml.
recovery_bin: "{{ recovery_node.bin | default(recovery_found_bin.stdout | default('', true)) }}"
recovery_saved: "{{ holdfast_state_directory }}/recovery-{{ stanza }}.json"
recovery_wanted_host: "{{ on | default('') }}"
`,
  'tasks/main.yml': `---
- name: Stop
  ansible.builtin.fail:
    msg: This role is used by recover-cluster.yml and new-replica.yml, step by step.
`,
  'tasks/observe.yml': `---
- name: Ask the local Patroni
  ansible.builtin.uri:
    url: "{{ recovery_url }}/patroni"
    status_code: [200, 503, -1]
    ca_path: "{{ recovery_cluster.patroni.ca_file | default(omit) }}"
    return_content: true
  register: recovery_patroni
  check_mode: false

- name: Ask it for the members
  ansible.builtin.uri:
    url: "{{ recovery_url }}/cluster"
    status_code: [200, -1]
    ca_path: "{{ recovery_cluster.patroni.ca_file | default(omit) }}"
    return_content: true
  register: recovery_members
  check_mode: false

- name: Look for the data directory
  ansible.builtin.stat:
    path: "{{ recovery_node.path }}/PG_VERSION"
  register: recovery_data

- name: Find the programs of the server
  ansible.builtin.shell:
    cmd: |
      set -eu
      version=$(cat "$DATA/PG_VERSION" 2>/dev/null || psql --version | sed 's/[^0-9]*\\([0-9]*\\).*/\\1/')
      for directory in "/usr/lib/postgresql/$version/bin" "/usr/pgsql-$version/bin"; do
        if [ -x "$directory/pg_ctl" ]; then echo "$directory"; exit 0; fi
      done
      dirname "$(command -v pg_ctl)"
  environment:
    DATA: "{{ recovery_node.path }}"
  register: recovery_found_bin
  changed_when: false
  check_mode: false
  when: recovery_node.bin is not defined

- name: Look for tablespaces
  ansible.builtin.find:
    paths: "{{ recovery_node.path }}/pg_tblspc"
    file_type: link
  register: recovery_tablespaces

- name: Say when this began
  ansible.builtin.set_fact:
    recovery_started: "{{ ansible_date_time.iso8601_basic_short }}"
    recovery_is_leader: "{{ recovery_patroni.status == 200 and recovery_patroni.json.role in ['master', 'primary'] }}"

- name: Choose the host
  ansible.builtin.set_fact:
    recovery_host: "{{ (recovery_wanted_host | length > 0) | ternary(recovery_wanted_host, recovery_leaders | first | default('')) }}"
  vars:
    recovery_leaders: >-
      {{ recovery_cluster.hosts | intersect(ansible_play_hosts) | map('extract', hostvars)
         | selectattr('recovery_is_leader') | map(attribute='inventory_hostname') | list }}

- name: Stop without one
  ansible.builtin.assert:
    that: recovery_host in recovery_cluster.hosts
    fail_msg: "No member is the leader now. Name the host that is to be restored: -e on=HOST"
    quiet: true

# A restore would put files where links of the old directory still point.
- name: Stop at tablespaces
  ansible.builtin.assert:
    that: recovery_tablespaces.matched == 0 or inventory_hostname == recovery_host
    fail_msg: >-
      {{ inventory_hostname }} has tablespaces outside of its data directory. Move them aside yourself, or empty that
      member (patronictl reinit) after the others are back.
    quiet: true
`,
  'tasks/plan.yml': `---
- name: Plan the restore
  ansible.builtin.command:
    argv: ["{{ holdfast_program }}", --config, /etc/holdfast/recovery.yaml, restore, --stanza, "{{ stanza }}", --to, "{{ to }}", --plan]
  register: recovery_plan
  changed_when: false
  check_mode: false

- name: Show the plan
  ansible.builtin.debug:
    msg: "{{ recovery_plan.stdout_lines }}"
`,
  'tasks/stop.yml': `---
- name: Keep the settings of the cluster
  when: inventory_hostname == recovery_host
  block:
    - name: See whether an earlier run has kept them
      ansible.builtin.stat:
        path: "{{ recovery_saved }}"
      register: recovery_saved_file

    - name: Read them
      ansible.builtin.uri:
        url: "{{ recovery_url }}/config"
        ca_path: "{{ recovery_cluster.patroni.ca_file | default(omit) }}"
        return_content: true
      register: recovery_config
      when: not recovery_saved_file.stat.exists

    - name: Keep them
      ansible.builtin.copy:
        content: "{{ recovery_kept | to_json }}"
        dest: "{{ recovery_saved }}"
        owner: "{{ holdfast_engine.user }}"
        mode: "0600"
      vars:
        recovery_kept:
          config: "{{ recovery_config.json | dict2items | rejectattr('key', 'equalto', 'pause') | items2dict }}"
          scope: "{{ recovery_patroni.json.patroni.scope }}"
          leader: "{{ recovery_members.json.members | selectattr('role', 'equalto', 'leader') | map(attribute='name') | first | default('') }}"
          timeline: "{{ recovery_members.json.members | map(attribute='timeline') | select('number') | max }}"
      when: not recovery_saved_file.stat.exists

- name: Stop what begins scheduled jobs
  ansible.builtin.service:
    name: "{{ item }}"
    state: stopped
    use: "{{ recovery_service_manager }}"
  loop: "{{ holdfast_services }}"

# Nobody shall take over while the members go down.
- name: Pause Patroni
  ansible.builtin.uri:
    url: "{{ recovery_url }}/config"
    method: PATCH
    body_format: json
    body: { pause: true }
    ca_path: "{{ recovery_cluster.patroni.ca_file | default(omit) }}"
    url_username: "{{ recovery_cluster.patroni.username | default(omit) }}"
    url_password: "{{ recovery_cluster.patroni.password | default(omit) }}"
    force_basic_auth: true
  when: inventory_hostname == recovery_host and recovery_patroni.status in [200, 503]

- name: Wait until this member knows
  ansible.builtin.uri:
    url: "{{ recovery_url }}/patroni"
    status_code: [200, 503]
    ca_path: "{{ recovery_cluster.patroni.ca_file | default(omit) }}"
    return_content: true
  register: recovery_paused
  until: recovery_paused.json is defined and recovery_paused.json.pause | default(false)
  retries: "{{ recovery_patience | int }}"
  delay: 1
  when: recovery_patroni.status in [200, 503]

- name: Stop Patroni on the others
  ansible.builtin.service:
    name: "{{ recovery_cluster.patroni.service }}"
    state: stopped
    use: "{{ recovery_service_manager }}"
  when: inventory_hostname != recovery_host

- name: Stop Patroni on the chosen host
  ansible.builtin.service:
    name: "{{ recovery_cluster.patroni.service }}"
    state: stopped
    use: "{{ recovery_service_manager }}"
  when: inventory_hostname == recovery_host

# A paused Patroni leaves its server running. On the chosen host a running primary is stopped by the restore itself, after
# the last WAL is archived.
- name: Stop the other servers and move their data aside
  ansible.builtin.include_tasks: set-aside.yml
  when: inventory_hostname != recovery_host or not recovery_is_leader
`,
  'tasks/stop-member.yml': `---
- name: Stop Patroni
  ansible.builtin.service:
    name: "{{ recovery_cluster.patroni.service }}"
    state: stopped
    use: "{{ recovery_service_manager }}"

- name: Stop the server and move its data aside
  ansible.builtin.include_tasks: set-aside.yml
`,
  'tasks/set-aside.yml': `---
- name: See whether the server runs
  ansible.builtin.command:
    argv: ["{{ recovery_bin }}/pg_ctl", status, "--pgdata={{ recovery_node.path }}"]
  become: true
  become_user: "{{ recovery_node.user }}"
  register: recovery_running
  changed_when: false
  # 3: it does not run; 4: there is no data directory.
  failed_when: recovery_running.rc not in [0, 3, 4]

- name: Stop the server
  ansible.builtin.command:
    argv: ["{{ recovery_bin }}/pg_ctl", stop, "--pgdata={{ recovery_node.path }}", --mode=fast, --wait, "--timeout={{ recovery_patience }}"]
  become: true
  become_user: "{{ recovery_node.user }}"
  changed_when: true
  when: recovery_running.rc == 0

- name: Look for the data directory
  ansible.builtin.stat:
    path: "{{ recovery_node.path }}/PG_VERSION"
  register: recovery_data

- name: Move the data directory aside
  ansible.builtin.command:
    argv: [mv, --no-target-directory, "{{ recovery_node.path }}", "{{ recovery_node.path }}{{ recovery_aside }}"]
    creates: "{{ recovery_node.path }}{{ recovery_aside }}"
  when: recovery_data.stat.exists
`,
  'tasks/restore.yml': `---
- name: Read what was kept
  ansible.builtin.slurp:
    src: "{{ recovery_saved }}"
  register: recovery_file

- name: Remember it
  ansible.builtin.set_fact:
    recovery_kept: "{{ recovery_file.content | b64decode | from_json }}"

# The old leader, its position and the history of the cluster. patronictl asks for the name, for the sentence, and for the
# leader where there is one.
- name: Take the cluster out of the DCS
  ansible.builtin.command:
    argv: [patronictl, --config-file, "{{ recovery_cluster.patroni.file }}", remove, "{{ recovery_kept.scope }}"]
    stdin: "{{ recovery_kept.scope }}\\nYes I am aware\\n{{ recovery_kept.leader }}\\n"
  register: recovery_removed
  changed_when: recovery_removed.rc == 0
  failed_when: recovery_removed.rc != 0 and 'not found' not in recovery_removed.stderr | lower

# Holdfast archives the last WAL, saves what was not archived, moves the old directory aside, restores, recovers to the
# target and stays there, proves that it was reached, and only then opens the server on a new timeline.
- name: Restore
  ansible.builtin.command:
    argv: ["{{ holdfast_program }}", --config, /etc/holdfast/recovery.yaml, restore, --stanza, "{{ stanza }}", --to, "{{ to }}", --yes]
  async: "{{ recovery_work_patience | int }}"
  poll: 2
  register: recovery_run
  changed_when: true
  failed_when: recovery_run.rc is defined and recovery_run.rc > 1

- name: Show what it came to
  ansible.builtin.debug:
    msg: "{{ recovery_run.stdout_lines | default([]) }}"

- name: Ask for the timeline
  ansible.builtin.command:
    argv:
      - psql
      - --no-psqlrc
      - --tuples-only
      - --no-align
      - --dbname=postgres
      - "--host={{ recovery_node.socket }}"
      - "--port={{ recovery_node.port }}"
      - "--command=SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int"
  become: true
  become_user: "{{ recovery_node.user }}"
  register: recovery_timeline
  changed_when: false

- name: Stop where it is not a new one
  ansible.builtin.assert:
    that: recovery_timeline.stdout | int > recovery_kept.timeline | int
    fail_msg: >-
      The server is on timeline {{ recovery_timeline.stdout }} and the cluster was on {{ recovery_kept.timeline }}. Nothing
      was started; the old data is beside {{ recovery_node.path }}.
    quiet: true

- name: Stop the restored server
  ansible.builtin.command:
    argv: ["{{ recovery_bin }}/pg_ctl", stop, "--pgdata={{ recovery_node.path }}", --mode=fast, --wait, "--timeout={{ recovery_patience }}"]
  become: true
  become_user: "{{ recovery_node.user }}"
  changed_when: true

# What the backup has in this file is from its own time. Patroni takes the settings of a cluster that is not in the DCS from
# here: with those that were kept it archives from its first moment on.
- name: Give Patroni the settings of the cluster
  ansible.builtin.copy:
    content: "{{ recovery_kept.config | to_json }}"
    dest: "{{ recovery_node.path }}/patroni.dynamic.json"
    owner: "{{ recovery_node.user }}"
    mode: "0600"
`,
  'tasks/lead.yml': `---
- name: Start Patroni
  ansible.builtin.service:
    name: "{{ recovery_cluster.patroni.service }}"
    state: started
    use: "{{ recovery_service_manager }}"

- name: Wait until it leads
  ansible.builtin.uri:
    url: "{{ recovery_url }}/primary"
    ca_path: "{{ recovery_cluster.patroni.ca_file | default(omit) }}"
  register: recovery_leads
  until: recovery_leads.status == 200
  retries: "{{ recovery_patience | int }}"
  delay: 1

- name: Read the settings of the cluster
  ansible.builtin.uri:
    url: "{{ recovery_url }}/config"
    ca_path: "{{ recovery_cluster.patroni.ca_file | default(omit) }}"
    status_code: [200, 404]
    return_content: true
  register: recovery_config_now

- name: Put back what was kept
  ansible.builtin.uri:
    url: "{{ recovery_url }}/config"
    method: PUT
    body_format: json
    body: "{{ recovery_kept.config }}"
    ca_path: "{{ recovery_cluster.patroni.ca_file | default(omit) }}"
    url_username: "{{ recovery_cluster.patroni.username | default(omit) }}"
    url_password: "{{ recovery_cluster.patroni.password | default(omit) }}"
    force_basic_auth: true
  changed_when: true
  when: recovery_config_now.json | default({}, true) != recovery_kept.config

- name: Wait until WAL is archived
  ansible.builtin.command:
    argv: ["{{ holdfast_program }}", check, --stanza, "{{ stanza }}"]
  register: recovery_check
  until: recovery_check.rc < 2
  retries: 10
  delay: 3
  changed_when: false
  # 1: warnings, such as members that are not back yet.
  failed_when: recovery_check.rc > 1

# Before the replicas: pgBackRest restores the newest set by itself, and one from after the target belongs to the timeline
# that was left.
- name: Take a full backup of what is there now
  ansible.builtin.command:
    argv: ["{{ holdfast_program }}", backup, --type, full, --stanza, "{{ stanza }}", --yes]
  async: "{{ recovery_work_patience | int }}"
  poll: 2
  changed_when: true
`,
  'tasks/follow.yml': `---
- name: Start Patroni
  ansible.builtin.service:
    name: "{{ recovery_cluster.patroni.service }}"
    state: started
    use: "{{ recovery_service_manager }}"

- name: Wait until the replica follows
  ansible.builtin.uri:
    url: "{{ recovery_url }}/replica"
    ca_path: "{{ recovery_cluster.patroni.ca_file | default(omit) }}"
    status_code: [200, 503]
    return_content: true
  register: recovery_follows
  until: recovery_follows.status == 200
  retries: "{{ (recovery_work_patience | int / 5) | int }}"
  delay: 5
`,
  'tasks/prove.yml': `---
- name: Wait until all members are on one timeline
  ansible.builtin.uri:
    url: "{{ recovery_url }}/cluster"
    ca_path: "{{ recovery_cluster.patroni.ca_file | default(omit) }}"
    return_content: true
  register: recovery_after
  until: >-
    recovery_after.json is defined
    and recovery_after.json.members | length == recovery_cluster.hosts | length
    and recovery_after.json.members | map(attribute='timeline', default=0) | unique | length == 1
  retries: "{{ recovery_patience | int }}"
  delay: 1

- name: Show them
  ansible.builtin.debug:
    msg: "{{ recovery_after.json.members }}"

- name: Check archiving from end to end
  ansible.builtin.command:
    argv: ["{{ holdfast_program }}", check, --stanza, "{{ stanza }}"]
  register: recovery_check
  changed_when: false
  failed_when: recovery_check.rc > 1

- name: Forget what was kept
  ansible.builtin.file:
    path: "{{ recovery_saved }}"
    state: absent
`,
  'meta/main.yml': `---
galaxy_info:
  author: Holdfast
  description: Steps that bring a Patroni cluster back to a moment
  license: Apache-2.0
  min_ansible_version: "2.14"
  platforms:
    - name: Debian
      versions: [all]
dependencies: []
`,
};
