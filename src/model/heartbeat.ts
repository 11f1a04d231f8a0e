/**
 * How a heartbeat is written: `message` as a logical message, which leaves nothing in the database; `table` as the one row
 * of holdfast.heartbeat, which anybody can read; `off` not at all.
 */
export const heartbeatForms = ['message', 'table', 'off'] as const;

export interface HeartbeatSettings {
  readonly form: (typeof heartbeatForms)[number];
  /** Seconds between two. */
  readonly every: number;
}
