/** Measurements over time, and the heartbeats that were committed. */
export const samplesAndHeartbeats = `
CREATE TABLE sample (
  stanza   TEXT NOT NULL,
  name     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  value    REAL NOT NULL,
  PRIMARY KEY (stanza, name, at)
) STRICT, WITHOUT ROWID;

-- The position is 16 hexadecimal digits, so that it is sorted as text.
CREATE TABLE heartbeat (
  stanza             TEXT NOT NULL,
  system_identifier  TEXT NOT NULL,
  timeline           INTEGER NOT NULL,
  lsn                TEXT NOT NULL,
  at                 INTEGER NOT NULL,
  sequence           INTEGER NOT NULL,
  PRIMARY KEY (stanza, system_identifier, timeline, lsn)
) STRICT, WITHOUT ROWID;

CREATE INDEX heartbeat_by_time ON heartbeat (stanza, at);
`;
