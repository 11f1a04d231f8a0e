import { rebuiltAction } from './audit-losses.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { FoundInRepositories, RunRecord } from './journal.ts';
import type { JournalDatabase } from './journal-database.ts';
import { encodeJson } from './journal-json.ts';
import { writeMeta } from './journal-meta.ts';

/** See `Journal.addFound`: runs, the note in the trail and the note that it is done are one transaction. */
export function addFound(
  database: JournalDatabase,
  audit: AuditTrail,
  found: FoundInRepositories,
): readonly RunRecord[] {
  return database.write(() => {
    const added = found.runs.filter((run) => !isKnown(database, run) && insert(database, run));
    if (added.length > 0 || found.formerAnchors.length > 0) {
      audit.append({
        actor: found.actor,
        action: rebuiltAction,
        stanza: undefined,
        runId: undefined,
        details: { runsFound: added.map((run) => run.id), formerAnchors: found.formerAnchors },
      });
    }
    if (found.complete) writeMeta(database, 'repositories', 'done');
    return added;
  });
}

function isKnown(database: JournalDatabase, run: RunRecord): boolean {
  const row = database.first(
    `SELECT 1 FROM run WHERE id = :id
       OR (kind = :kind AND stanza = :stanza AND repository = :repository AND label = :label)`,
    {
      id: run.id,
      kind: run.kind,
      stanza: run.stanza ?? null,
      repository: run.repository ?? null,
      label: run.label ?? null,
    },
  );
  return row !== undefined;
}

function insert(database: JournalDatabase, run: RunRecord): boolean {
  const { actor, failure } = run;
  const changed = database.execute(
    `INSERT INTO run (id, kind, stanza, repository, actor_user, actor_host, actor_via, cause, started_at, ended_at,
       result, label, bytes, failure, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      run.id,
      run.kind,
      run.stanza ?? null,
      run.repository ?? null,
      actor.user,
      actor.host,
      actor.via,
      run.cause,
      run.startedAt,
      run.endedAt ?? null,
      run.result,
      run.label ?? null,
      run.bytes ?? null,
      failure === undefined ? null : encodeJson(failure),
      encodeJson(run.facts),
    ],
  );
  return changed === 1;
}
