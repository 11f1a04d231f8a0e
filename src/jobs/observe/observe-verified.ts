import * as z from 'zod';
import type { Stanza } from '../../config/configuration.ts';
import type { VerifiedObservation } from '../../status/health-observations.ts';
import type { Journal, RunRecord } from '../../store/journal.ts';

const report = z.object({
  findings: z.array(
    z.object({ rule: z.string(), severity: z.string(), problem: z.string(), evidence: z.string() }),
  ),
  sets: z.array(z.object({ label: z.string(), filesChecked: z.number(), filesValid: z.number() })),
});

/** How far back the journal is read for the last verify of everything. */
const mostRuns = 50;

/**
 * What the last verify of each repository found, with those of single sets that came after it. One that could not be
 * carried out says nothing of what is stored: the one before it stands.
 *
 * @throws Failure journal-damaged
 */
export function observeVerified(journal: Journal, { name, repositories }: Stanza): VerifiedObservation[] {
  return repositories.flatMap((repository) => {
    const of = { stanza: name, kind: 'verify', repository: repository.name } as const;
    const told = journal.lastRuns(of, mostRuns).flatMap(readReport);
    const whole = told.findIndex(({ set }) => set === undefined);
    const counted = whole === -1 ? told : told.slice(0, whole + 1);
    const [last] = counted;
    if (last === undefined) return [];
    return [
      {
        stanza: name,
        repository: repository.name,
        run: last.run,
        endedAt: last.endedAt,
        sets: uniqueBy(counted.flatMap(({ sets }) => sets)),
        damage: [...new Set(counted.flatMap(({ damage }) => damage))],
      },
    ];
  });
}

interface ToldByVerify extends Pick<VerifiedObservation, 'run' | 'endedAt' | 'sets' | 'damage'> {
  /** Only this set was verified. */
  readonly set: string | undefined;
}

function readReport({ id, facts, failure, endedAt, result }: RunRecord): ToldByVerify[] {
  if (endedAt === undefined || result === 'running' || result === 'interrupted') return [];
  const read = report.safeParse(result === 'failed' ? failure?.['details'] : facts);
  if (!read.success) return [];
  const { findings, sets } = read.data;
  const critical = findings.filter(({ severity }) => severity === 'critical');
  const { set } = facts;
  return [
    {
      run: id,
      endedAt,
      set: typeof set === 'string' ? set : undefined,
      sets,
      damage: critical.map(({ problem, evidence }) => `${problem} (${evidence})`),
    },
  ];
}

/** The newest first. */
function uniqueBy(sets: VerifiedObservation['sets']): VerifiedObservation['sets'] {
  return [...new Map(sets.toReversed().map((set) => [set.label, set])).values()];
}
