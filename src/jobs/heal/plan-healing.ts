import type { Stanza } from '../../config/configuration.ts';
import type { BackupType } from '../../model/backup-set.ts';
import type { HealingAttempt, Incident, IncidentEnd, LostFrom } from '../../model/incident.ts';
import { usualSelfHealing, type SelfHealing } from '../../model/self-healing.ts';
import type { Hole, RepositoryWindows, WindowEdge } from '../../model/window.ts';
import type { ArchiveSighting } from '../../status/archive-observation.ts';
import type { HealthObservations } from '../../status/health-observations.ts';
import { believe } from '../../status/sighting.ts';
import { blackoutAt } from '../schedule/blackout-at.ts';

/** What is known when it is looked for holes. Times are epoch milliseconds. */
export interface HealingInput {
  readonly stanzas: readonly Stanza[];
  readonly seen: Pick<HealthObservations, 'archives' | 'primaries' | 'daemon' | 'unfinished'>;
  /** When each hole was seen first, by its key; of the plan before. */
  readonly firstSeen: ReadonlyMap<string, number>;
  /** All that are known of these stanzas. */
  readonly incidents: readonly Incident[];
  /** Within so many milliseconds every part of an archive is listed again. */
  readonly recheckMs: number;
  readonly now: number;
}

/** What is to be written down and begun. */
export interface HealingPlan {
  readonly firstSeen: ReadonlyMap<string, number>;
  readonly began: readonly Incident[];
  /** With their ends; one that was over when it was confirmed is in `began` too. */
  readonly closed: readonly Incident[];
  /** Open ones whose hole has other ends now. */
  readonly changed: readonly Incident[];
  readonly heal: readonly { readonly incident: Incident; readonly type: BackupType }[];
}

/** After the first attempt, and at most, milliseconds. */
const [firstPauseMs, longestPauseMs] = [600_000, 6 * 3_600_000];
/** Of an archive that is full of holes the newest are enough to say so. */
const mostHoles = 100;

/**
 * Judges the holes of every archive that may be believed. A hole is confirmed when looks have missed it for
 * `selfHealing.after`, and its part of the archive was listed again meanwhile. It is over when a usable set begins
 * behind it, when its WAL came after all, or when it was expired together with the sets before it. A backup is taken for
 * one that is open where that is switched on, nothing else works on the stanza, and this host is the one to take it.
 */
export function planHealing(input: HealingInput): HealingPlan {
  const plans = input.seen.archives.map((sighting) => planRepository(input, sighting));
  const heal = plans.flatMap((plan) => plan.heal);
  return {
    firstSeen: new Map(plans.flatMap((plan) => [...plan.firstSeen])),
    began: plans.flatMap((plan) => plan.began),
    closed: plans.flatMap((plan) => plan.closed),
    changed: plans.flatMap((plan) => plan.changed),
    // One backup of a stanza at a time; the next one when it has ended.
    heal: heal.filter(
      ({ incident }, index) => heal.findIndex((other) => other.incident.stanza === incident.stanza) === index,
    ),
  };
}

const nothing = { firstSeen: new Map<string, number>(), began: [], closed: [], changed: [], heal: [] };

function planRepository(input: HealingInput, sighting: ArchiveSighting): HealingPlan {
  const stanza = input.stanzas.find(({ name }) => name === sighting.stanza);
  if (stanza === undefined) return nothing;
  const { archive, repository } = sighting;
  const prefix = `${stanza.name}/${repository} `;
  const windows = believe(archive, input.now)?.windows;
  // What cannot be believed now says neither that a hole is still there nor that it is gone.
  if (windows === undefined) {
    return { ...nothing, firstSeen: new Map([...input.firstSeen].filter(([key]) => key.startsWith(prefix))) };
  }
  const observedAt = archive.observedAt ?? input.now;
  const holes = windows.holes.filter(({ why }) => why === 'lost').slice(-mostHoles);
  const firstSeen = new Map(
    holes.map(({ first }) => [prefix + first, input.firstSeen.get(prefix + first) ?? observedAt]),
  );
  const known = input.incidents.filter(
    (incident) => incident.stanza === stanza.name && incident.repository === repository,
  );
  const began = holes
    .filter((hole) => !known.some((incident) => isOf(incident, hole)))
    .filter((hole) =>
      isConfirmed(hole, { input, stanza, archive, since: firstSeen.get(prefix + hole.first) }),
    )
    .map((hole) =>
      beginIncident(stanza.name, repository, hole, firstSeen.get(prefix + hole.first) ?? observedAt),
    );
  const open = [...known.filter(({ closed }) => closed === undefined), ...began];
  const now = open.map((incident) => followIncident(incident, holes, windows, input.now));
  const changed = now.filter(
    (incident, index) =>
      incident.closed === undefined &&
      incident !== open[index] &&
      !began.some(({ id }) => id === incident.id),
  );
  return {
    firstSeen,
    began,
    closed: now.filter(({ closed }) => closed !== undefined),
    changed,
    heal: now
      .filter(({ closed }) => closed === undefined)
      .flatMap((incident) => {
        const type = typeOfHealing(input, stanza, incident);
        return type === undefined ? [] : [{ incident, type }];
      }),
  };
}

/** The same hole, though its ends may have moved; one that was filled or expired does not come again. */
function isOf({ timeline, first, last, closed }: Incident, hole: Hole): boolean {
  if (closed?.why === 'arrived' || closed?.why === 'expired') return false;
  return timeline === hole.timeline && hole.first <= last && hole.last >= first;
}

function isConfirmed(
  { lostFrom }: Hole,
  given: {
    readonly input: HealingInput;
    readonly stanza: Stanza;
    readonly archive: ArchiveSighting['archive'];
    readonly since: number | undefined;
  },
): boolean {
  const { input, stanza, archive, since } = given;
  const { observedAt, value } = archive;
  if (since === undefined || observedAt === undefined) return false;
  if (observedAt - since < settingsOf(stanza).after * 1000) return false;
  // Where something was stored lately every look lists a part with a hole; others take their turn.
  const isLate = lostFrom.storedAt !== undefined && lostFrom.storedAt > input.now - input.recheckMs;
  return isLate || value?.oldestLookAt === undefined || value.oldestLookAt > since;
}

function beginIncident(stanza: string, repository: string, hole: Hole, beganAt: number): Incident {
  const { timeline, first, last, segments, lostFrom } = hole;
  return {
    id: `hole-${stanza}-${repository}-${first}-${new Date(beganAt).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`,
    stanza,
    repository,
    timeline,
    first,
    last,
    segments,
    beganAt,
    lostFrom: lostFromOf(lostFrom),
    attempts: [],
    closed: undefined,
  };
}

function lostFromOf({ time, timeFrom }: WindowEdge): LostFrom | undefined {
  return time === undefined || timeFrom === undefined ? undefined : { time, timeFrom };
}

function followIncident(
  incident: Incident,
  holes: readonly Hole[],
  windows: RepositoryWindows,
  now: number,
): Incident {
  const hole = holes.find((candidate) => isOf(incident, candidate));
  if (hole === undefined) {
    const why = explainGone(incident, windows);
    return why === undefined
      ? incident
      : { ...incident, closed: { at: now, why, set: undefined, lostTo: undefined } };
  }
  const { first, last, segments, lostTo } = hole;
  const lostFrom = lostFromOf(hole.lostFrom) ?? incident.lostFrom;
  const same =
    first === incident.first && last === incident.last && lostFrom?.time === incident.lostFrom?.time;
  const present = same ? incident : { ...incident, first, last, segments, lostFrom };
  return lostTo === undefined ? present : { ...present, closed: closedBy(present, lostTo, now) };
}

/**
 * Why a hole is no longer seen. @returns undefined while sets before it are kept and its WAL is not there: it may still
 * come, as far as this look could tell, and then no hole is said
 */
function explainGone(
  incident: Incident,
  { contiguous, holes }: RepositoryWindows,
): 'arrived' | 'expired' | undefined {
  const { first, last } = incident;
  const before = contiguous.filter(({ from }) => (from.segment ?? '~') <= first);
  if (before.some(({ to }) => (to.segment ?? '') >= last)) return 'arrived';
  const isExpired = holes.some((hole) => hole.why === 'expired' && isOf(incident, hole));
  return before.length === 0 || isExpired ? 'expired' : undefined;
}

function closedBy(
  { attempts }: Incident,
  { set, time }: { set: string; time: number },
  at: number,
): IncidentEnd {
  return {
    at,
    why: attempts.some((attempt) => attempt.set === set) ? 'healed' : 'backup',
    set,
    lostTo: time,
  };
}

/** @returns undefined when none is to be taken now */
function typeOfHealing(input: HealingInput, stanza: Stanza, { attempts }: Incident): BackupType | undefined {
  const { holes, inBlackouts } = settingsOf(stanza);
  const { seen, now } = input;
  if (holes === 'off' || seen.daemon.stopping || isBusy(seen, stanza.name)) return undefined;
  if (!inBlackouts && blackoutAt(stanza.blackouts, now) !== undefined) return undefined;
  if (!isForThisHost(seen, stanza, now)) return undefined;
  const last = attempts.at(-1);
  return last === undefined || now >= last.at + pauseAfter(attempts) ? holes : undefined;
}

/** Doubles with every attempt. */
function pauseAfter({ length }: readonly HealingAttempt[]): number {
  return Math.min(firstPauseMs * 2 ** (length - 1), longestPauseMs);
}

function isBusy({ daemon, unfinished }: HealingInput['seen'], stanza: string): boolean {
  return (
    daemon.holds.some((hold) => hold.stanza === stanza) ||
    daemon.jobs.some(({ request }) => request.stanza === stanza && request.kind === 'backup') ||
    unfinished.some((run) => run.stanza === stanza)
  );
}

/** Of the hosts of a cluster the primary's takes it; a host without a server of the stanza is the only one that would. */
function isForThisHost({ primaries }: HealingInput['seen'], { name, nodes }: Stanza, now: number): boolean {
  const primary = believe(primaries.find(({ stanza }) => stanza === name)?.primary, now);
  if (primary === undefined) return false;
  return primary.host === undefined || nodes.every(({ host }) => host !== undefined);
}

function settingsOf({ selfHealing }: Stanza): SelfHealing {
  return selfHealing ?? usualSelfHealing;
}
