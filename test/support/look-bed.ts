import type { Stanza } from '../../src/config/configuration.ts';
import { Heart } from '../../src/jobs/heartbeat/heart.ts';
import { createLooks } from '../../src/jobs/observe/looks.ts';
import type { Finding } from '../../src/model/finding.ts';
import { isFailure } from '../../src/model/failure.ts';
import { KeptSessions } from '../../src/postgres/kept-sessions.ts';
import { assess } from '../../src/status/assess.ts';
import { comparePosition, type PositionComparison } from '../../src/status/compare-position.ts';
import type { Observations } from '../../src/status/health-observations.ts';
import type { Sighting } from '../../src/status/sighting.ts';
import { createJobHost, type JobHost } from './job-host.ts';
import type { ProtectedBed } from './protected-bed.ts';

/** The looks of a daemon, made when a test wants them: everything is asked for now. */
export interface LookBed extends AsyncDisposable {
  readonly host: JobHost;
  readonly stanza: Stanza;
  /** Looks at everything and keeps what was seen for `findings` and `position`. @param beats writes heartbeats too */
  look(beats?: boolean): Promise<Observations>;
  /** Looks at the primary alone, as the daemon does once a minute. */
  lookAtPrimary(beats?: boolean): Promise<void>;
  /** Moves our clock on; the server's stays, so that the two differ from then on. */
  travel(milliseconds: number): void;
  /** What the last looks lead to. */
  findings(): readonly Finding[];
  rules(): readonly string[];
  /** Of the repository `local`. @throws Error when it is unknown */
  position(): PositionComparison;
}

export async function createLookBed(bed: ProtectedBed): Promise<LookBed> {
  const host = await createJobHost(bed.sandbox, 'looks', bed.configuration.file);
  const { stanza } = host;
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const deps = { ...host.deps, clock: { ...host.deps.clock, now } };
  const sessions = new KeptSessions();
  const signal = new AbortController().signal;
  const engine = () => Promise.resolve(deps.engine);
  const still = createLooks({ ...deps, engine, sessions });
  // A new heart each time: then a heartbeat is due.
  const beating = () => createLooks({ ...deps, engine, sessions, heart: new Heart(deps) });
  let seen: Observations = {};

  const sight = async <Value>(look: Promise<Value>): Promise<Sighting<Value>> => {
    const unseen = { observedAt: undefined, staleAfterMs: 600_000, value: undefined, failure: undefined };
    try {
      const value = await look;
      return { ...unseen, observedAt: now(), value };
    } catch (error) {
      if (!isFailure(error)) throw error;
      return { ...unseen, failure: { at: now(), problem: error.message } };
    }
  };
  const seePrimary = async (beats: boolean) => {
    const primary = await sight((beats ? beating() : still).primary(stanza, signal));
    seen = { ...seen, primaries: [{ stanza: stanza.name, primary }] };
    return primary;
  };

  return {
    host,
    stanza,
    async look(beats = false) {
      const catalogue = await sight(still.catalogue(stanza, signal));
      await seePrimary(beats);
      const archives: NonNullable<Observations['archives']>[number][] = [];
      for (const repository of stanza.repositories) {
        const primary = async (since: number | undefined) =>
          since === undefined ? (seen.primaries?.[0]?.primary ?? seePrimary(false)) : seePrimary(false);
        const known = { primary, whole: true, recheck: 0 };
        const archive = await sight(still.archive(stanza, repository, known, signal));
        archives.push({ stanza: stanza.name, repository: repository.name, archive });
      }
      seen = { ...seen, sightings: [{ stanza: stanza.name, catalogue }], archives };
      return seen;
    },
    async lookAtPrimary(beats = false) {
      await seePrimary(beats);
    },
    travel(milliseconds) {
      ahead += milliseconds;
    },
    findings: () => assess(deps.configuration, seen, now()),
    rules: () => assess(deps.configuration, seen, now()).map(({ severity, rule }) => `${severity} ${rule}`),
    position() {
      const judged = comparePosition(
        seen.primaries?.[0]?.primary,
        seen.archives?.find(({ repository }) => repository === 'local')?.archive,
        now(),
      );
      if (!judged.known) throw new Error(judged.because);
      return judged.comparison;
    },
    async [Symbol.asyncDispose]() {
      await sessions[Symbol.asyncDispose]();
      host[Symbol.dispose]();
    },
  };
}
