import type { findingPlace, Finding } from '../../model/finding.ts';
import type { OtherCluster } from '../archive-observation.ts';

type Place = ReturnType<typeof findingPlace>;

/**
 * The primary is the cluster whose WAL the repository takes. pg_upgrade makes a new system identifier (it begins with an
 * initdb), so that only the version tells an upgrade from another cluster.
 */
export function judgeOtherCluster(place: Place, seen: OtherCluster | undefined): Finding[] {
  if (seen === undefined) return [];
  const { archived, primary } = seen;
  const evidence = `the primary (${primary.host ?? 'on this host'}) has version ${primary.major}, system identifier ${primary.systemIdentifier}; the newest database of the repository, ${archived.version}-${archived.databaseId}, has version ${archived.version}, system identifier ${archived.systemIdentifier}`;
  const upgrade = `holdfast setup --stanza ${place.stanza} --stanza-upgrade`;
  if (primary.major > Number.parseInt(archived.version, 10)) {
    return [
      {
        rule: 'stanza-upgrade-needed',
        severity: 'critical',
        ...place,
        problem: 'PostgreSQL was upgraded and pgBackRest was not told: its WAL and its backups are refused',
        evidence,
        remedy: `See that holdfast.yaml has the path of the new cluster, then run ${upgrade}, which also takes a full backup.`,
      },
    ];
  }
  return [
    {
      rule: 'wrong-cluster',
      severity: 'critical',
      ...place,
      problem:
        'the primary is another cluster than the one whose backups are here: its WAL and its backups are refused',
      evidence,
      remedy: `Correct the address in holdfast.yaml when this is the wrong server. When the cluster was made anew on purpose, run ${upgrade}, which also takes a full backup.`,
    },
  ];
}
