import { stringify } from 'yaml';
import type { Configuration } from '../../config/configuration.ts';

/** Every alert of ours, from the rules and from a channel of the kind alertmanager. */
const ours = 'alertname=~"Holdfast.*"';

/**
 * A configuration of Alertmanager with the routes of Holdfast's alerts: what is critical goes out at once and again every
 * hour, warnings twice a day. That nothing is heard while Holdfast does not answer needs no alerts of its own; and what is
 * critical about a repository says more than a warning about it.
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/
 */
export function alertRoutes(configuration: Configuration): string {
  const { critical, warning } = configuration.deploy.monitoring.receivers;
  const receivers = [...new Set(['nobody', critical, warning])];
  return stringify(
    {
      route: {
        receiver: 'nobody',
        routes: [
          {
            matchers: [ours],
            receiver: warning,
            group_by: ['stanza', 'repository', 'severity'],
            group_wait: '30s',
            group_interval: '5m',
            repeat_interval: '12h',
            routes: [
              {
                matchers: ['severity="critical"'],
                receiver: critical,
                group_wait: '10s',
                repeat_interval: '1h',
              },
            ],
          },
        ],
      },
      inhibit_rules: [
        {
          source_matchers: ['alertname="HoldfastDown"'],
          // What is absent has no label `instance` that could be compared. An alert `…Unknown` says what a Holdfast that
          // answers does not know, so it is always another one than the one that is down.
          target_matchers: ['alertname=~"Holdfast.+Unseen"'],
        },
        {
          source_matchers: [ours, 'severity="critical"', 'repository!=""'],
          target_matchers: [ours, 'severity="warning"'],
          equal: ['stanza', 'repository'],
        },
      ],
      receivers: receivers.map((name) => ({ name })),
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}
