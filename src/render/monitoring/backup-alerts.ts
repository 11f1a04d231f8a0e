import type { Stanza } from '../../config/configuration.ts';
import { formatDuration } from '../../model/duration.ts';
import { type AlertRule, orFindings, select } from './alert-rule.ts';
import { longestAge, typesCovering, type ScheduledType } from './longest-gap.ts';

const place = 'stanza {{ $labels.stanza }}, repository {{ $labels.repository }}';

/** Backups: there are some, they are new enough, their jobs end well, and a restore was tried. */
export function backupAlerts(stanza: Stanza): readonly AlertRule[] {
  return [
    ...setAlerts(stanza),
    ...stanza.repositories.flatMap(({ name }) =>
      (['full', 'diff', 'incr'] as const).flatMap((type) => ageAlert(stanza, name, type)),
    ),
    ...jobAlerts(stanza.name),
    ...drillAlerts(stanza),
  ];
}

function setAlerts({ name: stanza, objectives }: Stanza): readonly AlertRule[] {
  const age = `min by (stanza, repository) (${select('newestSetAge', { stanza })})`;
  const tooOld = { stanza, severity: 'critical', findings: ['backup-too-old'] } as const;
  const none = { stanza, severity: 'critical', findings: ['no-backup'] } as const;
  const errors = { stanza, severity: 'warning', findings: ['backup-page-errors'] } as const;
  return [
    {
      alert: 'HoldfastNoBackup',
      severity: 'critical',
      expr: orFindings(`sum by (stanza, repository) (${select('sets', { stanza })}) == 0`, none),
      hold: '15m',
      summary: `There is no backup: ${place}`,
      description: 'Nothing can be restored from this repository.',
      findings: none.findings,
    },
    ...(objectives.backupAge === undefined
      ? []
      : [
          {
            alert: 'HoldfastBackupTooOld',
            severity: 'critical' as const,
            expr: orFindings(`${age} > ${objectives.backupAge}`, tooOld),
            hold: '5m',
            summary: `The newest backup is older than the objective: ${place}`,
            description: `The objective (backupAge) is ${formatDuration(objectives.backupAge)}.`,
            findings: tooOld.findings,
          },
        ]),
    {
      alert: 'HoldfastPageErrors',
      severity: 'warning',
      expr: orFindings(`max by (stanza) (${select('lastError', { stanza })}) > 0`, errors),
      hold: '5m',
      summary: 'A backup holds pages with wrong checksums: stanza {{ $labels.stanza }}',
      description: 'The cluster itself is damaged there. `holdfast info` names the backup.',
      findings: errors.findings,
    },
  ];
}

function ageAlert(stanza: Stanza, repository: string, type: ScheduledType): readonly AlertRule[] {
  const seconds = longestAge(stanza, repository, type);
  if (seconds === undefined) return [];
  const types = typesCovering(type);
  const labels = { stanza: stanza.name, repository, type: `=~${types.join('|')}` };
  return [
    {
      alert: 'HoldfastScheduledBackupMissing',
      severity: 'warning',
      expr: `min by (stanza, repository) (${select('newestSetAge', labels)}) > ${seconds}`,
      hold: '5m',
      labels: { repository, backup: type },
      summary: `A scheduled backup of the type ${type} did not come to be: ${place}`,
      description: `The newest that is ${types.join(' or ')} is {{ $value | humanizeDuration }} old; as it is scheduled it should never be older than ${formatHours(seconds)}.`,
      findings: [],
    },
  ];
}

function jobAlerts(stanza: string): readonly AlertRule[] {
  const failed = { stanza, severity: 'warning', findings: ['last-run-failed'] } as const;
  const line = { stanza, severity: 'warning', findings: ['schedule-failed', 'schedule-missed'] } as const;
  const unfinished = { stanza, severity: 'critical', findings: ['restore-unfinished'] } as const;
  return [
    {
      alert: 'HoldfastJobFailed',
      severity: 'warning',
      expr: orFindings(`min by (stanza, repository) (${select('lastRunOk', { stanza })}) == 0`, failed),
      hold: '15m',
      summary: `The last run of a job failed: ${place}`,
      description: '`holdfast journal` says which, and why.',
      findings: failed.findings,
    },
    {
      alert: 'HoldfastScheduleFailed',
      severity: 'warning',
      expr: orFindings(`max by (stanza) (${select('lineFailed', { stanza })}) == 1`, line),
      hold: '15m',
      summary: 'What was scheduled failed or did not begin: stanza {{ $labels.stanza }}',
      description: '`holdfast schedule` shows the lines, `holdfast journal` the runs.',
      findings: line.findings,
    },
    {
      alert: 'HoldfastRestoreUnfinished',
      severity: 'critical',
      expr: orFindings(`max by (stanza) (${select('unfinished', { stanza })}) > 0`, unfinished),
      hold: '1h',
      summary: 'A restore has not come to its end: stanza {{ $labels.stanza }}',
      description:
        'Nothing of the stanza is scheduled until then. Run the same command again, or `holdfast undo`.',
      findings: unfinished.findings,
    },
  ];
}

function drillAlerts({ name: stanza, objectives }: Stanza): readonly AlertRule[] {
  const { drillAge, rto } = objectives;
  const old = { stanza, severity: 'warning', findings: ['drill-too-old'] } as const;
  const slow = { stanza, severity: 'warning', findings: ['rto-exceeded'] } as const;
  const proof = select('lastProof', { stanza });
  return [
    ...(drillAge === undefined
      ? []
      : [
          {
            alert: 'HoldfastDrillTooOld',
            severity: 'warning' as const,
            expr: orFindings(`time() - max by (stanza) (${proof}) > ${drillAge}`, old),
            hold: '5m',
            summary: 'The last successful restore drill is too old: stanza {{ $labels.stanza }}',
            description: `The objective (drillAge) is ${formatDuration(drillAge)}.`,
            findings: old.findings,
          },
          {
            alert: 'HoldfastNeverDrilled',
            severity: 'warning' as const,
            expr: `absent(${proof})`,
            hold: '6h',
            summary: 'No restore was ever tried with success: stanza {{ $labels.stanza }}',
            description: `No set in any repository carries a proof; the objective (drillAge) is ${formatDuration(drillAge)}.`,
            findings: [],
          },
        ]),
    ...(rto === undefined
      ? []
      : [
          {
            alert: 'HoldfastRestoreTooSlow',
            severity: 'warning' as const,
            expr: orFindings(`max by (stanza) (${select('restoreSeconds', { stanza })}) > ${rto}`, slow),
            hold: '5m',
            summary: 'The last restore took longer than the objective: stanza {{ $labels.stanza }}',
            description: `The objective (rto) is ${formatDuration(rto)}.`,
            findings: slow.findings,
          },
        ]),
  ];
}

function formatHours(seconds: number): string {
  const hours = Math.round(seconds / 3600);
  return hours < 72 ? `${hours} hours` : `${(hours / 24).toFixed(1)} days`;
}
