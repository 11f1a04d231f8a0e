/**
 * The WAL archive as it was listed: one row for each of its directories (up to 4 GiB of WAL). It can be listed again. An
 * archive without a row in wal_archive was not listed to its end: what is there of it counts for nothing.
 */
export const walLedger = `
CREATE TABLE wal_archive (
  archive     TEXT PRIMARY KEY,
  looked_at   INTEGER NOT NULL,
  histories   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE wal_directory (
  archive     TEXT NOT NULL,
  directory   TEXT NOT NULL,
  seen_at     INTEGER NOT NULL,
  content     BLOB NOT NULL,
  PRIMARY KEY (archive, directory)
) STRICT;
`;
