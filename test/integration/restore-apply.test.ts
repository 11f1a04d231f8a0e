import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyRestore, type RestoreOutcome } from '../../src/recovery/apply/apply-restore.ts';
import type { RestoreEvent } from '../../src/recovery/apply/restore-context.ts';
import { standOfRestore } from '../../src/recovery/apply/stand-of-restore.ts';
import type { RestorePlan } from '../../src/recovery/restore-plan.ts';
import { applyUndo, type UndoOutcome } from '../../src/recovery/undo/apply-undo.ts';
import { planUndo } from '../../src/recovery/undo/plan-undo.ts';
import { createRestoreBed, type PlanRequest, type RestoreBed, timeTarget } from '../support/restore-bed.ts';

/*
 * Rows 1 to 3 are committed before the marks, 4 and 5 after. Each test restores and undoes, which brings the old
 * cluster back, so that the next one begins with the same.
 */
let bed: RestoreBed;
let marks: { time: bigint; lsn: bigint; xid: bigint };

beforeAll(async () => {
  bed = await createRestoreBed();
  const time = await bed.mark();
  const lsn = BigInt(await bed.cluster.value(`SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::text`));
  await bed.cluster.sql(`SELECT pg_create_restore_point('before the mistake')`);
  const xid = BigInt(
    await bed.cluster.value('INSERT INTO known VALUES (4) RETURNING pg_current_xact_id()::text'),
  );
  await bed.insert(5);
  marks = { time, lsn, xid };
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

async function restore(
  request: PlanRequest,
  events: RestoreEvent[] = [],
): Promise<{ plan: RestorePlan; outcome: RestoreOutcome }> {
  const plan = await bed.plan(request);
  using journal = bed.openJournal();
  const emit = (event: RestoreEvent): void => void events.push(event);
  return { plan, outcome: await applyRestore(plan, bed.dependencies(journal, { emit })) };
}

async function undo(plan: RestorePlan): Promise<UndoOutcome> {
  using journal = bed.openJournal();
  const run = journal.findRun(plan.id);
  if (run === undefined) throw new Error('no run');
  const outcome = await applyUndo(planUndo(run, journal.stepsOf(run.id), undefined), {
    ...bed.dependencies(journal),
    emit: undefined,
  });
  expect(standOfRestore(journal, run).state).toBe('undone');
  return outcome;
}

describe('a restore in place', () => {
  it('goes to a time, proves it, and can be undone', async () => {
    const events: RestoreEvent[] = [];
    const { plan, outcome } = await restore({ mode: 'in-place', target: timeTarget(marks.time) }, events);
    expect(await bed.rows()).toEqual([1, 2, 3]);
    expect(outcome.reached).toMatchObject({ timeline: 1, newTimeline: 2 });
    expect(outcome.reached.time).toBeLessThanOrEqual(marks.time);
    expect(outcome.proofs.join('\n')).toMatch(/recovery stopping before commit of transaction/);
    expect(outcome.findings.map((finding) => finding.rule)).toEqual(['backup-advisable']);
    await bed.insert(100);
    expect(existsSync(`${bed.cluster.dataDirectory}.holdfast-restore.json`)).toBe(false);
    expect(existsSync(`${plan.directories.aside}/PG_VERSION`)).toBe(true);
    const autoConf = readFileSync(`${bed.cluster.dataDirectory}/postgresql.auto.conf`, 'utf8');
    expect(autoConf).not.toMatch(/recovery_target|primary_conninfo|hot_standby/);
    expect(readdirSync(`${bed.repository}/archive/main/${bed.cluster.binaries.major}-1`)).toContain(
      '00000002.history',
    );
    const finished = events.filter((event) => event.type === 'step-finished').map((event) => event.step);
    expect(finished).toEqual(plan.steps.map((step) => step.name));
    expect(
      events.some((event) => event.type === 'step-progress' && (event.progress.bytesTotal ?? 0) > 0),
    ).toBe(true);

    const undone = await undo(plan);
    expect(undone.serverStarted).toBe(true);
    expect(undone.warnings.join()).toMatch(/timeline 2/);
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5]);
    expect(await bed.cluster.value('SELECT timeline_id FROM pg_control_checkpoint()')).toBe('1');
    expect(existsSync(`${bed.cluster.dataDirectory}.holdfast-undone-${plan.id}/PG_VERSION`)).toBe(true);
  });

  it.each([
    ['an LSN', (): PlanRequest['target'] => ({ kind: 'lsn', lsn: marks.lsn }), [1, 2, 3]],
    ['a transaction', (): PlanRequest['target'] => ({ kind: 'xid', xid: marks.xid }), [1, 2, 3, 4]],
    [
      'a restore point',
      (): PlanRequest['target'] => ({ kind: 'name', name: 'before the mistake' }),
      [1, 2, 3],
    ],
    ['the end of the set', (): PlanRequest['target'] => ({ kind: 'immediate' }), [1]],
    ['the latest commit', (): PlanRequest['target'] => ({ kind: 'latest' }), [1, 2, 3, 4, 5]],
  ])('goes to %s', async (_name, target, rows) => {
    const { plan, outcome } = await restore({ mode: 'in-place', target: target() });
    expect(await bed.rows()).toEqual(rows);
    expect(outcome.reached.newTimeline).toBeGreaterThan(outcome.reached.timeline);
    await undo(plan);
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5]);
  });

  it('goes with delta, and back from it', async () => {
    const { plan } = await restore({ mode: 'delta', target: timeTarget(marks.time) });
    expect(await bed.rows()).toEqual([1, 2, 3]);
    await undo(plan);
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5]);
  });

  it('brings back WAL that was never archived', async () => {
    await bed.cluster.sql(`ALTER SYSTEM SET archive_command = 'false'; SELECT pg_reload_conf();`);
    await bed.insert(6);
    await bed.cluster.sql('SELECT pg_switch_wal();');
    await bed.insert(7);
    await bed.cluster.kill();
    const plan = await bed.plan({ mode: 'in-place', target: { kind: 'latest' } });
    {
      using journal = bed.openJournal();
      const outcome = await applyRestore(plan, bed.dependencies(journal));
      expect(outcome.proofs.join('\n')).toMatch(/the WAL salvaged from the old server ends at/);
    }
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await undo(plan);
    await bed.cluster.start();
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await bed.cluster.sql(
      `ALTER SYSTEM RESET archive_command; SELECT pg_reload_conf(); DELETE FROM known WHERE id > 5;`,
    );
  });
});

describe('a restore beside production', () => {
  it('never archives and leaves production alone', async () => {
    const into = { directory: bed.sandbox.file('copy'), port: await bed.sandbox.port() };
    const before = readdirSync(`${bed.repository}/archive/main/${bed.cluster.binaries.major}-1`);
    const { plan, outcome } = await restore({ mode: 'into', target: timeTarget(marks.time), into });
    const connection = [
      '-h',
      outcome.socketDirectory,
      '-p',
      String(into.port),
      '-U',
      'postgres',
      '-d',
      'postgres',
    ];
    const query = `SELECT string_agg(id::text, ',' ORDER BY id) || ' ' || current_setting('archive_mode') FROM known`;
    const { stdout } = await bed.sandbox.mustRun(bed.cluster.binaries.psql, [
      '-XAt',
      ...connection,
      '-c',
      query,
    ]);
    expect(stdout.trim()).toBe('1,2,3 off');
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5]);
    expect(readdirSync(`${bed.repository}/archive/main/${bed.cluster.binaries.major}-1`)).toEqual(before);
    const undone = await undo(plan);
    expect(undone.keeps.map((kept) => kept.path)).toEqual([into.directory]);
    expect(existsSync(`${into.directory}/PG_VERSION`)).toBe(true);
  });
});
