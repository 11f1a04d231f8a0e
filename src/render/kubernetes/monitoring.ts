import { alertGroups } from '../monitoring/alert-groups.ts';
import { ruleGroups } from '../monitoring/write-rules.ts';
import type { Manifest } from './containers.ts';
import { type KubernetesSite, labels } from './kubernetes-site.ts';
import { secretKey } from './pod-configuration.ts';

/** What the operator of Prometheus reads the metrics by, with the token that they need. */
export function podMonitor(site: KubernetesSite): Manifest {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { name: site.name, labels: labels(site, 'monitoring') },
    spec: {
      selector: { matchLabels: labels(site, 'database') },
      podMetricsEndpoints: [
        {
          port: 'metrics',
          path: '/metrics',
          interval: '60s',
          scrapeTimeout: '20s',
          authorization: {
            type: 'Bearer',
            credentials: { name: `${site.name}-secrets`, key: secretKey(['server', 'token']) },
          },
          // Rules name the job as `holdfast render monitoring --job` does.
          relabelings: [{ action: 'replace', targetLabel: 'job', replacement: site.call.job }],
        },
      ],
    },
  };
}

/** The alerting rules of `holdfast render monitoring`. */
export function prometheusRule(site: KubernetesSite): Manifest {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: site.name, labels: labels(site, 'monitoring') },
    spec: { groups: ruleGroups(alertGroups(site.configuration, site.call.job)) },
  };
}

/** Lets Kustomize find the name of the Secret, which has a checksum at its end, in a kind that it does not know. */
export const monitorReferences: Manifest = {
  nameReference: [
    {
      kind: 'Secret',
      version: 'v1',
      fieldSpecs: [
        {
          group: 'monitoring.coreos.com',
          kind: 'PodMonitor',
          path: 'spec/podMetricsEndpoints/authorization/credentials/name',
        },
      ],
    },
  ],
};
