import type { Path } from '../../config/source-tree.ts';
import type { GivenSetting } from './given-setting.ts';
import { activeSetting, carry, type DraftContext } from './draft-context.ts';
import { plainValue } from './plain-value.ts';

const sshKeys = { user: 'user', port: 'port', cmd: 'command', config: 'configFile' } as const;
const tlsKeys = {
  port: 'port',
  'ca-file': 'caFile',
  'cert-file': 'certificateFile',
  'key-file': 'keyFile',
  cmd: 'command',
  config: 'configFile',
} as const;

/**
 * The way to another host (`pg2-host-*`, `repo1-host-*`) as `host` and `ssh` or `tls`. What these keys cannot say (TLS
 * without one of its files, a program without a path) is left for the `options:` map.
 *
 * @param prefix `pg2-host`
 */
export function draftTransport(context: DraftContext, prefix: string, path: Path): void {
  const host = activeSetting(context, prefix);
  if (host === undefined) return;
  carry(context, [...path, 'host'], plainValue(host, context.version), host);
  const type = activeSetting(context, `${prefix}-type`);
  const tls = type?.values[0] === 'tls';
  if (tls && !hasTlsFiles(context, prefix)) return;
  if (type !== undefined) context.carried.add(type);
  for (const [rest, key] of Object.entries(tls ? tlsKeys : sshKeys)) {
    const setting = activeSetting(context, `${prefix}-${rest}`);
    if (setting === undefined || !fits(rest, setting)) continue;
    carry(context, [...path, tls ? 'tls' : 'ssh', key], plainValue(setting, context.version), setting);
  }
}

function hasTlsFiles(context: DraftContext, prefix: string): boolean {
  return ['ca-file', 'cert-file', 'key-file'].every((rest) => {
    const setting = activeSetting(context, `${prefix}-${rest}`);
    return setting !== undefined && fits(rest, setting);
  });
}

/** All but the user and the port are absolute paths with us. */
function fits(rest: string, { values }: GivenSetting): boolean {
  return rest === 'user' || rest === 'port' || values[0]?.startsWith('/') === true;
}
