/** Messages to people that wait to be delivered, and how the last attempts of each channel went. */
export const deliveries = `
CREATE TABLE delivery (
  id            INTEGER PRIMARY KEY NOT NULL,
  channel       TEXT NOT NULL,
  message       TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  attempts      INTEGER NOT NULL DEFAULT 0,
  next_attempt  INTEGER NOT NULL,
  delivered_at  INTEGER,
  problem       TEXT
) STRICT;

CREATE INDEX delivery_waiting ON delivery (channel, next_attempt) WHERE delivered_at IS NULL;
`;
