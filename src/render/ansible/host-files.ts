import { stringify } from 'yaml';
import type { Configuration } from '../../config/configuration.ts';
import { parseConfiguration } from '../../config/load.ts';
import { problemsFailure } from '../../config/problems.ts';
import type { RenderCall } from '../deployment/deployment-target.ts';
import { hostConfiguration } from '../deployment/host-configuration.ts';
import { systemdTarget } from '../systemd/render-systemd.ts';
import type { VaultVariables } from './vault-variables.ts';

/** Where holdfast.yaml is on the hosts. */
export const configurationPath = '/etc/holdfast/holdfast.yaml';

/**
 * Files of one host by path: holdfast.yaml and recovery.yaml (the same for its server alone, while Patroni does not run),
 * and by their absolute path its units, which name what this host writes to.
 *
 * @throws Failure config-invalid when the file of this host has errors, which the file of all did not
 */
export function hostFiles(
  host: string,
  {
    configuration,
    call,
    vault,
  }: { readonly configuration: Configuration; readonly call: RenderCall; readonly vault: VaultVariables },
): ReadonlyMap<string, string> {
  const write = (alone: boolean): string =>
    stringify(hostConfiguration(call.source, { host, secretText: vault.textOf, alone }), { lineWidth: 0 });
  const text = write(false);
  const own = parseConfiguration(text, configurationPath, { engineVersion: call.version });
  if (own.configuration === undefined) throw problemsFailure(own.problems);
  const { systemd } = configuration.deploy;
  const units = systemdTarget.render(
    {
      ...own.configuration,
      // Secrets are files there, and Ansible puts the file where it belongs.
      deploy: { ...configuration.deploy, systemd: { ...systemd, config: configurationPath } },
    },
    call,
  );
  return new Map([
    ['holdfast.yaml', text],
    ['recovery.yaml', write(true)],
    ...units.map(({ path, content }) => [path, content] as const),
  ]);
}
