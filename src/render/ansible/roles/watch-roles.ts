import { metaOf } from './role-meta.ts';
import type { FixedFiles } from './role-files.ts';

/** Checks in the agent of Consul, for who does not let the daemon register its own. */
export const consulRole: FixedFiles = {
  'defaults/main.yml': `---
consul_directory: /etc/consul.d
consul_user: consul
`,
  'tasks/main.yml': `---
- name: Look the user of Consul up
  ansible.builtin.getent:
    database: passwd
    key: "{{ consul_user }}"

# Consul runs the check as its own user, who must read holdfast.yaml (0640) and use the socket of the daemon. Secrets are
# 0600 and stay closed.
- name: Let Consul ask Holdfast
  ansible.builtin.user:
    name: "{{ consul_user }}"
    groups: "{{ holdfast_engine.user }}"
    append: true
  when: holdfast_consul == 'script'

- name: Write the definition
  ansible.builtin.copy:
    src: "{{ playbook_dir }}/files/consul/holdfast.hcl"
    dest: "{{ consul_directory }}/holdfast.hcl"
    owner: root
    group: "{{ getent_passwd[consul_user][2] }}"
    mode: "0640"
  notify: consul definition changed
`,
  'handlers/main.yml': `---
- name: Let the agent read its definitions
  ansible.builtin.command:
    argv: [consul, reload]
  changed_when: true
  listen: consul definition changed
`,
  'meta/main.yml': metaOf('Checks of backups in Consul'),
};

/** Rules on the hosts of Prometheus. */
export const monitoringRole: FixedFiles = {
  'defaults/main.yml': `---
monitoring_directory: /etc/prometheus
monitoring_service: prometheus
`,
  'tasks/main.yml': `---
- name: Write the alerting rules
  ansible.builtin.copy:
    src: "{{ playbook_dir }}/files/monitoring/prometheus/holdfast-rules.yml"
    dest: "{{ monitoring_directory }}/holdfast-rules.yml"
    owner: root
    group: root
    mode: "0644"
    validate: promtool check rules %s
  notify: alerting rules changed
`,
  'handlers/main.yml': `---
- name: Let Prometheus read its rules
  ansible.builtin.service:
    name: "{{ monitoring_service }}"
    state: reloaded
    use: "{{ holdfast_service_manager | default('auto') }}"
  listen: alerting rules changed
`,
  'meta/main.yml': metaOf('Alerting rules of Holdfast for Prometheus'),
};
