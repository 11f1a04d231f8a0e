import { metaOf } from './role-meta.ts';
import type { FixedFiles } from './role-files.ts';

/** The stanza in its repositories, a check and the first full backup: on the leader, once archiving is in force. */
export const stanzaRole: FixedFiles = {
  'defaults/main.yml': `---
# Servers that Patroni does not manage: restart PostgreSQL where a setting needs it.
stanza_restart_consent: false
# Seconds that the first full backup may take.
stanza_patience: 86400
`,
  'tasks/main.yml': `---
- name: Set each stanza up
  ansible.builtin.include_tasks: stanza.yml
  loop: "{{ holdfast_stanzas }}"
  loop_control:
    loop_var: stanza_name
`,
  'tasks/stanza.yml': `---
- name: Ask whether this host is the leader's
  ansible.builtin.command:
    argv: ["{{ holdfast_program }}", guard, --stanza, "{{ stanza_name }}", --on, leader]
  register: stanza_guard
  changed_when: false
  check_mode: false
  failed_when: stanza_guard.rc > 1 and not ansible_check_mode

# The others have no stanza to make and no backup to take: what they lack are directories, keys and settings.
- name: Set up the leader
  ansible.builtin.include_tasks: setup.yml
  when: holdfast_installed.rc == 0 and stanza_guard.rc == 0

- name: Set up the others
  ansible.builtin.include_tasks: setup.yml
  when: holdfast_installed.rc == 0 and stanza_guard.rc == 1
`,
  'tasks/setup.yml': `---
- name: Plan what is missing
  ansible.builtin.command:
    argv: ["{{ holdfast_program }}", setup, --stanza, "{{ stanza_name }}", --plan, --json]
  register: stanza_plan
  changed_when: false
  check_mode: false
  failed_when: stanza_plan.rc > 1

- name: Read the plan
  ansible.builtin.set_fact:
    stanza_open: "{{ stanza_steps | selectattr('state', 'in', ['to-do', 'needs-restart']) | map(attribute='title') | list }}"
    stanza_consent: "{{ stanza_steps | selectattr('state', 'equalto', 'needs-consent') | map(attribute='consent') | list }}"
  vars:
    stanza_steps: "{{ (stanza_plan.stdout | from_json).plan.steps }}"

- name: Show what is missing
  ansible.builtin.debug:
    msg: "{{ stanza_open }}"
  changed_when: true
  when: stanza_open | length > 0

- name: Do it
  ansible.builtin.command:
    argv: "{{ [holdfast_program, 'setup', '--stanza', stanza_name, '--yes'] + ((stanza_restart_consent | bool) | ternary(['--restart'], [])) }}"
  async: "{{ stanza_patience | int }}"
  poll: 2
  register: stanza_done
  changed_when: true
  failed_when: stanza_done.rc is defined and stanza_done.rc > 1
  when: stanza_open | length > 0 or (stanza_restart_consent | bool and 'restart' in stanza_consent)

- name: Plan again
  ansible.builtin.command:
    argv: ["{{ holdfast_program }}", setup, --stanza, "{{ stanza_name }}", --plan, --json]
  register: stanza_rest
  changed_when: false
  failed_when: stanza_rest.rc > 1
  when: stanza_open | length > 0 or (stanza_restart_consent | bool and 'restart' in stanza_consent)

- name: Stop when something is left
  ansible.builtin.assert:
    that: stanza_left | length == 0
    fail_msg: "Left to do: {{ stanza_left | join('; ') }}"
    quiet: true
  vars:
    stanza_final: "{{ (stanza_rest.stdout | default(stanza_plan.stdout) | from_json).plan.steps }}"
    stanza_left: >-
      {{ stanza_final | selectattr('state', 'in', ['to-do', 'needs-consent', 'needs-restart', 'waiting'])
         | map(attribute='title') | list }}
  when: not ansible_check_mode and stanza_guard.rc == 0
`,
  'meta/main.yml': metaOf('The stanza in its repositories and the first full backup'),
};
