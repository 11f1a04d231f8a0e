/** Signed reports of drills, as they were signed. `written`: their files were written, too. */
export const reports = `
CREATE TABLE report (
  sequence    INTEGER PRIMARY KEY NOT NULL,
  id          TEXT NOT NULL UNIQUE,
  stanza      TEXT NOT NULL,
  repository  TEXT NOT NULL,
  ended_at    INTEGER NOT NULL,
  result      TEXT NOT NULL,
  sha256      TEXT NOT NULL,
  document    TEXT NOT NULL,
  signature   TEXT NOT NULL,
  key         TEXT NOT NULL,
  written     INTEGER NOT NULL
) STRICT;

CREATE INDEX report_latest ON report (stanza, repository, sequence);
`;
