import type { Engine } from '../../engine/engine.ts';
import { readCatalogue } from '../../engine/info.ts';
import { listRepository } from '../../engine/repo-list.ts';
import { Failure } from '../../model/failure.ts';
import { wholeSegmentOf } from '../../model/wal.ts';
import type { RestorePlan } from '../restore-plan.ts';

/** The WAL of one cluster in one repository: `archive/STANZA/15-1`. */
export interface Archive {
  readonly engine: Engine;
  readonly stanza: string;
  readonly repositoryKey: number;
  /** The archive id, `15-1`. */
  readonly id: string;
}

/** The archive that belongs to the plan's set. */
export function archiveOf(engine: Engine, plan: RestorePlan): Archive {
  return { engine, stanza: plan.stanza, repositoryKey: plan.repository.key, id: plan.set.archiveId };
}

/**
 * Looks whether the plan's set is still there.
 *
 * @throws Failure preflight-refused when it is not
 */
export async function requireSet(engine: Engine, plan: RestorePlan): Promise<void> {
  const { key } = plan.repository;
  const catalogue = await readCatalogue(engine, plan.stanza, { repositoryKey: key });
  if (catalogue.sets.some((one) => one.label === plan.set.label && one.repositoryKey === key)) return;
  throw new Failure('preflight-refused', {
    operation: `restore stanza ${plan.stanza}`,
    place: `repository ${plan.repository.name}`,
    problem: `set ${plan.set.label} is not there any more`,
    hint: 'It may have expired since the plan was made. Make a new plan.',
  });
}

/** Whether a WAL segment or a timeline history file is stored. */
export async function isArchived(archive: Archive, name: string): Promise<boolean> {
  const folder = name.endsWith('.history') ? '' : `/${name.slice(0, 16)}`;
  const names = await namesIn(archive, folder);
  // History files are stored under their own name.
  return names.some((stored) => stored === name || wholeSegmentOf(stored) === name);
}

/** The names of all stored segments of a timeline whose first 16 digits are the given ones. */
export async function segmentsIn(archive: Archive, folder: string): Promise<string[]> {
  const names = await namesIn(archive, `/${folder}`);
  return names.flatMap((name) => wholeSegmentOf(name) ?? []).toSorted();
}

/**
 * The last whole segments of a timeline, as they are stored: those of the last directory that has any, oldest first.
 * Relative to the archive id: `0000000100000000/000000010000000000000004-SHA1.gz`.
 */
export async function lastArchived(archive: Archive, timeline: number): Promise<string[]> {
  const prefix = timeline.toString(16).toUpperCase().padStart(8, '0');
  const folders = (await namesIn(archive, ''))
    .filter((name) => /^[0-9A-F]{16}$/.test(name) && name.startsWith(prefix))
    .toSorted();
  for (const folder of folders.toReversed()) {
    const names = await namesIn(archive, `/${folder}`);
    const whole = names.filter((name) => wholeSegmentOf(name) !== undefined).toSorted();
    if (whole.length > 0) return whole.map((name) => `${folder}/${name}`);
  }
  return [];
}

async function namesIn(archive: Archive, folder: string): Promise<string[]> {
  const entries = await listRepository(archive.engine, {
    stanza: archive.stanza,
    repositoryKey: archive.repositoryKey,
    path: `archive/${archive.stanza}/${archive.id}${folder}`,
    recurse: false,
  });
  return entries.map((entry) => entry.name);
}
