/** Confirmed holes in WAL: what was lost, what was done about it, and when it was over. */
export const incidents = `
CREATE TABLE incident (
  id          TEXT PRIMARY KEY NOT NULL,
  stanza      TEXT NOT NULL,
  repository  TEXT NOT NULL,
  facts       TEXT NOT NULL,
  began_at    INTEGER NOT NULL,
  closed_at   INTEGER
) STRICT;
`;
