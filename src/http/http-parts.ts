import type { Configuration } from '../config/configuration.ts';
import type { Clock } from '../jobs/job-deps.ts';
import type { RepositoryWatch } from '../jobs/observe/repository-watch.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { DaemonObservation } from '../status/daemon-observation.ts';
import type { Journal } from '../store/journal.ts';

/** What the HTTP server of a daemon shows, and where. */
export interface HttpParts {
  /** `server.listen`; port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** The value of `server.token`; undefined: everybody on this host may ask. */
  readonly token: string | undefined;
  readonly clock: Pick<Clock, 'now'>;
  /** The one in use: another after a reload. */
  readonly configuration: () => Configuration;
  readonly observeDaemon: () => DaemonObservation;
  readonly journal: Journal;
  readonly repositories: RepositoryWatch;
  readonly metrics: Metrics;
}

/** A server that listens. Disposing ends it and every connection. */
export interface HttpServer extends AsyncDisposable {
  readonly port: number;
}
