import { dayOf, type RepositoryRetention } from './document-retention.ts';
import { inDays } from './in-days.ts';
import { formatPolicy } from './parse-policy.ts';

const day = 86_400_000;
const hour = 3_600_000;

/** What a simulation says, in sentences without a full stop. */
export function describeRetention(one: RepositoryRetention): readonly string[] {
  const { simulated, retention, origin, expireBy, assumed } = one;
  const { lives } = simulated;
  const gone = lives.filter(({ goneAt }) => goneAt !== undefined).length;
  const kept = lives.filter(({ keptBy, goneAt }) => keptBy.length > 0 && goneAt === undefined);
  return [
    `${formatPolicy(retention)}, ${origin === 'now' ? 'from what is in the repository now' : 'from an empty repository'}, over ${Math.round((simulated.to - simulated.from) / day)} days, expired ${expireBy === 'holdfast' ? 'by Holdfast' : "by pgBackRest's own expire, which knows no pins"}`,
    `${lives.length} sets, of which ${gone} go and ${lives.length - gone} are there at the end`,
    ...describeReach(simulated),
    ...(kept.length === 0
      ? []
      : [
          `${kept.length} sets are kept though the retention would let them go: ${kept.map(({ set }) => set.label).join(', ')}`,
        ]),
    ...assumed.map((text) => `assumed: ${text}`),
  ];
}

function describeReach({ reach }: RepositoryRetention['simulated']): readonly string[] {
  const most = inDays(reach.most);
  if (reach.least === undefined)
    return [
      `no full set goes in this time; at the end every moment of the last ${inDays(reach.atEnd)} can be restored`,
    ];
  if (reach.least >= hour)
    return [
      `since the first full set went, every moment of at least the last ${inDays(reach.least)} can be restored, and at most of the last ${most}`,
    ];
  return [
    `at times nothing but single moments can be restored: WAL before the newest set is gone as soon as that ended; at best every moment of the last ${most} can be`,
  ];
}

/** Day, full, diff, incr, taken, gone, how far back without a gap, single moments and closed windows. */
export function dayRows({ simulated }: RepositoryRetention): readonly (readonly string[])[] {
  const types = new Map(simulated.lives.map(({ set }) => [set.label, set.type]));
  return simulated.days.map(({ at, sets, taken, gone, windows }) => {
    const count = (type: string): string => String(sets.filter((label) => types.get(label) === type).length);
    const live = windows.findLast(({ to }) => to >= at);
    const others = windows.filter((window) => window !== live).length;
    return [
      dayOf(at),
      count('full'),
      count('diff'),
      count('incr'),
      taken.length === 0 ? '-' : String(taken.length),
      gone.length === 0 ? '-' : String(gone.length),
      live === undefined ? 'nothing' : inDays(at - live.from),
      others === 0 ? '-' : String(others),
    ];
  });
}
