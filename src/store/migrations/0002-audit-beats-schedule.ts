/**
 * The audit trail, signs of life, and what the scheduler remembers.
 *
 * `audit.entry` is the text that was hashed, byte for byte: what is shown is read out of it, so nothing that is shown is
 * outside of the hash. The triggers are against accidents; against intent there is the chain.
 */
export const auditBeatsSchedule = `
CREATE TABLE audit (
  sequence  INTEGER PRIMARY KEY NOT NULL CHECK (sequence > 0),
  entry     TEXT NOT NULL,
  previous  TEXT NOT NULL,
  hash      TEXT NOT NULL,
  stanza    TEXT GENERATED ALWAYS AS (CASE WHEN json_valid(entry) THEN entry ->> '$.stanza' END) VIRTUAL
) STRICT;

CREATE INDEX audit_by_stanza ON audit (stanza, sequence);

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'entries of the audit trail are never changed'); END;

CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'entries of the audit trail are never removed'); END;

CREATE TABLE beat (
  run_id       TEXT PRIMARY KEY NOT NULL,
  at           INTEGER NOT NULL,
  bytes_done   INTEGER,
  bytes_total  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE schedule_line (
  line           TEXT PRIMARY KEY NOT NULL,
  known_since    INTEGER NOT NULL,
  decided_until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE schedule_decision (
  line        TEXT NOT NULL,
  occurrence  INTEGER NOT NULL,
  stanza      TEXT NOT NULL,
  decided_at  INTEGER NOT NULL,
  decision    TEXT NOT NULL CHECK (decision IN ('run', 'skip')),
  reason      TEXT,
  detail      TEXT,
  run_id      TEXT,
  PRIMARY KEY (line, occurrence)
) STRICT, WITHOUT ROWID;

CREATE INDEX schedule_decision_by_time ON schedule_decision (decided_at);

CREATE TABLE meta (
  key    TEXT PRIMARY KEY NOT NULL,
  value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX run_by_stanza ON run (stanza, started_at DESC);
CREATE INDEX run_by_kind ON run (stanza, kind, repository, started_at DESC);
`;
