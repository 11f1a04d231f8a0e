import type { ExpirePreview } from '../../jobs/expire/plan-expire.ts';
import { describeProtection } from '../../jobs/expire/protected-sets.ts';
import { formatUtc } from './format-time.ts';

/** Lines for people on what would go from one repository, and why the rest stays. */
export function describeExpirePreview(preview: ExpirePreview): string {
  const { name } = preview.repository;
  if (preview.failure !== undefined) return `${name}: failed: ${preview.failure.problem}\n`;
  return [
    ...preview.warnings.map((warning) => `${name}: pgbackrest warns: ${warning}`),
    ...describeKept(preview),
    ...describeRemoval(name, 'would remove', preview),
    '',
  ].join('\n');
}

/** Lines on sets and WAL that go or are gone. */
export function describeRemoval(
  name: string,
  verb: string,
  removal: {
    readonly sets: readonly string[];
    readonly archives: readonly {
      readonly archiveId: string;
      readonly first: string;
      readonly last: string;
    }[];
  },
): readonly string[] {
  if (removal.sets.length === 0 && removal.archives.length === 0) return [`${name}: nothing to remove`];
  return [
    ...removal.sets.map((label) => `${name}: ${verb} set ${label}`),
    ...removal.archives.map(
      ({ archiveId, first, last }) =>
        `${name}: ${verb} WAL ${first}${first === last ? '' : ` to ${last}`} (${archiveId})`,
    ),
  ];
}

function describeKept({ repository: { name }, kept, archives }: ExpirePreview): readonly string[] {
  return kept.flatMap((set) => {
    const why = set.reasons.map(describeProtection).join('; ');
    const lines = [`${name}: keeps set ${set.label}: ${why}`];
    if (set.wal !== undefined && archives.length > 0) {
      lines.push(
        `${name}:   and its WAL ${set.wal.first} to ${set.wal.last}; without the WAL after it, it can be restored to its end, ${formatUtc(set.stopTime * 1000)}, and to no later time`,
      );
    }
    return lines;
  });
}
