import type { Configuration } from '../../config/configuration.ts';
import { unitCommand, type UnitEntry } from './unit-text.ts';

/** Prefix of every unit. */
export const unitPrefix = 'holdfast';

/** A failure of the unit is told by this one. */
export const alertTemplate = `${unitPrefix}-alert@`;

/** `holdfast --config FILE …`, as the unit has it. */
export function holdfastCommand(configuration: Configuration, words: readonly string[]): string {
  return unitCommand(holdfastWords(configuration, words));
}

/** The same as words. */
export function holdfastWords(configuration: Configuration, words: readonly string[]): readonly string[] {
  const { program, config } = configuration.deploy.systemd;
  return [program, '--config', config ?? configuration.file, ...words];
}

/** Who it runs as, and with which variables. */
export function identity(configuration: Configuration): readonly UnitEntry[] {
  const { environmentFile } = configuration.deploy.systemd;
  return [
    ['User', configuration.engine.user],
    ['EnvironmentFile', environmentFile],
    ...stateDirectory(configuration),
  ];
}

/** systemd makes the state directory where it lies in /var/lib, which is where it makes them. */
function stateDirectory({ stateDirectory: path }: Configuration): readonly UnitEntry[] {
  const below = /^\/var\/lib\/([\w.-]+)$/.exec(path)?.[1];
  if (below === undefined) return [];
  return [
    ['StateDirectory', below],
    ['StateDirectoryMode', '0750'],
  ];
}

/** After what a job needs. A server that is down is no reason to wait: that is what alerts are for. */
export const afterNetwork: readonly UnitEntry[] = [
  ['Documentation', 'https://pgbackrest.org/user-guide.html'],
  ['Wants', 'network-online.target'],
  ['After', 'network-online.target postgresql.service patroni.service'],
];
