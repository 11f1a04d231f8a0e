import type { Clock } from '../jobs/job-deps.ts';
import type { HealthSources } from '../jobs/observe/observe-health.ts';
import type { Metrics } from '../metrics/metrics.ts';

/** What the HTTP server of a daemon shows, and where. */
export interface HttpParts extends HealthSources {
  /** `server.listen`; port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** The value of `server.token`; undefined: everybody on this host may ask. */
  readonly token: string | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly metrics: Metrics;
  /** Something was thrown that is no failure but a bug; the asker is told nothing of it. */
  readonly reportBug: (error: unknown) => void;
}

/** A server that listens. Disposing ends it and every connection. */
export interface HttpServer extends AsyncDisposable {
  readonly port: number;
}
