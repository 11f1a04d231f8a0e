import { isAbsolute } from 'node:path';
import type { Configuration, Stanza } from '../../config/configuration.ts';
import { clusterSettings } from '../patroni/patroni-settings.ts';
import type { DeploymentHost } from './host-list.ts';
import type { VaultVariables } from './vault-variables.ts';
import { groupOf } from './write-inventory.ts';

/** group_vars/all/holdfast.yml: what holds for all hosts. */
export function describeVariables(
  configuration: Configuration,
  parts: {
    readonly hosts: readonly DeploymentHost[];
    readonly vault: VaultVariables;
    /** Version of pgBackRest's package. */
    readonly engineVersion: string;
  },
): Record<string, unknown> {
  const { engine, deploy, stanzas, stateDirectory } = configuration;
  const { ansible } = deploy;
  return {
    holdfast_program: deploy.systemd.program,
    holdfast_run: deploy.systemd.form,
    ...archive('holdfast_package', ansible.package),
    holdfast_node_archive: ansible.node ?? '',
    holdfast_node_path: localPath(ansible.node ?? ''),
    holdfast_node_is_url: isUrl(ansible.node ?? ''),
    holdfast_packages_from: ansible.packages,
    holdfast_engine_version: parts.engineVersion,
    holdfast_engine: {
      binary: engine.binary,
      user: engine.user,
      directories: [
        ...new Set([
          engine.logDirectory,
          engine.lockDirectory,
          engine.spoolDirectory,
          engine.includeDirectory,
        ]),
      ],
    },
    holdfast_state_directory: stateDirectory,
    holdfast_ssh_keys: ansible.sshKeys,
    holdfast_files: ['holdfast.yaml', 'recovery.yaml'],
    // A service of that name, or all timers together.
    holdfast_services: [deploy.systemd.form === 'daemon' ? 'holdfast' : 'holdfast.target'],
    holdfast_consul: ansible.consul,
    holdfast_patroni_leader_restart: ansible.patroni.leaderRestart,
    holdfast_secrets: parts.vault.variables.map(({ name, file }) => ({ file, value: `{{ ${name} }}` })),
    holdfast_stanza_settings: Object.fromEntries(
      stanzas.map((stanza) => [stanza.name, describeStanza(stanza, configuration, parts.vault)]),
    ),
  };
}

function describeStanza(
  stanza: Stanza,
  configuration: Configuration,
  vault: VaultVariables,
): Record<string, unknown> {
  const { patroni } = stanza;
  const password = vault.variables.find(({ place }) => place === `stanzas.${stanza.name}.patroni.password`);
  return {
    group: groupOf(stanza.name),
    hosts: stanza.nodes.map(({ host }) => host),
    repositories: stanza.repositories.map(({ name }) => name),
    ...(patroni === undefined
      ? {}
      : {
          patroni: {
            url: patroni.url.replace(/\/+$/, ''),
            ...(patroni.caFile === undefined ? {} : { ca_file: patroni.caFile }),
            ...(patroni.certificateFile === undefined ? {} : { client_cert: patroni.certificateFile }),
            ...(patroni.keyFile === undefined ? {} : { client_key: patroni.keyFile }),
            ...(patroni.username === undefined ? {} : { username: patroni.username }),
            ...(password === undefined ? {} : { password: `{{ ${password.name} }}` }),
            file: patroni.configFile ?? '/etc/patroni/config.yml',
            service: configuration.deploy.ansible.patroni.service,
            settings: clusterSettings(configuration, stanza),
          },
        }),
  };
}

function archive(name: string, text: string): Record<string, unknown> {
  return { [name]: text, [`${name}_path`]: localPath(text), [`${name}_is_url`]: isUrl(text) };
}

const isUrl = (text: string): boolean => /^https?:\/\//.test(text);

/** On the machine that runs Ansible. */
function localPath(text: string): string {
  return isAbsolute(text) || text === '' ? text : `{{ playbook_dir }}/${text}`;
}
