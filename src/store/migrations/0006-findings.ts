/** Findings from their beginning to their end. */
export const findings = `
CREATE TABLE finding (
  id            INTEGER PRIMARY KEY NOT NULL,
  identity      TEXT NOT NULL,
  finding       TEXT NOT NULL,
  since         INTEGER NOT NULL,
  last_seen_at  INTEGER NOT NULL,
  ended_at      INTEGER
) STRICT;

CREATE UNIQUE INDEX finding_open ON finding (identity) WHERE ended_at IS NULL;
CREATE INDEX finding_by_time ON finding (since);
`;
