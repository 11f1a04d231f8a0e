import type { Configuration, Stanza } from '../config/configuration.ts';
import type { Finding } from '../model/finding.ts';
import { judgeHealth, type HealthStatus } from '../status/assess.ts';
import type {
  HealthObservations,
  RepositorySighting,
  RunObservation,
} from '../status/health-observations.ts';
import type { RepositoryObservation } from '../status/observations.ts';
import { explainUnknown } from '../status/sighting.ts';

/** What `/health` answers; docs/daemon.md is its contract. Times are ISO texts, and undefined fields are null. */
export interface HealthDocument {
  readonly status: HealthStatus;
  readonly timestamp: string;
  /** Of the repository whose newest set is the oldest, in whole hours as text; null when one is unknown or has none. */
  readonly last_backup_age_hours: string | null;
  /** One sentence a finding, the worst first. */
  readonly messages: readonly string[];
  readonly findings: readonly Finding[];
  readonly daemon: Readonly<Record<string, unknown>>;
  readonly stanzas: readonly StanzaHealth[];
  readonly jobs: readonly Readonly<Record<string, unknown>>[];
  readonly unfinishedRestores: readonly Readonly<Record<string, unknown>>[];
  readonly schedule: readonly Readonly<Record<string, unknown>>[];
}

interface StanzaHealth {
  readonly name: string;
  readonly backupAgeObjectiveSeconds: number | null;
  readonly repositories: readonly RepositoryHealth[];
  readonly lastRuns: readonly Readonly<Record<string, unknown>>[];
}

interface RepositoryHealth {
  readonly name: string;
  /** False: `newest` is left out, because what was seen once may no longer be true. */
  readonly known: boolean;
  readonly unknownBecause: string | null;
  readonly observedAt: string | null;
  readonly newest: readonly NewestSet[];
  readonly newestAgeSeconds: number | null;
}

interface NewestSet {
  readonly type: string;
  readonly label: string;
  readonly endedAt: string;
  readonly ageSeconds: number;
}

/** @param now epoch milliseconds */
export function describeHealth(
  configuration: Configuration,
  seen: HealthObservations,
  findings: readonly Finding[],
  now: number,
): HealthDocument {
  const stanzas = configuration.stanzas.map((stanza) => describeStanza(stanza, seen, now));
  return {
    status: judgeHealth(findings),
    timestamp: instant(now),
    last_backup_age_hours: oldestAge(stanzas),
    messages: findings.map(({ severity, subject, problem }) => `${severity}: ${subject}: ${problem}`),
    findings,
    daemon: describeDaemon(seen),
    stanzas,
    jobs: seen.daemon.jobs.map(({ request, state, since, runId }) => ({
      stanza: request.stanza,
      repository: request.repository ?? null,
      kind: request.kind,
      type: request.backupType ?? null,
      state,
      since: instant(since),
      run: runId ?? null,
      cause: request.cause,
    })),
    unfinishedRestores: seen.unfinished.map((run) => ({ ...describeRun(run), alive: run.alive ?? null })),
    schedule: seen.lines.map(({ line, stanza, occurrence, decision, reason, detail, run }) => ({
      line,
      stanza,
      lastTime: instant(occurrence),
      decision,
      reason: reason ?? null,
      detail: detail ?? null,
      run: run?.id ?? null,
      result: run?.result ?? null,
    })),
  };
}

function describeDaemon({ daemon }: HealthObservations): Readonly<Record<string, unknown>> {
  const { version, startedAt, sinceTickMs, stopping, configuration, holds } = daemon;
  return {
    version,
    startedAt: instant(startedAt),
    secondsSinceTick: sinceTickMs === undefined ? null : sinceTickMs / 1000,
    stopping,
    configurationLoadedAt: instant(configuration.loadedAt),
    holds: holds.map(({ stanza, why, since }) => ({ stanza, why, since: instant(since) })),
  };
}

function describeStanza(
  { name, repositories, objectives }: Stanza,
  seen: HealthObservations,
  now: number,
): StanzaHealth {
  const sighting = seen.sightings.find(({ stanza }) => stanza === name);
  return {
    name,
    backupAgeObjectiveSeconds: objectives.backupAge ?? null,
    repositories: repositories.map((repository) => describeRepository(repository.name, sighting, now)),
    lastRuns: seen.lastRuns.filter(({ stanza }) => stanza === name).map(describeRun),
  };
}

function describeRepository(
  name: string,
  sighting: RepositorySighting | undefined,
  now: number,
): RepositoryHealth {
  const found = sighting?.catalogue.value?.repositories.find((repository) => repository.name === name);
  const unknownBecause = whyUnknown(sighting, found, now);
  const newest = unknownBecause === undefined && found !== undefined ? newestSets(found, now) : [];
  const observedAt = sighting?.catalogue.observedAt;
  return {
    name,
    known: unknownBecause === undefined,
    unknownBecause: unknownBecause ?? null,
    observedAt: observedAt === undefined ? null : instant(observedAt),
    newest,
    newestAgeSeconds: newest.length === 0 ? null : Math.min(...newest.map(({ ageSeconds }) => ageSeconds)),
  };
}

function whyUnknown(
  sighting: RepositorySighting | undefined,
  found: RepositoryObservation | undefined,
  now: number,
): string | undefined {
  if (sighting === undefined) return 'not looked at yet';
  const unknown = explainUnknown(sighting.catalogue, now);
  if (unknown !== undefined) return unknown;
  if (found?.code === undefined) return 'the engine did not mention it';
  return found.code === 99 ? `pgbackrest info: ${found.message}` : undefined;
}

function newestSets({ sets }: RepositoryObservation, now: number): readonly NewestSet[] {
  return (['full', 'diff', 'incr'] as const).flatMap((type) => {
    const [newest] = sets
      .filter((set) => set.type === type)
      .toSorted((left, right) => right.stopTime - left.stopTime);
    if (newest === undefined) return [];
    const { label, stopTime } = newest;
    const ageSeconds = Math.round(now / 1000 - stopTime);
    return [{ type, label, endedAt: instant(stopTime * 1000), ageSeconds }];
  });
}

function describeRun(run: RunObservation): Readonly<Record<string, unknown>> {
  const { id, kind, stanza, repository, startedAt, endedAt, result, problem } = run;
  return {
    run: id,
    kind,
    stanza: stanza ?? null,
    repository: repository ?? null,
    startedAt: instant(startedAt),
    endedAt: endedAt === undefined ? null : instant(endedAt),
    result,
    problem: problem ?? null,
  };
}

/** Unknown in one place is unknown: the age of the others would say that all is well. */
function oldestAge(stanzas: readonly StanzaHealth[]): string | null {
  const ages = stanzas.flatMap(({ repositories }) =>
    repositories.map(({ newestAgeSeconds }) => newestAgeSeconds),
  );
  if (ages.length === 0 || ages.includes(null)) return null;
  return String(Math.floor(Math.max(0, ...ages.map(Number)) / 3600));
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
