/** The timelines that production was seen on, and those that a person accepted. */
export const timelines = `
-- Where it left its parent is 16 hexadecimal digits.
CREATE TABLE timeline (
  stanza             TEXT NOT NULL,
  system_identifier  TEXT NOT NULL,
  timeline           INTEGER NOT NULL,
  parent             INTEGER,
  begin_lsn          TEXT,
  first_seen         INTEGER NOT NULL,
  last_seen          INTEGER NOT NULL,
  source             TEXT NOT NULL,
  note               TEXT,
  PRIMARY KEY (stanza, system_identifier, timeline)
) STRICT, WITHOUT ROWID;
`;
