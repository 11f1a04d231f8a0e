import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Configuration } from '../../config/configuration.ts';
import { writeGeneratedText } from '../../engine/conf/conf-text.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import { Failure } from '../../model/failure.ts';
import type { DeploymentTarget, RenderCall } from '../deployment/deployment-target.ts';
import { monitoringTarget } from '../monitoring/render-monitoring.ts';
import { consulDefinition } from './consul-definition.ts';
import { hostFiles } from './host-files.ts';
import { deploymentHosts, type DeploymentHost } from './host-list.ts';
import { deployPlaybooks } from './playbooks/deploy-playbooks.ts';
import { recoveryPlaybooks } from './playbooks/recovery-playbooks.ts';
import { projectTexts } from './project-texts.ts';
import { holdfastRole } from './roles/holdfast-role.ts';
import { patroniRole } from './roles/patroni-role.ts';
import { pgbackrestRole } from './roles/pgbackrest-role.ts';
import { recoveryRole } from './roles/recovery-role.ts';
import type { FixedFiles } from './roles/role-files.ts';
import { stanzaRole } from './roles/stanza-role.ts';
import { consulRole, monitoringRole } from './roles/watch-roles.ts';
import { vaultVariables, type VaultVariables } from './vault-variables.ts';
import { describeInventory } from './write-inventory.ts';
import { describeVariables } from './write-variables.ts';
import { writeVaultExample } from './write-vault-example.ts';

/**
 * A whole project for Ansible. What differs from host to host or comes from holdfast.yaml is in the inventory, in
 * group_vars and below files/; roles and playbooks are the same for everybody. No value of a secret is in any of it.
 */
export const ansibleTarget: DeploymentTarget = {
  name: 'ansible',
  engine: 'deploy.engineVersion',
  needsSecrets: false,
  render: (configuration, call) => {
    const hosts = deploymentHosts(configuration);
    const vault = vaultVariables(call.source);
    return projectFiles(configuration, call, { hosts, vault }).map(([path, content]) => ({
      path,
      content: withHeader(path, content, configuration.file),
      mode: 0o644,
      owner: call.owner,
      secret: false,
    })) satisfies RenderedFile[];
  },
};

interface ProjectParts {
  readonly hosts: readonly DeploymentHost[];
  readonly vault: VaultVariables;
}

function projectFiles(
  configuration: Configuration,
  call: RenderCall,
  { hosts, vault }: ProjectParts,
): readonly (readonly [string, string])[] {
  const variables = describeVariables(configuration, {
    hosts,
    vault,
    engineVersion: configuration.deploy.engineVersion,
  });
  const own = new Map(hosts.map(({ name }) => [name, hostFiles(name, { configuration, call, vault })]));
  const unitsOf = (host: string): readonly string[] =>
    [...(own.get(host)?.keys() ?? [])].filter((path) => path.startsWith('/'));
  const consul = consulDefinition(configuration);
  return [
    ...Object.entries(projectTexts(configuration)),
    ['inventory/hosts.yml', projectYaml(describeInventory(configuration, hosts, unitsOf))],
    ['group_vars/all/holdfast.yml', projectYaml(variables, vault)],
    ['vault.example.yml', writeVaultExample(vault)],
    ...[...own].flatMap(([host, files]) =>
      [...files].map(([path, text]) => [join('files/hosts', host, path), text] as const),
    ),
    ...(consul === undefined ? [] : [['files/consul/holdfast.hcl', consul] as const]),
    ...monitoringTarget
      .render(configuration, call)
      .map(({ path, content }) => [`files/monitoring/${path}`, content] as const),
    ...Object.entries(deployPlaybooks),
    ...Object.entries(recoveryPlaybooks),
    ...Object.entries(roles).flatMap(([role, files]) =>
      Object.entries(files).map(([path, text]) => [`roles/${role}/${path}`, text] as const),
    ),
  ];
}

const roles: Readonly<Record<string, FixedFiles>> = {
  pgbackrest: pgbackrestRole,
  holdfast: holdfastRole,
  patroni: patroniRole,
  stanza: stanzaRole,
  consul: consulRole,
  monitoring: monitoringRole,
  recovery: recoveryRole,
};

/**
 * YAML as Ansible reads it (1.1: `on` is true there, so it is quoted). Values of holdfast.yaml are no templates.
 *
 * @throws Failure config-invalid when one would be taken for one
 */
function projectYaml(value: Record<string, unknown>, vault?: VaultVariables): string {
  const allowed = new Set(['playbook_dir', ...(vault?.variables.map(({ name }) => name) ?? [])]);
  const text = stringify(value, { lineWidth: 0, version: '1.1', aliasDuplicateObjects: false });
  for (const [, inner = ''] of text.matchAll(/\{[{%#]\s*(\w*)/g)) {
    if (allowed.has(inner)) continue;
    throw new Failure('config-invalid', {
      operation: 'render ansible',
      problem: 'a value holds {{, {% or {#, which Ansible would take for a template',
      hint: 'Choose another name or path in holdfast.yaml.',
    });
  }
  return `---\n${text}`;
}

/** YAML begins with its own line: what is before it would be another document. */
function withHeader(path: string, content: string, source: string): string {
  if (content.startsWith('# Generated by Holdfast') || content.startsWith('{\n  "_generated"'))
    return content;
  const advice = path.startsWith('roles/')
    ? 'Do not edit: set its variables (roles/*/defaults) in group_vars/all/local.yml, and render again.'
    : 'Do not edit: change that file and run `holdfast render ansible` again.';
  const form = path.endsWith('.md') ? 'markup' : path.endsWith('.json') ? 'json' : 'hash';
  return writeGeneratedText(content, source, advice, form);
}
