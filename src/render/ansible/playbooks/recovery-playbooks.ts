import type { FixedFiles } from '../roles/role-files.ts';

/**
 * The whole cluster back to a moment, and one replica anew.
 *
 * The new full backup comes before the replicas: pgBackRest restores the newest set by itself, and one that was taken
 * after the moment belongs to the timeline that was left.
 */
export const recoveryPlaybooks: FixedFiles = {
  'recover-cluster.yml': `---
# Brings a whole Patroni cluster back to a moment:
#
#   ansible-playbook recover-cluster.yml -e stanza=main -e '{"to": "2026-11-20 10:30:00+01"}' -e confirm=main
#
# Old data is moved aside and never deleted. Nothing is changed before the plan of the restore stands. When it stops in the
# middle, run it again with the same words and -e on=HOST (the host that it had chosen).
- name: Read what is wanted
  hosts: localhost
  connection: local
  gather_facts: false
  become: false
  tasks:
    - name: Stop when something is not said
      ansible.builtin.assert:
        that:
          - stanza is defined and stanza in holdfast_stanza_settings
          - holdfast_stanza_settings[stanza].patroni is defined
          - confirm | default('') == stanza
        fail_msg: >-
          Name a stanza that Patroni manages (-e stanza=NAME), the target (-e to=...), and the stanza once more
          (-e confirm=NAME): what was written after the target is no longer in the cluster then.
        quiet: true

    # Two programs read a time, pgBackRest and PostgreSQL, each in its own zone where none is given.
    - name: Stop at a time without its zone
      ansible.builtin.assert:
        that: >-
          to | default('') is match('^(latest|immediate|xid:[0-9]+|lsn:[0-9A-Fa-f]+/[0-9A-Fa-f]+|name:.+)$')
          or to | default('') is match('^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]+ *([+-][0-9]{2}(:?[0-9]{2})?|Z)$')
        fail_msg: "to is {{ to | default('missing') }}: write 2026-11-20 10:30:00+01, latest, xid:N, lsn:X/Y or name:POINT"
        quiet: true

- name: Find out how the cluster is
  hosts: "cluster_{{ stanza | default('') | regex_replace('[^A-Za-z0-9_]', '_') }}"
  become: true
  any_errors_fatal: true
  tasks:
    - name: Look at this member
      ansible.builtin.include_role:
        name: recovery
        tasks_from: observe

- name: Plan
  hosts: "cluster_{{ stanza | default('') | regex_replace('[^A-Za-z0-9_]', '_') }}"
  become: true
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - name: Plan the restore
      ansible.builtin.include_role:
        name: recovery
        tasks_from: plan
      when: inventory_hostname == recovery_host

- name: Stop the cluster
  hosts: "cluster_{{ stanza | default('') | regex_replace('[^A-Za-z0-9_]', '_') }}"
  become: true
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - name: Stop the members
      ansible.builtin.include_role:
        name: recovery
        tasks_from: stop

- name: Restore
  hosts: "cluster_{{ stanza | default('') | regex_replace('[^A-Za-z0-9_]', '_') }}"
  become: true
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - name: Restore the chosen host
      ansible.builtin.include_role:
        name: recovery
        tasks_from: restore
      when: inventory_hostname == recovery_host

- name: Build the cluster up again
  hosts: "cluster_{{ stanza | default('') | regex_replace('[^A-Za-z0-9_]', '_') }}"
  become: true
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - name: Start the leader and back it up
      ansible.builtin.include_role:
        name: recovery
        tasks_from: lead
      when: inventory_hostname == recovery_host

    - name: Make the replicas
      ansible.builtin.include_role:
        name: recovery
        tasks_from: follow
      when: inventory_hostname != recovery_host

    - name: Start what begins scheduled jobs
      ansible.builtin.include_role:
        name: holdfast
        tasks_from: service

    - name: Look at the whole cluster
      ansible.builtin.include_role:
        name: recovery
        tasks_from: prove
      when: inventory_hostname == recovery_host
`,
  'new-replica.yml': `---
# Makes a replica anew from the repository, without reading the leader:
#
#   ansible-playbook site.yml --limit localhost,HOST --tags pgbackrest,holdfast   (a host that is new)
#   ansible-playbook new-replica.yml -e stanza=main -e replica=HOST
#
# Data that is there is moved aside and never deleted.
- name: Look at the cluster
  hosts: "cluster_{{ stanza | default('') | regex_replace('[^A-Za-z0-9_]', '_') }}"
  become: true
  any_errors_fatal: true
  tasks:
    - name: Look at this member
      ansible.builtin.include_role:
        name: recovery
        tasks_from: observe
      vars:
        recovery_wanted_host: ""

    - name: Look at what a replica would be made from
      ansible.builtin.include_role:
        name: recovery
        tasks_from: newest
      when: inventory_hostname == recovery_host

- name: Make the replica
  hosts: "{{ replica | default('nobody') }}"
  become: true
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - name: Leave a leader alone
      ansible.builtin.assert:
        that: recovery_host != inventory_hostname and recovery_host in hostvars
        fail_msg: "{{ replica }} is the leader, or there is none: switch over first."
        quiet: true

    - name: Stop the member
      ansible.builtin.include_role:
        name: recovery
        tasks_from: stop-member

    - name: Follow the leader
      ansible.builtin.include_role:
        name: recovery
        tasks_from: follow
`,
};
