import type { Stanza } from '../../config/configuration.ts';
import { formatDuration } from '../../model/duration.ts';
import { type AlertRule, orFindings, select } from './alert-rule.ts';

const place = 'stanza {{ $labels.stanza }}, repository {{ $labels.repository }}';

/** Seconds that an archive without an objective may stay behind, as src/status/rules/position.ts has it. */
const standstill = 3600;

/** Repositories and their WAL archives: they can be seen, and nothing is missing, strange or from somewhere else. */
export function archiveAlerts(stanza: Stanza): readonly AlertRule[] {
  return [...knownAlerts(stanza), ...walAlerts(stanza.name), ...lossAlerts(stanza)];
}

function knownAlerts({ name: stanza, repositories }: Stanza): readonly AlertRule[] {
  const unknown = { stanza, severity: 'critical', findings: ['repository-unknown'] } as const;
  const notOk = { stanza, severity: 'critical', findings: ['repository-not-ok'] } as const;
  const archive = { stanza, severity: 'critical', findings: ['archive-unknown', 'windows-unknown'] } as const;
  return [
    {
      alert: 'HoldfastStanzaUnseen',
      severity: 'critical',
      expr: `absent(${select('repositoryKnown', { stanza })})`,
      hold: '10m',
      summary: 'No Holdfast says anything of the stanza {{ $labels.stanza }}',
      description: 'It is gone from holdfast.yaml, or the Holdfast that has it is not read by Prometheus.',
      findings: [],
    },
    ...repositories.map(({ name: repository }): AlertRule => ({
      alert: 'HoldfastRepositoryUnseen',
      severity: 'critical',
      expr: `absent(${select('archiveKnown', { stanza, repository })})`,
      hold: '15m',
      labels: { repository },
      summary: `No Holdfast says anything of a repository: ${place}`,
      description: 'It is gone from holdfast.yaml, or the Holdfast that has it is not read by Prometheus.',
      findings: [],
    })),
    {
      alert: 'HoldfastRepositoriesUnknown',
      severity: 'critical',
      expr: orFindings(`min by (stanza) (${select('repositoryKnown', { stanza })}) == 0`, unknown),
      hold: '10m',
      summary: 'It is not known what the repositories hold: stanza {{ $labels.stanza }}',
      description: 'Looking failed or is too long ago. Nothing may be called safe until it is seen again.',
      findings: unknown.findings,
    },
    {
      alert: 'HoldfastRepositoryNotOk',
      severity: 'critical',
      // 2 is "no valid backups", which is an alert of its own.
      expr: orFindings(
        `max by (stanza, repository) (${select('repositoryStatus', { stanza })} != 0 and ${select('repositoryStatus', { stanza })} != 2) > 0`,
        notOk,
      ),
      hold: '5m',
      summary: `pgBackRest says that a repository is not well: ${place}`,
      description: '`holdfast info` shows what pgBackRest says of it.',
      findings: notOk.findings,
    },
    {
      alert: 'HoldfastArchiveUnknown',
      severity: 'critical',
      expr: orFindings(
        `min by (stanza, repository) (${select('archiveKnown', { stanza })}) == 0 or min by (stanza, repository) (${select('windowsKnown', { stanza })}) == 0`,
        archive,
      ),
      hold: '15m',
      summary: `It is not known what WAL a repository holds: ${place}`,
      description: 'Looking failed or is too long ago, so nobody can say from when to when it can restore.',
      findings: archive.findings,
    },
  ];
}

function walAlerts(stanza: string): readonly AlertRule[] {
  const openHole = { stanza, severity: 'critical', findings: ['wal-hole'] } as const;
  const nothing = { stanza, severity: 'critical', findings: ['no-usable-set'] } as const;
  const foreign = { stanza, severity: 'critical', findings: ['foreign-timeline', 'foreign-wal'] } as const;
  const duplicates = { stanza, severity: 'critical', findings: ['wal-duplicate'] } as const;
  return [
    {
      alert: 'HoldfastWalHole',
      severity: 'warning',
      expr: `max by (stanza, repository) (${select('holes', { stanza, why: 'lost' })}) > 0`,
      hold: '0s',
      summary: `WAL is missing: ${place}`,
      description: 'Moments within a hole can not be restored; `holdfast windows` shows from when to when.',
      findings: [],
    },
    {
      alert: 'HoldfastWalHoleOpen',
      severity: 'critical',
      expr: orFindings(undefined, openHole),
      hold: '0s',
      summary: `WAL is missing and no backup lies behind the hole: ${place}`,
      description: 'Nothing since then can be restored until a new backup is taken: `holdfast backup`.',
      findings: openHole.findings,
    },
    {
      alert: 'HoldfastNothingRestorable',
      severity: 'critical',
      expr: orFindings(
        `max by (stanza, repository) (${select('contiguousWindows', { stanza })}) == 0`,
        nothing,
      ),
      hold: '15m',
      summary: `Nothing can be restored: ${place}`,
      description: 'No backup has the WAL that it needs. `holdfast windows` says why.',
      findings: nothing.findings,
    },
    {
      alert: 'HoldfastForeignWal',
      severity: 'critical',
      expr: orFindings(`sum by (stanza, repository) (${select('archiveForeign', { stanza })}) > 0`, foreign),
      hold: '0s',
      summary: `WAL that production never wrote is in the archive: ${place}`,
      description:
        'A restore to the latest timeline would follow it. `holdfast timelines` names the first file.',
      findings: foreign.findings,
    },
    {
      alert: 'HoldfastDuplicateWal',
      severity: 'critical',
      expr: orFindings(
        `max by (stanza, repository) (${select('archiveDuplicates', { stanza })}) > 0`,
        duplicates,
      ),
      hold: '0s',
      summary: `Segments are stored with different contents: ${place}`,
      description: 'Two servers archive into one place.',
      findings: duplicates.findings,
    },
  ];
}

/** What the primary wrote and the repositories do not have; an idle cluster is not behind. */
function lossAlerts({ name: stanza, objectives }: Stanza): readonly AlertRule[] {
  const { rpo } = objectives;
  const exceeded = { stanza, severity: 'critical', findings: ['rpo-exceeded', 'rpo-unknown'] } as const;
  const behind = { stanza, severity: 'critical', findings: ['archive-behind'] } as const;
  const claimed = {
    stanza,
    severity: 'critical',
    findings: ['archived-but-missing', 'queue-drops-wal'],
  } as const;
  const lost = `max by (stanza, repository) (${select('lossAtLeast', { stanza })})`;
  const lag = `max by (stanza, repository) (${select('lagSeconds', { stanza })})`;
  return [
    ...(rpo === undefined
      ? []
      : [
          {
            alert: 'HoldfastRpoExceeded',
            severity: 'critical' as const,
            expr: orFindings(`${lost} > ${rpo}`, exceeded),
            hold: '1m',
            summary: `More would be lost than the objective allows, or nobody can say: ${place}`,
            description: `The objective (rpo) is ${formatDuration(rpo)}. \`holdfast status\` says up to when it could restore.`,
            findings: exceeded.findings,
          },
        ]),
    {
      alert: 'HoldfastArchiveBehind',
      severity: 'critical',
      expr: orFindings(`${lag} > ${rpo ?? standstill}`, behind),
      hold: '1m',
      summary: `WAL that the primary wrote is not in the repository: ${place}`,
      description: 'It is lost when the primary is. `holdfast status` says how far behind the archive is.',
      findings: behind.findings,
    },
    {
      alert: 'HoldfastArchivedButMissing',
      severity: 'critical',
      expr: orFindings(undefined, claimed),
      hold: '0s',
      summary: `The server was told that WAL is archived which is not in the repository: ${place}`,
      description: 'archive_command hides failures, or archive-push-queue-max drops WAL: it is lost.',
      findings: claimed.findings,
    },
  ];
}
