/** The WAL archive as it was listed, one row for each of its directories (up to 4 GiB of WAL). It can be listed again. */
export const walLedger = `
CREATE TABLE wal_directory (
  archive     TEXT NOT NULL,
  directory   TEXT NOT NULL,
  seen_at     INTEGER NOT NULL,
  segments    INTEGER NOT NULL,
  content     BLOB NOT NULL,
  PRIMARY KEY (archive, directory)
) STRICT, WITHOUT ROWID;
`;
