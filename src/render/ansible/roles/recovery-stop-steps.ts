import type { FixedFiles } from './role-files.ts';

/** The steps of a recovery that look, plan, stop the members and keep what is there. */
export const recoveryStopSteps: FixedFiles = {
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
};
