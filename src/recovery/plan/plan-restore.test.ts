import { describe, expect, it } from 'vitest';
import {
  commitTime,
  minute,
  planSynthetic,
  syntheticLabel,
  type SyntheticHistory,
} from '../../../test/support/plan-observations.ts';
import { Failure } from '../../model/failure.ts';
import type { RestoreTarget } from '../../model/restore-target.ts';
import type { RestorePlan } from '../restore-plan.ts';
import { renderPlan } from './render-plan.ts';

const whole: SyntheticHistory = {
  length: 20,
  missing: [],
  sets: [
    { first: 2, last: 3 },
    { first: 10, last: 11 },
  ],
};
const rules = (plan: RestorePlan): string[] => plan.refusals.map((finding) => finding.rule);

function time(microseconds: bigint): RestoreTarget {
  return { kind: 'time', microseconds, given: '', zone: 'UTC' };
}

describe('planRestore', () => {
  it('takes the last set that ended before the target', async () => {
    const early = await planSynthetic(whole, time(commitTime(8) + 1n));
    expect([rules(early), early.set.label]).toEqual([[], syntheticLabel(0)]);
    expect(early.target).toMatchObject({ stop: { xid: 1009 }, lastTransaction: { xid: 1008 } });
    const late = await planSynthetic(whole, time(commitTime(15)));
    expect([rules(late), late.set.label]).toEqual([[], syntheticLabel(1)]);
    // The set ended in the second of the target: it may have ended after it.
    const sameSecond = await planSynthetic(whole, time(commitTime(11) + minute / 2n + 900_000n));
    expect(sameSecond.set.label).toBe(syntheticLabel(0));
  });

  it('prefers a set without page errors and says why', async () => {
    const history = {
      ...whole,
      sets: [
        { first: 2, last: 3 },
        { first: 10, last: 11, error: true },
      ],
    };
    const plan = await planSynthetic(history, time(commitTime(15)));
    expect(plan.set.label).toBe(syntheticLabel(0));
    expect(plan.reasons.join('\n')).toContain('page checksum errors');
    const only = await planSynthetic({ ...history, sets: history.sets.slice(1) }, time(commitTime(15)));
    expect(rules(only)).toEqual([]);
    expect(only.warnings.map((finding) => finding.rule)).toEqual(['set-with-page-errors']);
  });

  it('refuses latest behind a hole, which PostgreSQL would stop at without a word', async () => {
    const plan = await planSynthetic({ ...whole, missing: [14] }, { kind: 'latest' });
    expect(rules(plan)).toEqual(['target-behind-hole']);
    expect(plan.wal.missing).toHaveLength(1);
  });

  it('refuses WAL that is there and cannot be read, which PostgreSQL would take for the end', async () => {
    const unreadable = new Failure('repository-damaged', {
      operation: 'read WAL from the repository',
      place: 'segment',
      problem: 'the stored segment cannot be decompressed',
      hint: 'Run pgbackrest verify for the repository.',
    });
    for (const target of [{ kind: 'latest' }, time(commitTime(15))] as const) {
      const plan = await planSynthetic(whole, target, { unreadable, request: { into: '/copy' } });
      expect(rules(plan)).toEqual(['repository-unreadable']);
      expect(plan.refusals[0]).toMatchObject({
        severity: 'critical',
        problem: expect.stringContaining('cannot be decompressed') as string,
        remedy: expect.stringMatching(/pgbackrest verify.*--to immediate/) as string,
      });
    }
  });

  it('passes over a set whose own WAL is missing', async () => {
    const plan = await planSynthetic({ ...whole, missing: [11] }, time(commitTime(5)));
    expect(rules(plan)).toEqual([]);
    const broken = await planSynthetic(
      { ...whole, missing: [3], sets: [{ first: 2, last: 3 }] },
      { kind: 'latest' },
    );
    expect(rules(broken)).toContain('no-usable-set');
  });

  it('refuses what stands in the way of an in-place restore', async () => {
    const target: RestoreTarget = { kind: 'latest' };
    const patroni = { url: 'http://localhost:8008', role: 'leader', members: 3, problem: undefined };
    expect(rules(await planSynthetic(whole, target, { observations: { patroni } }))).toEqual([
      'managed-by-patroni',
    ]);
    const into = { into: '/copy' };
    expect(rules(await planSynthetic(whole, target, { observations: { patroni }, request: into }))).toEqual(
      [],
    );
    expect(rules(await planSynthetic(whole, target, { cluster: { isMountPoint: true } }))).toEqual([
      'data-directory-is-mount-point',
    ]);
    const delta = { delta: true };
    expect(
      rules(await planSynthetic(whole, target, { cluster: { isMountPoint: true }, request: delta })),
    ).toEqual([]);
    expect(rules(await planSynthetic(whole, target, { cluster: { parentWritable: false } }))).toEqual([
      'parent-not-writable',
    ]);
    const disks = [{ path: '/data', device: 1, availableBytes: 10 }];
    expect(rules(await planSynthetic(whole, target, { observations: { disks } }))).toEqual([
      'disk-too-small',
    ]);
    expect(rules(await planSynthetic(whole, target, { cluster: { installed: '16.3' } }))).toEqual([
      'postgres-version',
    ]);
    const standby = { running: true, accepting: true, inRecovery: true };
    expect(rules(await planSynthetic(whole, target, { cluster: { state: standby } }))).toEqual([
      'server-is-standby',
    ]);
  });

  it('takes a server that is stopped for a standby by its file', async () => {
    const target: RestoreTarget = { kind: 'latest' };
    const standbySignal = true;
    expect(rules(await planSynthetic(whole, target, { cluster: { standbySignal } }))).toEqual([
      'server-is-standby',
    ]);
    const copy = { cluster: { standbySignal }, request: { into: '/copy' } };
    expect(rules(await planSynthetic(whole, target, copy))).toEqual([]);
    // The file means something from the next start on; this one was promoted, or never was a standby.
    const state = { running: true, accepting: true, inRecovery: false };
    expect(rules(await planSynthetic(whole, target, { cluster: { standbySignal, state } }))).toEqual([]);
    const unfinishedRestore = 'restore-y';
    expect(
      rules(
        await planSynthetic(whole, target, {
          cluster: { standbySignal },
          observations: { unfinishedRestore },
        }),
      ),
    ).toEqual(['restore-unfinished']);
    const patroni = { url: 'http://localhost:8008', role: 'replica', members: 3, problem: undefined };
    expect(
      rules(await planSynthetic(whole, target, { cluster: { standbySignal }, observations: { patroni } })),
    ).toEqual(['managed-by-patroni']);
  });

  it('warns of settings below the primary', async () => {
    const control = {
      systemIdentifier: 7n,
      catalogVersion: 1,
      controlVersion: 1,
      state: 'shut down',
      checkpointLsn: 1n,
      redoLsn: 1n,
      redoSegment: '',
      timeline: 1,
      nextXid: 1n,
      walLevel: 'replica',
      walSegmentSize: 1024 * 1024,
      dataChecksums: true,
      parameters: { max_connections: 200 },
      minimumRecoveryLsn: undefined,
    };
    const cluster = { control, configured: { max_connections: 100 } };
    const plan = await planSynthetic(whole, { kind: 'latest' }, { cluster });
    expect(plan.warnings.map((finding) => finding.rule)).toEqual(['parameters-too-low']);
    const other = { cluster: { control: { ...control, systemIdentifier: 8n } } };
    expect(rules(await planSynthetic(whole, { kind: 'latest' }, other))).toEqual(['stanza-mismatch']);
  });

  it('gives every tablespace a place of its own beside production', async () => {
    const tablespaces = [{ oid: '16384', name: 'fast', path: '/fast' }];
    const setDetail = { label: syntheticLabel(1), repositoryKey: 1, tablespaces, links: [] };
    const plan = await planSynthetic(
      whole,
      { kind: 'latest' },
      { observations: { setDetail }, request: { into: '/copy' } },
    );
    expect(plan.tablespaces).toEqual([
      { oid: '16384', name: 'fast', from: '/fast', to: '/copy-tablespaces/16384' },
    ]);
    expect(plan.steps.find((step) => step.name === 'restore-files')?.commands[0]).toContain(
      '--tablespace-map=16384=/copy-tablespaces/16384',
    );
    expect(plan.steps.map((step) => step.name)).not.toContain('move-aside');
  });

  it('names set, repository, type, target and timeline in the plain command', async () => {
    const plan = await planSynthetic(whole, time(commitTime(8) + 1n));
    const command = plan.steps.find((step) => step.name === 'restore-files')?.commands[0] ?? '';
    for (const part of [
      `--set=${syntheticLabel(0)}`,
      '--repo=1',
      '--type=time',
      '--target-timeline=1',
      '--target-action=pause',
    ]) {
      expect(command).toContain(part);
    }
    expect(command).toMatch(/'--target=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00'/);
    expect(
      JSON.parse(
        JSON.stringify(plan, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
      ),
    ).toBeTypeOf('object');
    expect(renderPlan(plan)).toMatchInlineSnapshot(`
      "Restore       stanza main in /data; the old directory is kept
      Target        2026-09-21 14:22:00.000001+00 (UTC)
        stops at    transaction 1009 at 0/900028, 2026-09-21 14:23:00+00 (UTC)
        ends with   transaction 1008 at 0/800028, 2026-09-21 14:22:00+00 (UTC)
      Backup set    20260101-000000F (full) from repository local
        ended       2026-09-21 14:17:30+00 (UTC)
      Timeline      1
      WAL           000000010000000000000002 to 000000010000000000000009: 8 segments, 800 B stored, all there
      Size          1000 B cluster, 1.3 KiB to fetch
      Takes         not known: nothing was restored from local yet; a drill would tell
      Disk          /data: needs 64.0 MiB of 931.3 GiB free
      Disk          /var/lib/holdfast: needs 0 B of 8.0 PiB free
      Versions      pgBackRest 2.45, PostgreSQL 15 (installed: 15.18)
      Server        does not run
      Old data      /data.before-restore-x
      Salvaged WAL  /var/lib/holdfast/salvage/restore-x

      Why
        set 20260101-000000F (full) in repository local: the last one that ended before the target (2026-09-21 14:17:30+00 (UTC)) and whose WAL leads there without a hole
        timeline 1: production's own, from its control file
        1000 B cluster, 500 B in the repository
        not set 20260101-000001F: it ended 2026-09-21 14:25:30+00 (UTC), not before the target

      Steps
         1. copy what was not archived to /var/lib/holdfast/salvage/restore-x
              sudo -u postgres mkdir -p /var/lib/holdfast/salvage/restore-x
              sudo -u postgres cp -a /data/pg_wal/. /var/lib/holdfast/salvage/restore-x/
         2. move the old data directory to /data.before-restore-x
              mv /data /data.before-restore-x
         3. restore backup set 20260101-000000F from repository local
              sudo -u postgres pgbackrest --stanza=main --repo=1 --pg1-path=/data --set=20260101-000000F --type=time '--target=2026-09-21 14:22:00.000001+00' --target-action=pause --target-timeline=1 restore
         4. hand the salvaged WAL to recovery
         5. start the server on port 5432
              sudo -u postgres /usr/lib/postgresql/15/bin/pg_ctl -D /data -w start
         6. recover to 2026-09-21 14:22:00.000001+00 (UTC) and wait there
         7. prove that the target and the timeline were reached
              sudo -u postgres psql -h /run/postgresql -p 5432 -d postgres -c 'SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn(), pg_last_xact_replay_timestamp()'
         8. open it for writing on a new timeline
              sudo -u postgres psql -h /run/postgresql -p 5432 -d postgres -c 'SELECT pg_promote()'
         9. prove that the server can write
              sudo -u postgres psql -h /run/postgresql -p 5432 -d postgres -c 'CREATE TABLE holdfast_proof (); DROP TABLE holdfast_proof'

      Undo
        holdfast undo restore-x
        # or by hand:
        sudo -u postgres /usr/lib/postgresql/15/bin/pg_ctl -D /data -m fast -w stop
        mv /data /data.restored-restore-x
        mv /data.before-restore-x /data
        sudo -u postgres /usr/lib/postgresql/15/bin/pg_ctl -D /data -w start"
    `);
  });
});
