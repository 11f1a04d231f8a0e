import { describe, expect, it } from 'vitest';
import type { StepRecord } from '../../store/journal.ts';
import type { RestorePlan } from '../restore-plan.ts';
import type { ClusterPlan } from './cluster-plan.ts';
import { undoCluster } from './undo-cluster.ts';

const cluster: ClusterPlan = {
  scope: 'demo',
  name: 'n1',
  version: undefined,
  wasPaused: false,
  others: [],
  configFile: undefined,
  backup: true,
};

const step = (name: string, facts: StepRecord['facts'] = {}): StepRecord => ({
  runId: 'restore-1',
  sequence: 1,
  name,
  startedAt: 1,
  endedAt: 2,
  result: 'ok',
  facts,
});

/** Kinds of what an undo does, `back` and `start` standing for what it does on this server. */
function kindsOf(steps: readonly StepRecord[], changes: Partial<ClusterPlan> = {}, ran = true) {
  const plan = { mode: 'in-place', patroni: { cluster: { ...cluster, ...changes } } };
  const local = { back: [{ kind: 'back' }], start: ran ? [{ kind: 'start' }] : [] };
  return undoCluster(plan as unknown as RestorePlan, steps, local)?.map(({ kind }) => kind);
}

const pause = step('pause-patroni');
const promote = step('promote', { promoting: true });

describe('undoCluster', () => {
  it('has nothing to do where Patroni was not told anything', () => {
    expect(kindsOf([])).toBeUndefined();
  });

  it('starts the old server as it was, before the promotion', () => {
    const before = ['pause-patroni', 'back', 'start', 'take-over', 'end-pause', 'follow-replicas'];
    expect(kindsOf([pause, step('restore-files')])).toEqual(before);
    expect(kindsOf([pause, step('promote')])).toEqual(before);
  });

  it('leaves a cluster paused that was', () => {
    expect(kindsOf([pause], { wasPaused: true })).not.toContain('end-pause');
  });

  it('only goes back where the old server did not run', () => {
    expect(kindsOf([pause], {}, false)).toEqual(['pause-patroni', 'back', 'end-pause']);
  });

  it('takes the old server to a newer timeline after the promotion, also if it did not run', () => {
    const after = [
      'pause-patroni',
      'back',
      'start-on-new-timeline',
      'take-over',
      'end-pause',
      'follow-replicas',
    ];
    expect(kindsOf([pause, promote, step('take-over'), step('full-backup')])).toEqual(after);
    expect(kindsOf([pause, promote], {}, false)).toEqual(after);
  });

  it('makes replicas anew that were made anew, after a backup to make them from', () => {
    const steps = [pause, promote, step('rebuild-replicas')];
    const kinds = kindsOf(steps) ?? [];
    expect(kinds.slice(kinds.indexOf('take-over'))).toEqual([
      'take-over',
      'full-backup',
      'rebuild-replicas',
      'end-pause',
      'follow-replicas',
    ]);
    expect(kindsOf(steps, { backup: false })).not.toContain('full-backup');
  });
});
