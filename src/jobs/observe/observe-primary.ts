import type { Stanza } from '../../config/configuration.ts';
import { isFailure } from '../../model/failure.ts';
import type { PatroniAccess } from '../../model/stanza.ts';
import { historyFileName, parseHistory, type TimelineSwitch } from '../../model/wal.ts';
import { findPrimary, type FindPrimaryDependencies, type Primary } from '../../postgres/find-primary.ts';
import { lookIntoWalDirectory, readLocalHistory } from '../../postgres/local-wal-directory.ts';
import { readPatroniHistory } from '../../postgres/patroni.ts';
import {
  listWalFiles,
  type PrimaryFacts,
  readHistoryFile,
  readPrimaryFacts,
} from '../../postgres/primary-facts.ts';
import { measureWalRate } from '../../status/measure-rate.ts';
import type { PrimaryObservation } from '../../status/primary-observation.ts';
import type { Journal } from '../../store/journal.ts';
import type { Clock } from '../job-deps.ts';
import type { Heart } from '../heartbeat/heart.ts';
import { noteTimelines } from './note-timelines.ts';
import { describeLook, rememberLook } from './remember-look.ts';

export interface ObservePrimaryDeps extends Omit<FindPrimaryDependencies, 'signal'> {
  readonly clock: Pick<Clock, 'now'>;
  readonly journal: Pick<Journal, 'samples' | 'timelines'>;
  /** Of a daemon: writes a heartbeat where one is due. Undefined: nothing is written. */
  readonly heart?: Heart | undefined;
}

/** Of one question, milliseconds. */
const askMs = 10_000;

/**
 * Finds the primary of a stanza and looks where it is: its position, its timeline, how archiving goes, what waits in
 * pg_wal. What this Holdfast may not see stays undefined. The position and what is free are remembered, so that later
 * looks can tell how fast they change.
 *
 * @throws Failure server-unreachable with everything that was tried; server-failed, timed-out; interrupted
 */
export async function observePrimary(
  stanza: Stanza,
  deps: ObservePrimaryDeps,
  signal: AbortSignal,
): Promise<PrimaryObservation> {
  const primary = await findPrimary(stanza, { ...deps, signal });
  const options = { user: primary.user, timeoutMs: askMs, signal };
  const before = deps.clock.now();
  const facts = await readPrimaryFacts(primary.server, options);
  const after = deps.clock.now();
  const { walDirectory, walDirectoryProblem } = await lookAtWal(primary, facts, options);
  const beat = await deps.heart?.beat(stanza, primary, facts, signal);
  const { samples } = deps.journal;
  const heartbeat = beat?.heartbeat ?? samples.lastHeartbeat(stanza.name);
  const track = rememberLook(samples, stanza.name, after, describeLook(facts, walDirectory));
  const { systemIdentifier, major, timeline, insertLsn, segmentSize, archiveTimeout, archiveMode } = facts;
  const history = await readHistory(stanza, primary, facts, options);
  noteTimelines(deps.journal.timelines, stanza.name, { systemIdentifier, timeline, history }, after);
  return {
    host: primary.host,
    systemIdentifier,
    major,
    timeline,
    history,
    insertLsn,
    segmentSize,
    archiveTimeout,
    archiveMode,
    archiver: facts.archiver,
    clockAheadMs: clockAhead(before, facts.clock, after),
    walDirectory,
    walDirectoryProblem,
    heartbeat:
      heartbeat?.systemIdentifier === systemIdentifier
        ? { at: heartbeat.at, lsn: heartbeat.lsn, timeline: heartbeat.timeline }
        : undefined,
    heartbeatFailure: beat?.failure,
    rates: measureWalRate(track),
    track,
  };
}

type AskOptions = Parameters<typeof readPrimaryFacts>[1];

/** By its files where they are on this host; otherwise by the server, where it lets us. */
async function lookAtWal(
  { server, dataDirectory }: Primary,
  { segmentSize, may }: PrimaryFacts,
  options: AskOptions,
): Promise<Pick<PrimaryObservation, 'walDirectory' | 'walDirectoryProblem'>> {
  const local =
    dataDirectory === undefined ? undefined : await lookIntoWalDirectory(dataDirectory, segmentSize);
  if (typeof local === 'object') return { walDirectory: local };
  const problem = local === undefined ? {} : { walDirectoryProblem: local };
  if (!may.listWal) return { walDirectory: undefined, ...problem };
  try {
    const files = await listWalFiles(server, options);
    return { walDirectory: { ...files, availableBytes: undefined, totalBytes: undefined }, ...problem };
  } catch (error) {
    if (!isFailure(error, 'server-failed')) throw error;
    // The server itself may not list it: where the primary is, is known all the same.
    return { walDirectory: undefined, walDirectoryProblem: local ?? error.problem };
  }
}

/** Timeline 1 has no history file, because it has no ancestors. Where nobody lets us read it, Patroni may have it. */
async function readHistory(
  { patroni }: Stanza,
  { server, dataDirectory }: Primary,
  { timeline, may }: PrimaryFacts,
  options: AskOptions,
): Promise<readonly TimelineSwitch[] | undefined> {
  if (timeline === 1) return [];
  const local = dataDirectory === undefined ? undefined : await readLocalHistory(dataDirectory, timeline);
  const content =
    local ?? (may.readFiles ? await readHistoryFile(server, historyFileName(timeline), options) : undefined);
  if (content !== undefined) return parseHistory(content);
  return patroni === undefined ? undefined : askPatroni(patroni, timeline, options?.signal);
}

/** Right after a failover Patroni's history may not have the last switch yet: then it tells nothing. */
async function askPatroni(
  patroni: PatroniAccess,
  timeline: number,
  signal: AbortSignal | undefined,
): Promise<readonly TimelineSwitch[] | undefined> {
  try {
    const history = await readPatroniHistory(patroni, signal);
    return history.at(-1)?.timeline === timeline - 1 ? history : undefined;
  } catch (error) {
    if (isFailure(error, 'server-unreachable')) return undefined;
    throw error;
  }
}

/**
 * How far the server's clock is ahead of ours, milliseconds: it was read at some moment between the two readings of ours,
 * so that only what lies outside of them is certain.
 */
export function clockAhead(before: number, server: number, after: number): number {
  if (server < before) return server - before;
  return Math.max(0, server - after);
}
