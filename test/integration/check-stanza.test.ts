import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findingsExitCode } from '../../src/model/finding.ts';
import { checkStanza, type CheckReport } from '../../src/jobs/check/check-stanza.ts';
import { renderCheckReport } from '../../src/jobs/check/render-check-report.ts';
import { applySetup } from '../../src/jobs/setup/apply-setup.ts';
import { observeSetup } from '../../src/jobs/setup/observe-setup.ts';
import { planSetup } from '../../src/jobs/setup/plan-setup.ts';
import { renderSetupPlan } from '../../src/jobs/setup/render-setup-plan.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { mountSmallDisk } from '../support/full-disk.ts';
import { archivedSegments, createStanzaBed, type StanzaBed } from '../support/stanza-bed.ts';

const archiving = { archive_mode: 'on' };

async function setUp(
  cluster: TestCluster,
  changes: Parameters<typeof createStanzaBed>[1] = {},
): Promise<StanzaBed> {
  const bed = await createStanzaBed(cluster, changes);
  const outcome = await applySetup(bed.context, {
    consents: new Set(),
    backup: (names) => bed.backup(names),
    makeReportKey: () => bed.makeReportKey(),
    check: () => Promise.resolve(),
    clock: () => performance.now(),
  });
  expect(outcome.heldUp).toEqual([]);
  return bed;
}

function check(bed: StanzaBed, timeoutMs = 20_000): Promise<CheckReport> {
  return checkStanza({ ...bed.context, now: () => Date.now(), hostZone: 'UTC', timeoutMs });
}

function rulesOf(report: CheckReport): string[] {
  return report.findings.map(({ rule, subject }) => `${rule}: ${subject}`);
}

/** Free space of the machine that runs the tests is not what they are about. */
function withoutSpace(report: CheckReport): string[] {
  return rulesOf(report).filter((rule) => !rule.startsWith('disk-space'));
}

describe('check', () => {
  it('sees the segment that was written now arrive in every repository', async () => {
    await using cluster = await createCluster({ name: 'check', settings: archiving });
    const bed = await setUp(cluster);
    const report = await check(bed);
    expect(withoutSpace(report)).toEqual([]);
    const { arrival } = report.observations;
    if (!arrival.tried) throw new Error(arrival.reason);
    expect(arrival.repositories.map(({ repository }) => repository)).toEqual(['local', 'offsite']);
    for (const [index, found] of arrival.repositories.entries()) {
      expect(found.afterMs).toBeGreaterThanOrEqual(0);
      expect(found.checksum).toMatch(/^[0-9a-f]{40}$/);
      expect(archivedSegments(cluster, `repo${index + 1}`)).toContain(arrival.segment);
    }
    const text = renderCheckReport(report);
    expect(text).toContain(`${arrival.segment} arrived in offsite after`);
    expect(text + JSON.stringify(report)).not.toContain('correct horse');
  });

  it('names the one repository of two that cannot be written', async () => {
    await using cluster = await createCluster({ name: 'broken', settings: archiving });
    const bed = await setUp(cluster);
    const archive = cluster.sandbox.file('repo2/archive');
    renameSync(`${archive}/main`, cluster.sandbox.file('archive-away'));
    chmodSync(archive, 0o500);
    cluster.sandbox.defer(() => chmodSync(archive, 0o700));
    // The other repository has it by then, on a busy machine too.
    const report = await check(bed, 15_000);
    expect(findingsExitCode(report.findings)).toBe(2);
    expect(rulesOf(report)).toContain('archive-not-arriving: stanza main, repository offsite');
    expect(rulesOf(report)).not.toContain('archive-not-arriving: stanza main, repository local');
    expect(rulesOf(report)).toContain('engine-check-failed: stanza main');
    expect(renderCheckReport(report)).toContain('CRITICAL  stanza main, repository offsite');
  });

  it.each([
    ['archive-command-foreign', 'cp %p /nowhere/%f'],
    ['archive-command-stanza', 'pgbackrest --stanza=other archive-push %p'],
    ['archive-command-hides-errors', 'pgbackrest --stanza=main archive-push %p || true'],
    ['archive-command-differs', 'pgbackrest --config=/tmp/none.conf --stanza=main archive-push %p 2>&1'],
    ['archive-command-empty', ''],
  ])('finds a wrong archive_command: %s', async (rule, command) => {
    await using cluster = await createCluster({ name: 'wrong', settings: archiving });
    const bed = await setUp(cluster);
    await cluster.sql(`ALTER SYSTEM SET archive_command = '${command}'; SELECT pg_reload_conf()`);
    const report = await check(bed, 1500);
    expect(rulesOf(report)).toContain(`${rule}: stanza main`);
    const arrived = report.observations.arrival;
    expect(arrived.tried && arrived.repositories.every(({ afterMs }) => afterMs === undefined)).toBe(true);
    expect(findingsExitCode(report.findings)).toBe(2);
  });

  it('shows no secret of a command that is not ours, and neither does setup', async () => {
    await using cluster = await createCluster({ name: 'foreign', settings: archiving });
    const bed = await setUp(cluster);
    const command =
      'AWS_SECRET_ACCESS_KEY=m4rk3r wal-g --token m4rk3r --pass=m4rk3r wal-push %p https://u:m4rk3r@h/';
    await cluster.sql(`ALTER SYSTEM SET archive_command = '${command}'; SELECT pg_reload_conf()`);
    const report = await check(bed, 1500);
    const foreign = report.findings.find(({ rule }) => rule === 'archive-command-foreign');
    expect(foreign?.evidence).toContain('AWS_SECRET_ACCESS_KEY=(hidden) wal-g --token (hidden)');
    const setting = report.observations.server?.settings?.['archive_command'];
    expect(setting?.value).toContain('wal-push %p');
    expect(renderCheckReport(report) + JSON.stringify(report)).not.toContain('m4rk3r');
    const plan = planSetup(bed.context.stanza, await observeSetup(bed.context));
    expect(renderSetupPlan(plan)).toContain('it is: AWS_SECRET_ACCESS_KEY=(hidden) wal-g');
    expect(renderSetupPlan(plan) + JSON.stringify(plan)).not.toContain('m4rk3r');
  });

  it('finds what else is wrong, and shows no value of a stray variable', async () => {
    await using cluster = await createCluster({ name: 'odd', checksums: false, settings: archiving });
    const bed = await setUp(cluster, { stanza: 'objectives: { backupAge: 1s }' });
    await cluster.stop();
    await cluster.sandbox.mustRun(
      `${cluster.binaries.directory}/pg_ctl`,
      ['start', '-D', cluster.dataDirectory, '-l', cluster.logFile, '-w'],
      { env: { PGBACKREST_RETENTION_FULL: 'geheim' } },
    );
    const secrets = cluster.sandbox.file('etc/conf.d/holdfast-secrets.conf');
    chmodSync(secrets, 0o644);
    const conf = bed.configuration.engine.configFile;
    writeFileSync(conf, `${readFileSync(conf, 'utf8')}\n`);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const report = await check(bed);
    expect(withoutSpace(report).toSorted()).toEqual(
      [
        'backup-too-old: stanza main, repository local',
        'backup-too-old: stanza main, repository offsite',
        `configuration-edited: ${conf}`,
        `configuration-stale: ${secrets}`,
        'page-checksums-off: stanza main',
        `secrets-readable: ${secrets}`,
        'stray-environment: stanza main',
      ].toSorted(),
    );
    expect(JSON.stringify(report)).toContain('PGBACKREST_RETENTION_FULL');
    expect(JSON.stringify(report)).not.toContain('geheim');
  });

  it('finds the file system of a repository full', async () => {
    await using cluster = await createCluster({ name: 'full', settings: archiving });
    mountSmallDisk(cluster.sandbox, 'repo2', 40);
    const bed = await setUp(cluster);
    const disk = cluster.sandbox.file('repo2');
    await cluster.sandbox.mustRun('dd', ['if=/dev/zero', `of=${disk}/filler`, 'bs=1M', 'count=33']);
    const report = await check(bed);
    const finding = report.findings.find(
      ({ rule, subject }) => rule === 'disk-space' && subject === 'stanza main, repository offsite',
    );
    expect(finding).toBeDefined();
    expect(finding?.evidence).toContain(disk);
  });

  it('takes nothing for granted on a standby and with a server that is down', async () => {
    await using cluster = await createCluster({ name: 'standby', settings: archiving });
    const bed = await setUp(cluster);
    await cluster.stop();
    const down = await check(bed, 2000);
    expect(rulesOf(down)).toContain('server-not-answering: stanza main');
    expect(rulesOf(down)).toContain('archive-not-proven: stanza main');
    expect(findingsExitCode(down.findings)).toBe(2);
    cluster.sandbox.write(`${cluster.dataDirectory}/standby.signal`, '');
    await cluster.start();
    const standby = await check(bed, 2000);
    expect(standby.observations.arrival).toMatchObject({ tried: false, expected: false });
    expect(renderCheckReport(standby)).toContain('this server is a standby');
  });
});
