import type { Engine, EngineRunOptions } from '../../engine/engine.ts';
import { readCatalogue } from '../../engine/info.ts';
import { listRepository } from '../../engine/repo-list.ts';
import { runVerify, type VerifyOutcome } from '../../engine/verify.ts';
import type { BackupSet } from '../../model/backup-set.ts';
import { Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import type { Repository } from '../../model/repository.ts';
import { isSound } from '../../status/info-files-observation.ts';
import type { Clock } from '../job-deps.ts';
import { InfoPairReader } from '../observe/read-info-pair.ts';
import { differingPairs } from './judge-remarks.ts';
import { judgeVerify } from './judge-verify.ts';
import { segmentsByArchive } from './segments-by-archive.ts';

export interface VerifyDeps extends Pick<EngineRunOptions, 'onSpawn'> {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}

/** Asynchronous archiving fills a hole of its own within this time: milliseconds. */
const fillingMs = 2000;

/** What a verification of one repository came to. */
export interface VerifyReport {
  readonly findings: readonly Finding[];
  readonly outcome: VerifyOutcome;
  /** True when sets came or went meanwhile and it was done twice for that. */
  readonly repeated: boolean;
}

/**
 * Verifies one repository and judges what the engine says. It takes no lock and no lease: a backup or an expire may go
 * on meanwhile. So only sets that were there before and are there after it count, and when something is wrong and the
 * list has changed it is done once more.
 *
 * @param set only this set and all that it is built on
 * @throws Failure as runEngine; nothing-found when the repository does not have the set
 */
export async function verifyRepository(
  stanza: string,
  repository: Repository,
  set: string | undefined,
  deps: VerifyDeps,
): Promise<VerifyReport> {
  const first = await verifyOnce(stanza, repository, set, deps);
  if (!first.hasChanged || !first.report.findings.some(({ severity }) => severity === 'critical'))
    return first.report;
  const second = await verifyOnce(stanza, repository, set, deps);
  return { ...second.report, repeated: true };
}

async function verifyOnce(
  stanza: string,
  repository: Repository,
  scope: string | undefined,
  deps: VerifyDeps,
): Promise<{ readonly report: VerifyReport; readonly hasChanged: boolean }> {
  const { engine, signal, onSpawn } = deps;
  const run = { signal, onSpawn };
  const before = await readSets(stanza, repository, deps);
  if (scope !== undefined && !before.some((one) => one.label === scope))
    throw notThere(scope, repository, before);
  const request = { stanza, repositoryKey: repository.key, set: scope };
  const outcome = await runVerify(engine, request, run);
  const after = await readSets(stanza, repository, deps);
  const isIn = (list: readonly BackupSet[], label: string) => list.some((one) => one.label === label);
  const sets = after.filter(({ label }) => isIn(before, label));
  const passing = [...before, ...after].map(({ label }) => label).filter((label) => !isIn(sets, label));
  const soundPairs = await readSoundPairs(stanza, repository, outcome, deps);
  const seen = { repository, outcome, sets, passing, scope, soundPairs, now: deps.clock.now() };
  const findings = judgeVerify({ ...seen, segmentsNow: undefined });
  const hasChanged = passing.length > 0;
  // Only then is it worth to list the whole archive.
  const hasHole = findings.some(({ rule }) => rule === 'wal-gap' || rule === 'set-wal-missing');
  if (!hasHole) return { report: { findings, outcome, repeated: false }, hasChanged };
  // Several segments are stored at once: the one that is missing may be a moment behind those that follow it.
  await deps.clock.sleep(fillingMs, signal);
  const segmentsNow = await listSegments(stanza, repository, deps);
  return {
    report: { findings: judgeVerify({ ...seen, segmentsNow }), outcome, repeated: false },
    hasChanged,
  };
}

/** Looks again at the info files that verify may have read between two writes. */
async function readSoundPairs(
  stanza: string,
  { key }: Repository,
  { remarks }: VerifyOutcome,
  { engine, clock, signal, onSpawn }: VerifyDeps,
): Promise<readonly string[]> {
  const reader = new InfoPairReader({ engine, stanza, repositoryKey: key, clock, signal, onSpawn });
  const sound: string[] = [];
  for (const name of differingPairs(remarks)) {
    const directory = name === 'backup.info' ? 'backup' : 'archive';
    if (isSound(await reader.settled(`${directory}/${stanza}/${name}`))) sound.push(name);
  }
  return sound;
}

async function readSets(
  stanza: string,
  { key }: Repository,
  { engine, signal, onSpawn }: VerifyDeps,
): Promise<readonly BackupSet[]> {
  const catalogue = await readCatalogue(engine, stanza, { repositoryKey: key, signal, onSpawn });
  return catalogue.sets.filter((set) => set.repositoryKey === key);
}

async function listSegments(
  stanza: string,
  { key }: Repository,
  { engine, signal, onSpawn }: VerifyDeps,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const request = { stanza, repositoryKey: key, path: `archive/${stanza}`, recurse: true };
  const entries = await listRepository(engine, request, { signal, onSpawn });
  return segmentsByArchive(entries.map(({ name }) => name));
}

function notThere(label: string, repository: Repository, sets: readonly BackupSet[]): Failure {
  return new Failure('nothing-found', {
    operation: `verify set ${label}`,
    place: `repository ${repository.name}`,
    problem: 'the repository does not have it',
    hint:
      sets.length === 0
        ? 'There are no backups there yet.'
        : `The latest sets there are: ${sets
            .slice(-5)
            .map((set) => set.label)
            .join(', ')}.`,
  });
}
