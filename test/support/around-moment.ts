import { appendKnownRows, noteMoment, passSecond, type KnownRows } from './data.ts';
import type { ProtectedBed } from './protected-bed.ts';
import { createRestoreBed, timeTarget, type PlanRequest, type RestoreBed } from './restore-bed.ts';
import { createRestoreDrive, type RestoreDrive } from './restore-drive.ts';

/** What stood in the table at a moment, and what stands there now. */
export interface AroundMoment {
  readonly moment: string;
  readonly before: KnownRows;
  readonly last: KnownRows;
}

/** A full backup of what is there, then rows, a moment, and more rows. */
export async function writeAroundMoment(bed: ProtectedBed): Promise<AroundMoment> {
  await bed.backup('full');
  await passSecond(bed.cluster);
  const before = await appendKnownRows(bed.cluster, 10);
  const moment = (await noteMoment(bed.cluster)).time;
  return { moment, before, last: await appendKnownRows(bed.cluster, 10) };
}

/** A bed whose restores are killed: rows 1 to 3 lie before the target, all five are there now. */
export interface KilledRestoreBed {
  readonly bed: RestoreBed;
  readonly drive: RestoreDrive;
  readonly target: PlanRequest['target'];
}

export async function createKilledRestoreBed(): Promise<KilledRestoreBed> {
  const bed = await createRestoreBed();
  const target = timeTarget(await bed.mark());
  await bed.insert(4);
  await bed.insert(5);
  return { bed, drive: createRestoreDrive(bed), target };
}
