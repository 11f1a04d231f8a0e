import type { Lsn } from './wal.ts';

/**
 * To where a restore goes. PostgreSQL's recovery targets, see
 * https://www.postgresql.org/docs/current/runtime-config-wal.html#RUNTIME-CONFIG-WAL-RECOVERY-TARGET
 */
export type RestoreTarget =
  | { readonly kind: 'latest' }
  | { readonly kind: 'immediate' }
  | {
      readonly kind: 'time';
      /** Microseconds since the epoch: PostgreSQL's own resolution. */
      readonly microseconds: bigint;
      /** As the user wrote it. */
      readonly given: string;
      /** The zone the user thought in: an IANA name or an offset such as `+01:00`. */
      readonly zone: string;
    }
  | { readonly kind: 'xid'; readonly xid: bigint }
  | { readonly kind: 'lsn'; readonly lsn: Lsn }
  | { readonly kind: 'name'; readonly name: string };
