import { recoveryRestoreSteps } from './recovery-restore-steps.ts';
import { recoveryStopSteps } from './recovery-stop-steps.ts';
import { metaOf } from './role-meta.ts';
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
  ...recoveryStopSteps,
  ...recoveryRestoreSteps,
  'meta/main.yml': metaOf('Steps that bring a Patroni cluster back to a moment'),
};
