/**
 * The WAL archive as it was listed: one row for each of its directories (up to 4 GiB of WAL). It can be listed again.
 * Each row is true by itself, at its time. A directory without one was not listed yet; an archive without a row in
 * wal_archive is listed from the beginning.
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
