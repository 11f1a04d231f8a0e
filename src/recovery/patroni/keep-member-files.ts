import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RestorePlan } from '../restore-plan.ts';
import { copyVerified, exists, listNames } from '../apply/durable-files.ts';

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

const cacheFile = 'patroni.dynamic.json';

/**
 * Whether Patroni has written down that the cluster is paused: what it writes into the data directory when its
 * configuration changes is then written. It says so of itself a little earlier (Patroni `__main__.py`, _run_cycle).
 */
export async function isPauseWritten(dataDirectory: string): Promise<boolean> {
  const file = join(dataDirectory, cacheFile);
  if (!(await exists(file))) return true;
  return /"pause":\s*true/.test(await readFile(file, 'utf8'));
}

/**
 * Takes away what Patroni may have written into the empty directory all the same, between the move and the restore. The
 * files of this member lie in the directory that was moved aside.
 */
export async function removeMemberFiles(directory: string): Promise<void> {
  const names = (await listNames(directory)).filter(
    // With a suffix it is one that was being written.
    (name) => name.startsWith(cacheFile) || ownFiles.some((own) => own === name),
  );
  for (const name of names) await rm(join(directory, name), { force: true });
}

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
    } else if (name === cacheFile) await rm(join(data, name), { force: true });
  }
  return kept;
}
