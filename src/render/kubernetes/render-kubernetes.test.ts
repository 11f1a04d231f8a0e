import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { renderCall } from '../../../test/support/conf-parts.ts';
import { parseConfiguration } from '../../config/load.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import { kubernetesTarget } from './render-kubernetes.ts';

const stanza = {
  postgres: { path: '/var/lib/postgresql/17/main' },
  repositories: {
    s3: {
      type: 's3',
      provider: 'minio',
      endpoint: '10.1.2.3:9000',
      bucket: 'b',
      region: 'r',
      key: 'LITERAL-S3-KEY',
      keySecret: 'LITERAL-S3-SECRET',
      token: 'LITERAL-S3-TOKEN',
      encryption: { passphrase: 'LITERAL-PASSPHRASE-OF-S3' },
      retention: { full: 2 },
    },
    azure: {
      type: 'azure',
      account: 'a',
      container: 'c',
      key: 'LITERAL-AZURE-KEY',
      retention: { full: 2 },
    },
  },
  schedule: { full: '0 2 * * 7', drill: { cron: '0 5 * * 6', target: 'latest' } },
};
const top = {
  server: { token: 'LITERAL-SERVER-TOKEN' },
  consul: { token: 'LITERAL-CONSUL-TOKEN' },
  notify: {
    ops: { slack: 'https://hooks.example/LITERAL-SLACK', on: ['critical'] },
    web: { webhook: 'https://h.example/x', secret: 'LITERAL-WEBHOOK-SECRET', on: ['critical'] },
  },
};

/** Every secret key is literal, those of `deploy` too. */
function literals(form: string): object {
  return {
    stanzas: { main: stanza },
    ...top,
    deploy: {
      postgresVersion: 17,
      kubernetes: { form, rolePassword: 'LITERAL-ROLE-PASSWORD' },
      compose: { password: 'LITERAL-COMPOSE-PASSWORD' },
    },
  };
}

function render(form: string): readonly RenderedFile[] {
  const source = stringify(literals(form));
  const { configuration, problems } = parseConfiguration(source, '/etc/holdfast.yaml');
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  return kubernetesTarget.render(configuration, renderCall({ source }));
}

describe('renderKubernetes', () => {
  it.each(['sidecar', 'cronjobs'])(
    'has no literal of holdfast.yaml in what goes into Git, in the form %s',
    (form) => {
      const shown = render(form).filter(({ secret }) => !secret);
      expect(
        shown.flatMap(({ path, content }) =>
          (content.match(/LITERAL-[\w-]+/g) ?? []).map((value) => `${path}: ${value}`),
        ),
      ).toEqual([]);
    },
  );

  it('tells a pod the versions, which a kit names, and nothing else of deploy', () => {
    const files = render('cronjobs');
    const text = files.find(({ path }) => path === 'base/files/job-holdfast.yaml')?.content ?? '';
    expect(text).toContain('deploy:\n  postgresVersion: 17\n');
    expect(text).not.toContain('kubernetes:');
  });
});
