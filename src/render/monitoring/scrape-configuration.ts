import { stringify } from 'yaml';
import type { Configuration } from '../../config/configuration.ts';

/**
 * How Prometheus reads Holdfast: a file for `scrape_config_files` (Prometheus 2.43 and later), or to be put into
 * prometheus.yml as it is. The token is in a file of that host, never here.
 *
 * @param job `job_name`, by which the rules know it
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
 */
export function scrapeConfiguration(configuration: Configuration, job: string): string {
  const { targets, tokenFile, interval } = configuration.deploy.monitoring;
  const { listen, token } = configuration.server;
  return stringify(
    {
      scrape_configs: [
        {
          job_name: job,
          scrape_interval: `${interval}s`,
          scrape_timeout: `${Math.min(10, interval)}s`,
          metrics_path: '/metrics',
          ...(token === undefined ? {} : { authorization: { type: 'Bearer', credentials_file: tokenFile } }),
          static_configs: [{ targets: targets.length === 0 ? [reachable(listen)] : targets }],
        },
      ],
    },
    { lineWidth: 0 },
  );
}

/** All addresses is no address to ask: on this host it is loopback. */
function reachable({ host, port }: Configuration['server']['listen']): string {
  const asked = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return asked.includes(':') ? `[${asked}]:${port}` : `${asked}:${port}`;
}
