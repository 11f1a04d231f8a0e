import type { FixedFiles } from '../roles/role-files.ts';

/** Playbooks that bring hosts to what holdfast.yaml says, look at them, bring them up to date, and take units away. */
export const deployPlaybooks: FixedFiles = {
  'site.yml': `---
# Everything: packages, Holdfast, settings of Patroni, the stanza with its first full backup, services. Again and again:
# what is right already is left alone.
- name: Look at the vault
  ansible.builtin.import_playbook: vault.yml

- name: Deploy
  hosts: holdfast
  become: true
  any_errors_fatal: true
  roles:
    - { role: pgbackrest, tags: [pgbackrest] }
    - { role: holdfast, tags: [holdfast] }
    - { role: patroni, tags: [patroni] }
    - { role: stanza, tags: [stanza] }
  post_tasks:
    - name: Start what begins scheduled jobs
      ansible.builtin.include_role:
        name: holdfast
        tasks_from: service
      tags: [holdfast, service]

    - name: Tell Consul
      ansible.builtin.include_role:
        name: consul
      when: holdfast_consul != 'none'
      tags: [consul]

- name: Watch
  hosts: prometheus
  become: true
  roles:
    - { role: monitoring, tags: [monitoring] }
`,
  'vault.yml': `---
# Secrets come from group_vars/all/vault.yml, and that file is encrypted: this stops before anything else is done.
- name: Look at the vault
  hosts: localhost
  connection: local
  gather_facts: false
  become: false
  tags: [always]
  tasks:
    - name: Read the vault as it lies on the disk
      ansible.builtin.slurp:
        src: "{{ playbook_dir }}/group_vars/all/vault.yml"
      register: vault_file
      failed_when: false
      no_log: true

    - name: Stop where secrets are in plain text
      ansible.builtin.assert:
        that: vault_file.content is not defined or (vault_file.content | b64decode).startswith('$ANSIBLE_VAULT;')
        fail_msg: "group_vars/all/vault.yml is not encrypted: ansible-vault encrypt group_vars/all/vault.yml"
        quiet: true

    - name: Stop where a secret is missing
      ansible.builtin.assert:
        that: item.value | default('', true) | string not in ['', 'FILL-IN']
        fail_msg: "{{ item.file }} has no value: see vault.example.yml"
        quiet: true
      loop: "{{ holdfast_secrets }}"
      loop_control:
        label: "{{ item.file }}"
      no_log: true
`,
  'check.yml': `---
# Looks and changes nothing but two WAL segments, which the check on the leader ends.
- name: Check
  hosts: database_hosts
  become: true
  gather_facts: false
  tasks:
    - name: Ask whether this host is the leader's
      ansible.builtin.command:
        argv: ["{{ holdfast_program }}", guard, --stanza, "{{ item }}", --on, leader]
      loop: "{{ holdfast_nodes | list }}"
      register: check_guards
      changed_when: false
      check_mode: false
      failed_when: check_guards.rc > 1

    - name: Check archiving from end to end, on the leader
      ansible.builtin.command:
        argv: ["{{ holdfast_program }}", check, --stanza, "{{ item.item }}"]
      loop: "{{ check_guards.results | selectattr('rc', 'equalto', 0) | list }}"
      loop_control:
        label: "{{ item.item }}"
      register: check_archiving
      changed_when: false
      failed_when: check_archiving.rc > 1

    - name: Say how everything is
      ansible.builtin.command:
        argv: ["{{ holdfast_program }}", status]
      register: check_status
      changed_when: false
      check_mode: false
      failed_when: false

    - name: Show it
      ansible.builtin.debug:
        msg: "{{ check_status.stdout_lines }}"

    - name: Compare the files with what holdfast.yaml says
      ansible.builtin.command:
        argv: ["{{ holdfast_program }}", render, pgbackrest, --out, /, --check]
      register: check_files
      changed_when: false
      check_mode: false
      failed_when: check_files.rc > 0

    - name: Stop where something is critical
      ansible.builtin.assert:
        that: check_status.rc < 2
        fail_msg: "{{ check_status.stdout }}"
        quiet: true
`,
  'update.yml': `---
# Another version of Holdfast or pgBackRest, one host after the other, replicas first and leaders last. No server is
# restarted: archiving goes on by plain pgbackrest archive-push, whose package is exchanged under it.
- name: Look at the vault
  ansible.builtin.import_playbook: vault.yml

- name: Sort the hosts
  hosts: holdfast
  become: true
  any_errors_fatal: true
  tasks:
    - name: Ask whether this host is a leader's
      ansible.builtin.command:
        argv: ["{{ holdfast_program }}", guard, --stanza, "{{ item }}", --on, leader]
      loop: "{{ holdfast_stanzas }}"
      register: update_guards
      changed_when: false
      check_mode: false
      failed_when: update_guards.rc > 1

    - name: Look for a running backup
      ansible.builtin.command:
        argv: ["{{ holdfast_engine.binary }}", info, --output=json]
      become: true
      become_user: "{{ holdfast_engine.user }}"
      register: update_info
      changed_when: false
      check_mode: false

    # Hosts with different versions do not talk to each other, and a backup over the protocol would end.
    - name: Stop while one runs
      ansible.builtin.assert:
        that: (update_info.stdout | from_json) | map(attribute='status.lock.backup.held') | select | list | length == 0
        fail_msg: A backup runs. Wait until it has ended (holdfast jobs), then run this again.
        quiet: true

    - name: Sort it
      ansible.builtin.group_by:
        key: "update_{{ (update_guards.results | selectattr('rc', 'equalto', 0) | list | length > 0) | ternary('last', 'first') }}"
      changed_when: false

- name: Update the others
  hosts: update_first
  become: true
  serial: 1
  any_errors_fatal: true
  roles:
    - pgbackrest
    - holdfast

- name: Update the leaders
  hosts: update_last
  become: true
  serial: 1
  any_errors_fatal: true
  roles:
    - pgbackrest
    - holdfast
`,
  'uninstall.yml': `---
# Takes away what begins jobs, the definition of checks and the program. Never data, repositories, the state directory,
# secrets, pgbackrest.conf, or settings of PostgreSQL: archiving goes on, and every backup can be restored by pgBackRest.
- name: Take Holdfast away
  hosts: holdfast
  become: true
  tasks:
    - name: Ask for consent
      ansible.builtin.assert:
        that: uninstall_consent | default(false) | bool
        fail_msg: "No backup is taken any more after this. Run it with -e uninstall_consent=true."
        quiet: true

    - name: See which units are there
      ansible.builtin.stat:
        path: "{{ item }}"
      loop: "{{ holdfast_units }}"
      register: uninstall_units

    - name: Stop them
      ansible.builtin.service:
        name: "{{ item }}"
        state: stopped
        enabled: false
        use: "{{ holdfast_service_manager | default('auto') }}"
      loop: "{{ holdfast_services }}"
      when: uninstall_units.results | selectattr('stat.exists') | list | length > 0

    - name: Take units and definitions away
      ansible.builtin.file:
        path: "{{ item }}"
        state: absent
      loop: >-
        {{ holdfast_units + ['/etc/consul.d/holdfast.hcl', '/etc/apt/preferences.d/holdfast-pgbackrest', holdfast_program] }}
      register: uninstall_files

    - name: Let systemd know
      ansible.builtin.systemd:
        daemon_reload: true
      when: ansible_service_mgr == 'systemd' and uninstall_files is changed
`,
};
