import type { FixedFiles } from './role-files.ts';

/** The steps of a recovery that restore, let one member lead and the others follow, and prove it. */
export const recoveryRestoreSteps: FixedFiles = {
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
    # Patroni has just begun to lead, and puts them into the DCS a moment later.
    status_code: [200, 404, 502, 503]
    return_content: true
  register: recovery_config_now
  until: recovery_config_now.status == 200
  retries: "{{ recovery_patience | int }}"
  delay: 1

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
  'tasks/newest.yml': `---
# On the leader. pgBackRest makes a replica from the newest set of the first repository. One that was taken on a timeline after
# the cluster had left it can be restored, and never follows: a full backup of what is there now helps.
- name: Ask for the backups
  ansible.builtin.command:
    argv: ["{{ holdfast_engine.binary }}", "--stanza={{ stanza }}", --output=json, info]
  become: true
  become_user: "{{ holdfast_engine.user }}"
  register: recovery_info
  changed_when: false
  check_mode: false

- name: Ask for the timelines that the cluster has left
  ansible.builtin.uri:
    url: "{{ recovery_url }}/history"
    ca_path: "{{ recovery_cluster.patroni.ca_file | default(omit) }}"
    return_content: true
  register: recovery_history
  check_mode: false

- name: Stop where the newest backup is of another history
  ansible.builtin.assert:
    that: >-
      recovery_set is defined and (recovery_set_timeline | int == recovery_patroni.json.timeline | int
      or recovery_left | selectattr(0, 'equalto', recovery_set_timeline | int) | map(attribute=1)
         | select('ge', recovery_set_end | int) | list | length > 0)
    fail_msg: >-
      {{ recovery_what }}: a replica from it would never follow. Take a full backup first:
      holdfast backup --stanza {{ stanza }} --type full
    quiet: true
  vars:
    recovery_sets: "{{ (recovery_info.stdout | from_json | first).backup }}"
    recovery_first: "{{ recovery_sets | map(attribute='database.repo-key') | min | default(1) }}"
    recovery_set: "{{ recovery_sets | selectattr('database.repo-key', 'equalto', recovery_first | int) | last }}"
    recovery_set_timeline: "{{ recovery_set.archive.stop[:8] | int(base=16) }}"
    recovery_lsn: "{{ recovery_set.lsn.stop.split('/') }}"
    recovery_set_end: "{{ (recovery_lsn[0] | int(base=16)) * 4294967296 + (recovery_lsn[1] | int(base=16)) }}"
    recovery_what: >-
      {{ ('The newest backup, ' ~ recovery_set.label ~ ', is of a timeline that the cluster had left before it ended')
         if recovery_set is defined else 'There is no backup' }}
    recovery_left: "{{ recovery_history.json | default([], true) }}"
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
};
