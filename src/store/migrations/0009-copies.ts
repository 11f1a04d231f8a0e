/** Copies beside production: clones, and those of drills and searches while they last. */
export const copies = `
CREATE TABLE copy (
  id          TEXT PRIMARY KEY NOT NULL,
  stanza      TEXT NOT NULL,
  state       TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  record      TEXT NOT NULL
) STRICT;

CREATE INDEX copy_there ON copy (created_at) WHERE state <> 'dropped';
`;
