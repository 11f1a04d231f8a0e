import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configuration, node, repository, stanza } from '../../../test/support/conf-parts.ts';
import type { Configuration } from '../../config/configuration.ts';
import { scrapeConfiguration } from './scrape-configuration.ts';

const made = configuration([stanza('main', [node(undefined)], [repository(1)])]);

function scrape(change: Partial<Configuration> = {}): Record<string, unknown> {
  const { scrape_configs: jobs } = parse(scrapeConfiguration({ ...made, ...change }, 'backups')) as {
    scrape_configs: Record<string, unknown>[];
  };
  return jobs[0] ?? {};
}

describe('scrapeConfiguration', () => {
  it('asks where Holdfast listens, without a token where none is wanted', () => {
    expect(scrape()).toEqual({
      job_name: 'backups',
      scrape_interval: '30s',
      scrape_timeout: '10s',
      metrics_path: '/metrics',
      static_configs: [{ targets: ['127.0.0.1:7432'] }],
    });
    const anywhere = { listen: { host: '::', port: 7432 }, token: undefined };
    expect(scrape({ server: anywhere })['static_configs']).toEqual([{ targets: ['[::1]:7432'] }]);
  });

  it('names the file of a token and never the token', () => {
    const server = { ...made.server, token: { kind: 'literal', value: 'known-to-nobody' } as const };
    expect(scrape({ server })['authorization']).toEqual({
      type: 'Bearer',
      credentials_file: '/etc/prometheus/holdfast-token',
    });
    expect(scrapeConfiguration({ ...made, server }, 'backups')).not.toContain('known-to-nobody');
  });
});
