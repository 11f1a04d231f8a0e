import type { Configuration } from '../../config/configuration.ts';
import { type AlertRule, select } from './alert-rule.ts';

/** The daemon itself: without it nothing else here says anything. @param job the `job_name` of the scrape */
export function daemonAlerts(configuration: Configuration, job: string): readonly AlertRule[] {
  const target = `{job=${JSON.stringify(job)}}`;
  const stanzas = configuration.stanzas.map(({ name }) => name).join('|');
  return [
    {
      alert: 'HoldfastDown',
      severity: 'critical',
      expr: `up${target} == 0 or absent(up${target})`,
      hold: '5m',
      summary: 'Holdfast does not answer: {{ $labels.instance }}',
      description:
        'Prometheus could not read its metrics for 5 minutes. Nothing is scheduled and nothing is watched while it is down; archiving goes on without it.',
      findings: [],
    },
    {
      alert: 'HoldfastNotReady',
      severity: 'critical',
      expr: `${select('ready')} == 0`,
      hold: '2m',
      summary: 'Holdfast runs and does not work: {{ $labels.instance }}',
      description: 'Its journal is not open, its scheduler stands still, or it is ending.',
      findings: ['daemon-not-ready'],
    },
    {
      alert: 'HoldfastSchedulerStuck',
      severity: 'critical',
      expr: `${select('tickAge')} > 60`,
      hold: '1m',
      summary: 'The scheduler of Holdfast stands still: {{ $labels.instance }}',
      description: 'Its loop turns every ten seconds and last turned {{ $value | humanizeDuration }} ago.',
      findings: [],
    },
    {
      alert: 'HoldfastConfigurationRefused',
      severity: 'warning',
      expr: `${select('configurationRefused')} == 1`,
      hold: '5m',
      summary: 'holdfast.yaml was refused, and an older one is in use: {{ $labels.instance }}',
      description: 'A restart would fail with it. `holdfast config` names every problem.',
      findings: ['configuration-refused'],
    },
    {
      alert: 'HoldfastRestarting',
      severity: 'warning',
      expr: `changes(${select('startTime')}${target}[1h]) > 3`,
      hold: '0s',
      summary: 'Holdfast was started again and again: {{ $labels.instance }}',
      description: '{{ $value }} starts within an hour.',
      findings: [],
    },
    {
      alert: 'HoldfastDeliveryFailing',
      severity: 'warning',
      expr: `${select('deliveryFailing')} == 1 or ${select('deliveryOldest')} > 900`,
      hold: '10m',
      summary: 'Messages do not reach the channel {{ $labels.channel }} ({{ $labels.kind }})',
      description: 'They wait on disk and are tried again. Whoever listens there hears nothing until then.',
      findings: ['notification-failing'],
    },
    {
      alert: 'HoldfastCertificateEnds',
      severity: 'critical',
      expr: `${select('certificateEnd')} - time() < 7 * 86400`,
      hold: '5m',
      summary: "The certificate {{ $labels.file }} of pgBackRest's TLS ends within a week",
      description:
        'From then on hosts refuse each other: no WAL is archived and no backup made. `holdfast certificates rotate`, then `install` on the host.',
      findings: ['certificate-expires'],
    },
    {
      alert: 'HoldfastCertificateEndsSoon',
      severity: 'warning',
      expr: `${select('certificateEnd')} - time() < 30 * 86400`,
      hold: '5m',
      summary: "The certificate {{ $labels.file }} of pgBackRest's TLS ends within 30 days",
      description: 'It is time for `holdfast certificates rotate`, then `install` on the host.',
      findings: ['certificate-expires'],
    },
    {
      alert: 'HoldfastRulesOutdated',
      severity: 'warning',
      expr: `count by (stanza) (${select('repositoryKnown', { stanza: `!~${stanzas}` })}) > 0`,
      hold: '15m',
      summary: 'There are no rules for the stanza {{ $labels.stanza }}',
      description: 'holdfast.yaml has changed since these rules were rendered: `holdfast render monitoring`.',
      findings: [],
    },
  ];
}
