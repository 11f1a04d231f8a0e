import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RestorePlan } from '../restore-plan.ts';
import { copyVerified, exists } from '../apply/durable-files.ts';

/**
 * What Patroni writes into the data directory of each member: addresses, ports and paths of that member, and its copy of
 * what the DCS says. The files in a backup set are those of whoever was the leader then.
 *
 * @see Patroni `postgresql/config.py` (config_base_name), `config.py` (patroni.dynamic.json)
 */
const ownFiles = [
  'postgresql.base.conf',
  'postgresql.conf',
  'pg_hba.conf',
  'pg_ident.conf',
  'patroni.dynamic.json',
] as const;

/**
 * Gives the restored directory the files of this member back. Where there is no old patroni.dynamic.json the restored
 * one goes: Patroni would fill an empty DCS with it.
 *
 * @returns the names of what was copied
 */
export async function keepMemberFiles(plan: RestorePlan): Promise<readonly string[]> {
  const { data, aside } = plan.directories;
  const kept: string[] = [];
  for (const name of ownFiles) {
    const old = aside === undefined ? undefined : join(aside, name);
    if (old !== undefined && (await exists(old))) {
      await copyVerified(old, join(data, name), plan.owner);
      kept.push(name);
    } else if (name === 'patroni.dynamic.json') await rm(join(data, name), { force: true });
  }
  return kept;
}
