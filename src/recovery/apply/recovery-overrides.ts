import { quoteSetting } from '../../model/quote-setting.ts';

/**
 * Settings that hold only while a cluster is being recovered in place. Production's own values could stream from
 * another server, wait, run commands on the archive, or hide the server from us.
 */
export const recoveryOverrides: Readonly<Record<string, string>> = {
  hot_standby: 'on',
  primary_conninfo: '',
  primary_slot_name: '',
  recovery_min_apply_delay: '0',
  wal_retrieve_retry_interval: '1s',
  archive_cleanup_command: '',
  recovery_end_command: '',
};

/** Targets that the engine writes into postgresql.auto.conf; after promotion they would only lie in wait. */
export const targetSettings = [
  'recovery_target',
  'recovery_target_action',
  'recovery_target_inclusive',
  'recovery_target_lsn',
  'recovery_target_name',
  'recovery_target_time',
  'recovery_target_timeline',
  'recovery_target_xid',
] as const;

const blockStart = '# While recovering; taken away after the promotion. Written by Holdfast.';

/** Puts settings at the end of the text of postgresql.auto.conf, where the last one wins. May be repeated. */
export function appendOverrides(autoConf: string, settings: Readonly<Record<string, string>>): string {
  const kept = autoConf.split(`${blockStart}\n`)[0] ?? '';
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quoteSetting(value)}\n`);
  return `${kept === '' || kept.endsWith('\n') ? kept : `${kept}\n`}${blockStart}\n${lines.join('')}`;
}

/** Whether `appendOverrides` has been here, and nothing has taken its lines away yet. */
export function hasOverrides(autoConf: string): boolean {
  return autoConf.includes(`${blockStart}\n`);
}

/**
 * What a setting was before the overrides: its last value in the text of postgresql.auto.conf.
 *
 * @returns undefined where it was not set there
 * @see https://www.postgresql.org/docs/current/config-setting.html
 */
export function ownValue(autoConf: string, name: string): string | undefined {
  const kept = autoConf.split(`${blockStart}\n`)[0] ?? '';
  let value: string | undefined;
  for (const line of kept.split('\n')) {
    const match = /^\s*([\w.]+)\s*=?\s*(?:'((?:[^'\\]|''|\\.)*)'|([^\s#']+))/.exec(line);
    if (match?.[1]?.toLowerCase() !== name) continue;
    value = match[2]?.replaceAll("''", "'").replaceAll(/\\(.)/g, '$1') ?? match[3];
  }
  return value;
}
