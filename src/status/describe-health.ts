import type { Configuration, Stanza } from '../config/configuration.ts';
import type { KnownFinding } from '../model/finding.ts';
import type { ArchiveSighting } from './archive-observation.ts';
import { judgeHealth, type HealthStatus } from './assess.ts';
import type { Observations, RepositorySighting, RunObservation } from './health-observations.ts';
import { describeObjectives, type ObjectiveDocument } from './describe-objectives.ts';
import {
  describePosition,
  describePrimary,
  type PositionDocument,
  type PrimaryDocument,
} from './describe-position.ts';
import { describeIncidents } from './describe-incidents.ts';
import { documentArchive, type ArchiveDocument } from './document-archive.ts';
import type { RepositoryObservation } from './observations.ts';
import type { DaemonObservation } from './daemon-observation.ts';
import { explainUnknown } from './sighting.ts';
import { instant } from '../model/instant.ts';

/** What `/health` and `holdfast status --json` answer; docs/daemon.md is its contract. Times are ISO texts, and undefined fields are null. */
export interface HealthDocument {
  readonly status: HealthStatus;
  readonly timestamp: string;
  /** Of the repository whose newest set is the oldest, in whole hours as text; null when one is unknown or has none. */
  readonly last_backup_age_hours: string | null;
  /** One sentence a finding, the worst first. */
  readonly messages: readonly string[];
  readonly findings: readonly FindingDocument[];
  /** Null: no daemon runs, and a command has looked by itself. */
  readonly daemon: Readonly<Record<string, unknown>> | null;
  readonly stanzas: readonly StanzaHealth[];
  readonly jobs: readonly Readonly<Record<string, unknown>>[];
  readonly unfinishedRestores: readonly Readonly<Record<string, unknown>>[];
  readonly schedule: readonly Readonly<Record<string, unknown>>[];
  /** Lost WAL: what goes on, and what was over within a week. */
  readonly incidents: readonly Readonly<Record<string, unknown>>[];
}

/** A finding with since when; `unseenBecause` is not null when nobody can see now whether it is still there. */
export interface FindingDocument {
  readonly rule: string;
  readonly severity: KnownFinding['severity'];
  readonly subject: string;
  readonly stanza: string | null;
  readonly repository: string | null;
  readonly problem: string;
  readonly evidence: string;
  readonly remedy: string;
  readonly since: string;
  readonly lastSeenAt: string;
  /** Null: it is still there. */
  readonly endedAt: string | null;
  readonly unseenBecause: string | null;
  /** It is not there at present, and comes and goes: `status` does not count it. */
  readonly isAway: boolean;
}

export interface StanzaHealth {
  readonly name: string;
  readonly backupAgeObjectiveSeconds: number | null;
  readonly primary: PrimaryDocument;
  readonly objectives: readonly ObjectiveDocument[];
  readonly repositories: readonly RepositoryHealth[];
  readonly lastRuns: readonly Readonly<Record<string, unknown>>[];
}

export interface RepositoryHealth {
  readonly name: string;
  /** False: `newest` is left out, because what was seen once may no longer be true. */
  readonly known: boolean;
  readonly unknownBecause: string | null;
  readonly observedAt: string | null;
  readonly newest: readonly NewestSet[];
  readonly newestAgeSeconds: number | null;
  readonly position: PositionDocument;
  /** Windows, holes, timelines; null: nobody looks at it. */
  readonly archive: ArchiveDocument | null;
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
  seen: Observations,
  findings: readonly KnownFinding[],
  now: number,
): HealthDocument {
  const stanzas = configuration.stanzas.map((stanza) =>
    describeStanza(stanza, { configuration, seen, findings, now }),
  );
  return {
    status: judgeHealth(findings),
    timestamp: instant(now),
    last_backup_age_hours: oldestAge(stanzas),
    messages: findings.map(describeMessage),
    findings: findings.map(describeFinding),
    daemon: seen.daemon === undefined ? null : describeDaemon(seen.daemon),
    stanzas,
    jobs: (seen.daemon?.jobs ?? []).map(({ request, state, since, runId }) => ({
      stanza: request.stanza,
      repository: request.repository ?? null,
      kind: request.kind,
      type: request.backupType ?? null,
      state,
      since: instant(since),
      run: runId ?? null,
      cause: request.cause,
    })),
    incidents: describeIncidents(seen.incidents ?? [], now),
    unfinishedRestores: (seen.unfinished ?? []).map((run) => ({
      ...describeRun(run),
      alive: run.alive ?? null,
    })),
    schedule: (seen.lines ?? []).map(({ line, stanza, occurrence, decision, reason, detail, run }) => ({
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

function describeDaemon(daemon: DaemonObservation): Readonly<Record<string, unknown>> {
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
  stanza: Stanza,
  {
    configuration,
    seen,
    findings,
    now,
  }: {
    readonly configuration: Configuration;
    readonly seen: Observations;
    readonly findings: readonly KnownFinding[];
    readonly now: number;
  },
): StanzaHealth {
  const { name, repositories, objectives } = stanza;
  const sighting = seen.sightings?.find((candidate) => candidate.stanza === name);
  const primary = seen.primaries?.find((candidate) => candidate.stanza === name);
  const archiveOf = (repository: string): ArchiveSighting | undefined =>
    seen.archives?.find((candidate) => candidate.stanza === name && candidate.repository === repository);
  return {
    name,
    backupAgeObjectiveSeconds: objectives.backupAge ?? null,
    primary: describePrimary(primary, now),
    objectives: describeObjectives(stanza, seen, findings, now),
    repositories: repositories.map((repository) => {
      const archive = archiveOf(repository.name);
      return {
        ...describeRepository(repository.name, sighting, now),
        position: describePosition(primary, archive, now),
        archive: archive === undefined ? null : documentArchive(configuration, archive, now),
      };
    }),
    lastRuns: (seen.lastRuns ?? []).filter((run) => run.stanza === name).map(describeRun),
  };
}

function describeRepository(
  name: string,
  sighting: RepositorySighting | undefined,
  now: number,
): Omit<RepositoryHealth, 'position' | 'archive'> {
  const found = sighting?.catalogue.value?.repositories.find((repository) => repository.name === name);
  const unknownBecause = whyUnknown(sighting, found, now);
  const newest = unknownBecause === undefined && found !== undefined ? newestSets(found, now) : [];
  const observedAt = found?.observedAt ?? sighting?.catalogue.observedAt;
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
  if (found === undefined) return 'not looked at yet';
  if (found.code === undefined) return found.message === '' ? 'the engine did not mention it' : found.message;
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

/** One sentence of a finding. */
export function describeMessage({
  severity,
  subject,
  problem,
}: Pick<KnownFinding, 'severity' | 'subject' | 'problem'>): string {
  return `${severity}: ${subject}: ${problem}`;
}

/** One finding as JSON. */
export function describeFinding(finding: KnownFinding): FindingDocument {
  const { rule, severity, subject, stanza, repository, problem, evidence, remedy } = finding;
  return {
    rule,
    severity,
    subject,
    stanza: stanza ?? null,
    repository: repository ?? null,
    problem,
    evidence,
    remedy,
    since: instant(finding.since),
    lastSeenAt: instant(finding.lastSeenAt),
    endedAt: finding.endedAt === undefined ? null : instant(finding.endedAt),
    unseenBecause: finding.unseenBecause ?? null,
    isAway: finding.isAway === true,
  };
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
export function oldestAge(stanzas: readonly StanzaHealth[]): string | null {
  const ages = stanzas.flatMap(({ repositories }) =>
    repositories.map(({ newestAgeSeconds }) => newestAgeSeconds),
  );
  if (ages.length === 0 || ages.includes(null)) return null;
  return String(Math.floor(Math.max(0, ...ages.map(Number)) / 3600));
}
