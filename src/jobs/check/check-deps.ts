import type { SetupContext } from '../setup/setup-deps.ts';

/** What a check works with: the same as setup. */
export interface CheckContext extends SetupContext {
  /** Epoch milliseconds. */
  now(): number;
  /** IANA name of the host's zone. */
  readonly hostZone: string;
  /** Milliseconds a segment may take; undefined: archive_timeout and a minute more. */
  readonly timeoutMs?: number | undefined;
  readonly onEvent?: ((event: CheckEvent) => void) | undefined;
}

export type CheckEvent =
  | { readonly kind: 'switched'; readonly segment: string; readonly timeoutMs: number }
  | { readonly kind: 'arrived'; readonly repository: string; readonly afterMs: number };
