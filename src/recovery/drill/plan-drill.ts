import { isFailure } from '../../model/failure.ts';
import type { RestoreTarget } from '../../model/restore-target.ts';
import type { CopyDependencies } from '../copy/copy-deps.ts';
import { type CopyPlan, type CopyRequest, planCopy } from '../copy/make-copy.ts';
import { planFailure } from '../plan/plan-failure.ts';
import type { RestorePlan } from '../restore-plan.ts';
import type { DrillRequest } from './run-drill.ts';

/**
 * Plans the restore of a drill. How far a window reaches is not always known to the second: a moment that was chosen by
 * chance and lies behind the last commit is moved to before it, and where there is none the end of the set is taken.
 * What somebody asked for is never changed.
 *
 * @throws Failure target-unreachable, preflight-refused; and as planCopy
 */
export async function planDrill(request: DrillRequest, deps: CopyDependencies): Promise<CopyPlan> {
  const { stanza, target, setLabel, repositoryName, timeline, asked, random } = request;
  const wanted = {
    purpose: 'drill',
    stanza: stanza.name,
    target,
    setLabel,
    repositoryName,
    timeline,
  } as const;
  const first = await planCopy(wanted, deps);
  if (first.plan.refusals.length === 0) return first;
  const isByChance = asked === 'random' || asked === 'each';
  if (!isByChance || !isFailure(planFailure(first.plan), 'target-unreachable')) throw planFailure(first.plan);
  for (const other of nearerRequests(wanted, first.plan, random)) {
    const planned = await planCopy(other, deps);
    if (planned.plan.refusals.length === 0) return planned;
  }
  throw planFailure(first.plan);
}

/** Of the same set: a moment before the last commit, then the set's own end. */
export function nearerRequests(
  wanted: CopyRequest,
  { set, wal }: Pick<RestorePlan, 'set' | 'wal'>,
  random: number,
): CopyRequest[] {
  const setLabel = set.label;
  // PostgreSQL refuses a target before the end of the set, of which only whole seconds are known.
  const from = (set.stopTime + 1) * 1000;
  const until = wal.lastCommitTime === undefined ? Number.NaN : Date.parse(wal.lastCommitTime);
  const immediate: RestoreTarget = { kind: 'immediate' };
  if (wanted.target.kind !== 'time' || !(until > from)) return [{ ...wanted, setLabel, target: immediate }];
  const at = from + Math.floor(random * (until - from));
  const given = new Date(at).toISOString();
  const time: RestoreTarget = { kind: 'time', microseconds: BigInt(at) * 1000n, given, zone: 'UTC' };
  return [
    { ...wanted, setLabel, target: time },
    { ...wanted, setLabel, target: immediate },
  ];
}
