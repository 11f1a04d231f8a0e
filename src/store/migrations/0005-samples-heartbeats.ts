/** Measurements over time, and the heartbeats that were committed. */
export const samplesAndHeartbeats = `
CREATE TABLE sample (
  stanza   TEXT NOT NULL,
  name     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  value    REAL NOT NULL,
  PRIMARY KEY (stanza, name, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE heartbeat (
  stanza    TEXT NOT NULL,
  at        INTEGER NOT NULL,
  timeline  INTEGER NOT NULL,
  lsn       TEXT NOT NULL,
  PRIMARY KEY (stanza, at)
) STRICT, WITHOUT ROWID;
`;
