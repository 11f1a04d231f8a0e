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
    ...(preview.kept.length > 0 && preview.archives.length > 0
      ? [`${name}: of this WAL that of the sets that it keeps stays`]
      : []),
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
      ({ archiveId, first, last }) => `${name}: ${verb} WAL ${describeWal({ first, last })} (${archiveId})`,
    ),
  ];
}

function describeKept({ repository: { name }, kept, archives }: ExpirePreview): readonly string[] {
  return kept.flatMap((set) => {
    const why = set.reasons.map(describeProtection).join('; ');
    const lines = [`${name}: keeps set ${set.label}: ${why}`];
    if (set.wal !== undefined && archives.length > 0) {
      lines.push(
        `${name}:   with its WAL, ${describeWal(set.wal)}: it can be restored to its end, ${formatUtc(set.stopTime * 1000)}, and to no later time once the WAL after it is gone`,
      );
    }
    return lines;
  });
}

function describeWal({ first, last }: { readonly first: string; readonly last: string }): string {
  return first === last ? first : `${first} to ${last}`;
}
