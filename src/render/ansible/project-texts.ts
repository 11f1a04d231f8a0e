import type { Configuration } from '../../config/configuration.ts';
import type { FixedFiles } from './roles/role-files.ts';

/** What a project has beside roles and playbooks. */
export function projectTexts({ deploy }: Pick<Configuration, 'deploy'>): FixedFiles {
  return {
    'ansible.cfg': `[defaults]
inventory = inventory/hosts.yml
roles_path = roles
nocows = true
# A server that is not known is not trusted: ssh-keyscan it, compare, and put it into known_hosts.
host_key_checking = true
stdout_callback = default
result_format = yaml
retry_files_enabled = false
interpreter_python = auto_silent

[diff]
always = false

[ssh_connection]
pipelining = true
`,
    '.gitignore': `.vault-password
*.retry
*.saved-*
files/holdfast.tgz
files/node-*.tar.*
`,
    '.ansible-lint': `# https://ansible.readthedocs.io/projects/lint/configuring/
offline: true
profile: production
# For Prometheus, Alertmanager, Grafana and Holdfast, not for Ansible.
exclude_paths: [files/]
`,
    'README.md': readme(deploy.ansible.package),
  };
}

function readme(archive: string): string {
  return `# Backups of these hosts, by Ansible

Rendered by \`holdfast render ansible\`. Change holdfast.yaml and render again; what is of your own goes into
\`group_vars/all/local.yml\` and \`inventory/\` files that Holdfast does not write.

## Once

1. The package: \`npm pack\` in a checkout of Holdfast, and the file as \`${archive}\`.
2. The vault: \`cp vault.example.yml group_vars/all/vault.yml\`, fill it in, \`ansible-vault encrypt
   group_vars/all/vault.yml\`.

## Then

| | |
|---|---|
| \`ansible-playbook site.yml --check --diff\` | what would change |
| \`ansible-playbook site.yml\` | deploy; a second run changes nothing |
| \`ansible-playbook site.yml -e patroni_restart_consent=true\` | the same, with the restarts of PostgreSQL that settings wait for |
| \`ansible-playbook check.yml\` | look, and end two WAL segments |
| \`ansible-playbook update.yml\` | another version, replicas first, leaders last |
| \`ansible-playbook recover-cluster.yml -e stanza=NAME -e '{"to": "2026-11-20 10:30:00+01"}' -e confirm=NAME\` | the whole cluster back to a moment |
| \`ansible-playbook new-replica.yml -e stanza=NAME -e replica=HOST\` | a replica anew, from the repository |
| \`ansible-playbook uninstall.yml -e uninstall_consent=true\` | units and program away, never data |

Add \`--ask-vault-pass\` or \`--vault-password-file .vault-password\` to each.
`;
}
