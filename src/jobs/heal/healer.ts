import { describeLoss, type HealingAttempt, type Incident } from '../../model/incident.ts';
import type { Actor } from '../../model/actor.ts';
import type { BackupType } from '../../model/backup-set.ts';
import type { JobOutcome, JobRequest } from '../../model/job.ts';
import type { Clock } from '../job-deps.ts';
import type { HealthSources } from '../observe/observe-health.ts';
import { planHealing, type HealingInput, type HealingPlan } from './plan-healing.ts';

export interface HealerDeps extends Pick<HealthSources, 'configuration' | 'journal'> {
  readonly clock: Pick<Clock, 'now'>;
  readonly actor: Actor;
  /** Hands a job to the queue. Never rejects. */
  readonly submit: (request: JobRequest) => Promise<JobOutcome>;
  /** An incident began or is over, in words. */
  readonly onIncident: (incident: Incident, text: string) => void;
  /** The journal could not be read or written, or a bug; the next look comes. */
  readonly onFailure: (error: unknown) => void;
}

/** Above every schedule's: nothing committed is safe until it is done. */
const priority = 90;

/** Follows missing WAL from its hole to its end, and takes the backups that were switched on for it. */
export class Healer {
  readonly #deps: HealerDeps;
  #firstSeen: ReadonlyMap<string, number> = new Map();
  readonly #ends = new Set<Promise<void>>();

  constructor(deps: HealerDeps) {
    this.#deps = deps;
  }

  /** Something was seen, or time has passed. Never throws. */
  turn(seen: HealingInput['seen']): void {
    try {
      this.#turn(seen);
    } catch (error) {
      this.#deps.onFailure(error);
    }
  }

  /** Resolves when every backup that was begun has ended and is written down. */
  async settled(): Promise<void> {
    await Promise.all(this.#ends);
  }

  #turn(seen: HealingInput['seen']): void {
    const { clock, journal, configuration } = this.#deps;
    const { stanzas, watch } = configuration();
    const plan = planHealing({
      stanzas,
      seen,
      firstSeen: this.#firstSeen,
      incidents: journal.incidents.list(),
      recheckMs: watch.recheck * 1000,
      now: clock.now(),
    });
    this.#firstSeen = plan.firstSeen;
    this.#write(plan);
    for (const { incident, type } of plan.heal) this.#begin(incident, type);
  }

  #write({ began, closed, changed }: HealingPlan): void {
    const { journal, onIncident } = this.#deps;
    if (began.length + closed.length + changed.length === 0) return;
    journal.incidents.record([...began, ...changed, ...closed], () => {
      for (const incident of began) this.#audit('incident began', { ...incident, closed: undefined });
      for (const incident of closed) this.#audit('incident closed', incident);
    });
    for (const incident of began) {
      const open = { ...incident, closed: undefined };
      onIncident(open, `WAL from ${incident.first} is missing: ${describeLoss(open)}`);
    }
    for (const incident of closed)
      onIncident(incident, `the missing WAL from ${incident.first}: ${describeLoss(incident)}`);
  }

  #audit(action: string, incident: Incident): void {
    const { id, stanza, repository, first, last, lostFrom, closed } = incident;
    this.#deps.journal.audit.append({
      actor: this.#deps.actor,
      action,
      stanza,
      runId: undefined,
      details: {
        incident: id,
        repository,
        first,
        last,
        lost: describeLoss(incident),
        ...(lostFrom === undefined ? {} : { lostFrom: new Date(lostFrom.time).toISOString() }),
        ...(closed?.lostTo === undefined ? {} : { lostTo: new Date(closed.lostTo).toISOString() }),
        ...(closed === undefined
          ? {}
          : { why: closed.why, ...(closed.set === undefined ? {} : { set: closed.set }) }),
      },
    });
  }

  #begin(incident: Incident, type: BackupType): void {
    const { actor, submit, clock } = this.#deps;
    const at = clock.now();
    this.#noteAttempt(incident, {
      at,
      type,
      result: undefined,
      runId: undefined,
      set: undefined,
      detail: undefined,
    });
    const end = submit({
      kind: 'backup',
      stanza: incident.stanza,
      repository: incident.repository,
      backupType: type,
      annotations: {},
      origin: { kind: 'healing', incident: incident.id },
      actor,
      cause: `missing WAL ${incident.first}`,
      timeoutMs: undefined,
      priority,
    })
      .then((outcome) => this.#noteAttempt(incident, { at, type, ...resultOf(outcome) }))
      .catch((error: unknown) => this.#deps.onFailure(error))
      .finally(() => void this.#ends.delete(end));
    this.#ends.add(end);
  }

  /** Of one attempt the later word counts; the incident may have changed while it ran. */
  #noteAttempt({ id, stanza, repository }: Incident, attempt: HealingAttempt): void {
    const { incidents } = this.#deps.journal;
    const incident = incidents.list({ stanza, repository }).find((known) => known.id === id);
    if (incident === undefined) return;
    const { closed } = incident;
    const healed = closed?.why === 'backup' && attempt.set !== undefined && closed.set === attempt.set;
    incidents.record([
      {
        ...incident,
        attempts: [...incident.attempts.filter(({ at }) => at !== attempt.at), attempt],
        closed: healed ? { ...closed, why: 'healed' } : closed,
      },
    ]);
  }
}

function resultOf(outcome: JobOutcome): Omit<HealingAttempt, 'at' | 'type'> {
  if (outcome.result === 'skipped')
    return { result: 'skipped', runId: undefined, set: undefined, detail: outcome.detail };
  const { result, runId, label } = outcome;
  const detail = result === 'ok' ? undefined : outcome.failure.problem;
  return { result, runId, set: label, detail };
}
