/** Runs and their steps. Once released a migration is never changed: the next number changes what it made. */
export const runsAndSteps = `
CREATE TABLE run (
  id             TEXT PRIMARY KEY NOT NULL,
  kind           TEXT NOT NULL,
  stanza         TEXT,
  repository     TEXT,
  actor_user     TEXT NOT NULL,
  actor_host     TEXT NOT NULL,
  actor_via      TEXT NOT NULL,
  cause          TEXT NOT NULL,
  started_at     INTEGER NOT NULL,
  ended_at       INTEGER,
  result         TEXT NOT NULL CHECK (result IN ('running', 'ok', 'failed', 'interrupted')),
  label          TEXT,
  bytes          INTEGER,
  failure        TEXT,
  facts          TEXT NOT NULL,
  process_pid    INTEGER,
  process_ticks  INTEGER,
  CHECK ((result = 'running') = (ended_at IS NULL))
) STRICT;

CREATE INDEX run_by_time ON run (started_at DESC);
CREATE INDEX run_unfinished ON run (id) WHERE result = 'running';

CREATE TABLE step (
  run_id      TEXT NOT NULL REFERENCES run (id) ON DELETE RESTRICT,
  sequence    INTEGER NOT NULL CHECK (sequence > 0),
  name        TEXT NOT NULL,
  started_at  INTEGER NOT NULL,
  ended_at    INTEGER,
  result      TEXT NOT NULL CHECK (result IN ('running', 'ok', 'failed', 'interrupted')),
  facts       TEXT NOT NULL,
  PRIMARY KEY (run_id, sequence),
  CHECK ((result = 'running') = (ended_at IS NULL))
) STRICT, WITHOUT ROWID;
`;
