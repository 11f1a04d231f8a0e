import { describe, expect, it } from 'vitest';
import type { RunRecord, StepRecord } from '../../store/journal.ts';
import type { RestoreMode, RestorePlan } from '../restore-plan.ts';
import { planUndo } from './plan-undo.ts';

const id = 'restore-20261120T103000Z-3f2a';

/** As much of a plan as an undo reads. */
const planOf = (mode: RestoreMode): Partial<RestorePlan> => ({
  planVersion: 1,
  id,
  stanza: 'main',
  mode,
  tablespaces: [],
  directories: { data: '/pg/data', aside: '/pg/data.before', salvage: '/state/salvage' },
  owner: { name: 'postgres', uid: 1, gid: 1, home: '/' },
  server: {
    running: true,
    pid: 5,
    control: 'pg_ctl',
    unit: undefined,
    binDirectory: '/bin',
    port: 5432,
    socketDirectory: '/run',
    configFile: undefined,
  },
  steps: [{ name: 'move-aside', title: '', commands: [] }],
});

const runOf = (mode: RestoreMode, plan = planOf(mode)): RunRecord => ({
  id,
  kind: 'restore',
  stanza: 'main',
  repository: 'local',
  actor: { user: 'a', host: 'b', via: 'cli' },
  cause: '',
  startedAt: 1,
  endedAt: undefined,
  result: 'running',
  label: undefined,
  bytes: undefined,
  failure: undefined,
  facts: { plan, server: {} },
  process: undefined,
});

const step = (name: string, facts: StepRecord['facts'] = {}): StepRecord => ({
  runId: id,
  sequence: 1,
  name,
  startedAt: 1,
  endedAt: undefined,
  result: 'running',
  facts,
});

const stopped = step('stop-server', { wasRunning: true });
const moved = step('move-aside', {
  dataDirectory: '/pg/data',
  moves: [
    { kind: 'data', from: '/pg/data', to: '/pg/data.before' },
    { kind: 'tablespace', from: '/ts/PG_15_1', to: '/ts/PG_15_1.aside' },
  ],
});
const kinds = (plan: ReturnType<typeof planUndo>): string[] => plan.actions.map((action) => action.kind);

describe('planUndo', () => {
  it('only starts the old server again when nothing was moved', () => {
    const plan = planUndo(runOf('in-place'), [stopped], undefined);
    expect(kinds(plan)).toEqual(['remove-marker', 'start-server']);
    expect(plan.id).toBe('undo-20261120T103000Z-3f2a');
  });

  it('puts everything back in the opposite order', () => {
    const plan = planUndo(runOf('in-place'), [stopped, moved], undefined);
    expect(kinds(plan)).toEqual(['stop-server', 'put-back', 'put-back', 'remove-marker', 'start-server']);
    expect(plan.actions[1]).toMatchObject({
      what: 'tablespace',
      path: '/ts/PG_15_1',
      aside: '/ts/PG_15_1.aside',
    });
    expect(plan.actions[2]).toMatchObject({ what: 'data', undone: `/pg/data.holdfast-undone-${id}` });
    expect(plan.commands.join()).not.toMatch(/rm -r/);
  });

  it('leaves a server down that was down', () => {
    expect(kinds(planUndo(runOf('in-place'), [moved], undefined))).not.toContain('start-server');
  });

  it('ends what a dead restore left running before anything else', () => {
    const child = { pid: 77, startTicks: 1 };
    const plan = planUndo(runOf('in-place'), [stopped, moved, step('restore-files')], child);
    expect(plan.actions[0]).toEqual({ kind: 'end-child', process: child });
  });

  it('does not touch the directory of a delta that had only copied', () => {
    expect(kinds(planUndo(runOf('delta'), [stopped, moved], undefined))).not.toContain('put-back');
    const begun = planUndo(runOf('delta'), [stopped, moved, step('restore-files')], undefined);
    expect(kinds(begun)).toContain('put-back');
  });

  it('warns of the timeline that was archived', () => {
    const promoted = step('promote', { newTimeline: 4 });
    expect(planUndo(runOf('in-place'), [moved, promoted], undefined).warnings.join()).toMatch(/timeline 4/);
  });

  it('is impossible where nothing was kept', () => {
    const lost = { ...planOf('in-place'), steps: [] };
    expect(() => planUndo(runOf('in-place', lost), [step('restore-files')], undefined)).toThrow(
      expect.objectContaining({ kind: 'undo-impossible' }),
    );
  });

  it('stops a copy and leaves it', () => {
    const plan = planUndo(runOf('into'), [step('restore-files')], undefined);
    expect(kinds(plan)).toEqual(['stop-server', 'remove-marker']);
    expect(plan.keeps[0]?.path).toBe('/pg/data');
  });
});
