import { rm } from 'node:fs/promises';
import { writeOwnedFile } from '../../postgres/write-owned-file.ts';
import type { RestorePlan } from '../restore-plan.ts';

/** Lies beside the data directory from before the first change until the restore is proved or undone. */
export function markerFile(plan: RestorePlan): string {
  return markerFileOf(plan.directories.data);
}

/** The same by the data directory alone: for restores whose plan is not known. */
export function markerFileOf(dataDirectory: string): string {
  return `${dataDirectory}.holdfast-restore.json`;
}

/**
 * Says, to whoever finds a half restored directory, what it is and what to do. Written before anything is moved.
 */
export async function writeMarker(plan: RestorePlan): Promise<void> {
  const note = {
    restore: plan.id,
    stanza: plan.stanza,
    dataDirectory: plan.directories.data,
    oldDataDirectory: plan.directories.aside ?? null,
    salvagedWal: plan.directories.salvage ?? null,
    meaning:
      'Holdfast is restoring into this directory. Until it has finished, do not start a server in it by hand, and ' +
      'do not start one in the old directory: its tablespaces are moved aside too.',
    finish: `holdfast restore --resume ${plan.id}`,
    undo: `holdfast undo ${plan.id}`,
  };
  await writeOwnedFile(markerFile(plan), `${JSON.stringify(note, undefined, 2)}\n`, plan.owner, 0o644);
}

export async function removeMarker(plan: RestorePlan): Promise<void> {
  await rm(markerFile(plan), { force: true });
}
