/**
 * Messages to people that wait to be delivered, what each channel was told and is not yet over, and how the last attempts
 * of each channel went. A message that waits has neither `delivered_at` nor `given_up_at`.
 */
export const deliveries = `
CREATE TABLE delivery (
  sequence      INTEGER PRIMARY KEY NOT NULL,
  id            TEXT NOT NULL UNIQUE,
  channel       TEXT NOT NULL,
  message       TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  attempts      INTEGER NOT NULL DEFAULT 0,
  delivered_at  INTEGER,
  given_up_at   INTEGER,
  outcome       TEXT
) STRICT;

CREATE INDEX delivery_waiting ON delivery (channel, sequence) WHERE delivered_at IS NULL AND given_up_at IS NULL;
CREATE INDEX delivery_by_time ON delivery (created_at);

CREATE TABLE told (
  channel   TEXT NOT NULL,
  identity  TEXT NOT NULL,
  told      TEXT NOT NULL,
  PRIMARY KEY (channel, identity)
) STRICT, WITHOUT ROWID;

CREATE TABLE channel (
  name           TEXT PRIMARY KEY NOT NULL,
  delivered_at   INTEGER,
  failing_since  INTEGER,
  failed_at      INTEGER,
  failures       INTEGER NOT NULL DEFAULT 0,
  problem        TEXT,
  next_attempt   INTEGER
) STRICT, WITHOUT ROWID;
`;
