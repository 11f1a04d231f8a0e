import * as z from 'zod';
import { absolutePath, duration, text } from '../scalars.ts';
import { section } from '../section.ts';

/** What only this target needs. */
export const monitoringSchema = section({
  targets: z
    .array(text('a host and a port, as Prometheus reaches Holdfast'))
    .prefault([])
    .meta({
      description: 'Where Prometheus reads Holdfast; without any `server.listen`.',
      examples: [['backup1:7432']],
    }),
  tokenFile: absolutePath()
    .prefault('/etc/prometheus/holdfast-token')
    .meta({ description: "File on Prometheus' host with the value of `server.token`, where that is set." }),
  interval: duration().prefault('30s').meta({ description: 'How often Prometheus reads.' }),
  receivers: section({
    critical: text('the name of a receiver')
      .prefault('holdfast-critical')
      .meta({ description: 'Receiver of Alertmanager for what is critical.' }),
    warning: text('the name of a receiver')
      .prefault('holdfast-warning')
      .meta({ description: 'Receiver for warnings.' }),
  })
    .prefault({})
    .meta({ description: 'Who gets alerts, by the names that the configuration of Alertmanager has.' }),
}).meta({ description: 'Settings of `holdfast render monitoring`.' });
