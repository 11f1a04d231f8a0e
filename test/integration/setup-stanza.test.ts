import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCatalogue } from '../../src/engine/info.ts';
import { applySetup, type SetupOutcome } from '../../src/jobs/setup/apply-setup.ts';
import { observeSetup } from '../../src/jobs/setup/observe-setup.ts';
import { planSetup } from '../../src/jobs/setup/plan-setup.ts';
import { renderSetupPlan } from '../../src/jobs/setup/render-setup-plan.ts';
import { isSetupComplete, type SetupConsent, type SetupPlan } from '../../src/jobs/setup/setup-plan.ts';
import { runCheck } from '../../src/engine/check.ts';
import { stopServer } from '../../src/postgres/stop-server.ts';
import { createCluster } from '../support/cluster.ts';
import { createStanzaBed, type StanzaBed } from '../support/stanza-bed.ts';

async function apply(bed: StanzaBed, ...consents: SetupConsent[]): Promise<SetupOutcome> {
  return applySetup(bed.context, {
    consents: new Set(consents),
    backup: (names) => bed.backup(names),
    makeReportKey: () => bed.makeReportKey(),
    check: async () => void (await runCheck(bed.engine, bed.stanza.name)),
    clock: () => performance.now(),
  });
}

async function planOf(bed: StanzaBed): Promise<SetupPlan> {
  return planSetup(bed.stanza, await observeSetup(bed.context));
}

function statesOf(plan: SetupPlan): Record<string, string> {
  return Object.fromEntries(plan.steps.map(({ kind, subject, state }) => [`${kind} ${subject}`, state]));
}

describe('setup', () => {
  it('sets a fresh cluster up, restarts only with consent, and has nothing to do afterwards', async () => {
    await using cluster = await createCluster({ name: 'setup' });
    const bed = await createStanzaBed(cluster);
    const text = renderSetupPlan(await planOf(bed));
    expect(text).not.toContain('correct horse');
    expect(text).toContain('ALTER SYSTEM SET');
    const pid = cluster.pid();

    const first = await apply(bed);
    expect(cluster.pid()).toBe(pid);
    expect(first.heldUp.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
      'setting archive_mode',
      'restart server',
    ]);
    expect(first.applied.some(({ kind }) => kind === 'stanza-create')).toBe(true);
    expect(first.applied.some(({ kind }) => kind === 'check' || kind === 'backup')).toBe(false);

    const second = await apply(bed, 'restart');
    expect(second.heldUp).toEqual([]);
    expect(isSetupComplete(second.plan)).toBe(true);
    expect(cluster.pid()).not.toBe(pid);
    // The restart goes on writing to the log that the server was started with.
    expect(cluster.log()).toMatch(/shut down[\s\S]*ready to accept connections/);
    expect(await cluster.value('SHOW archive_timeout')).toBe('1min');
    const { sets } = await readCatalogue(bed.engine, 'main');
    expect(sets.map(({ type, repositoryKey }) => `${type} ${repositoryKey}`).toSorted()).toEqual([
      'full 1',
      'full 2',
    ]);
    expect(statSync(cluster.sandbox.file('etc/conf.d/holdfast-secrets.conf')).mode & 0o777).toBe(0o600);
    for (const path of ['repo1', 'spool', 'etc/conf.d/holdfast-secrets.conf']) {
      expect(statSync(cluster.sandbox.file(path)).uid).toBe(cluster.sandbox.owner.uid);
    }

    const before = readFileSync(`${cluster.dataDirectory}/postgresql.auto.conf`, 'utf8');
    const third = await apply(bed, 'restart', 'force', 'replace-archive-command', 'stanza-upgrade');
    expect(third.applied).toEqual([]);
    expect(readFileSync(`${cluster.dataDirectory}/postgresql.auto.conf`, 'utf8')).toBe(before);
    expect(renderSetupPlan(third.plan)).toContain('everything is set up');
    await stopServer((await createStanzaBed(cluster)).context.server!, { timeoutMs: 60_000 });
  });

  it('shows another archive_command and replaces it only with consent', async () => {
    await using cluster = await createCluster({
      name: 'other',
      settings: { archive_mode: 'on', archive_command: 'cp %p /backup/%f || true' },
    });
    const bed = await createStanzaBed(cluster);
    const first = await apply(bed);
    expect(first.heldUp.find(({ subject }) => subject === 'archive_command')?.reason).toContain(
      'cp %p /backup/%f',
    );
    expect(await cluster.value('SHOW archive_command')).toBe('cp %p /backup/%f || true');
    const second = await apply(bed, 'replace-archive-command');
    expect(second.heldUp).toEqual([]);
    expect(await cluster.value('SHOW archive_command')).toContain('archive-push');
  });

  it('never overwrites a configuration that somebody edited, unless told to', async () => {
    await using cluster = await createCluster({ name: 'edit', settings: { archive_mode: 'on' } });
    const bed = await createStanzaBed(cluster);
    await apply(bed);
    const file = bed.configuration.engine.configFile;
    writeFileSync(file, readFileSync(file, 'utf8').replace('start-fast=y', 'start-fast=n'));
    const held = await apply(bed);
    expect(held.heldUp.map(({ kind }) => kind)).toEqual(['file']);
    expect(held.heldUp[0]?.difference).toContain('start-fast=n');
    expect((await apply(bed, 'force')).heldUp).toEqual([]);
    expect(readFileSync(file, 'utf8')).toContain('start-fast=y');
  });

  it('finishes what a run left that was stopped anywhere', async () => {
    await using cluster = await createCluster({ name: 'half', settings: { archive_mode: 'on' } });
    const bed = await createStanzaBed(cluster);
    for (let step = 1; ; step += 1) {
      let count = 0;
      const stopped = new Error('stopped here');
      try {
        const outcome = await applySetup(bed.context, {
          consents: new Set(),
          backup: (names) => bed.backup(names),
          makeReportKey: () => bed.makeReportKey(),
          check: async () => void (await runCheck(bed.engine, 'main')),
          clock: () => performance.now(),
          onEvent: ({ kind, step: { kind: what } }) => {
            // The check leaves nothing that a later run could see: it is proven anew before the backups.
            if (kind === 'ended' || what === 'check') return;
            count += 1;
            if (count > 1) throw stopped;
          },
        });
        expect(outcome.heldUp).toEqual([]);
        break;
      } catch (error) {
        if (error !== stopped) throw error;
      }
      expect(step).toBeLessThan(12);
    }
    expect(isSetupComplete(await planOf(bed))).toBe(true);
    // One full backup a repository, however often it was begun anew.
    expect((await readCatalogue(bed.engine, 'main')).sets).toHaveLength(2);
  });

  it('gives a role of its own what backups and heartbeats need and no more', async () => {
    await using cluster = await createCluster({ name: 'role', settings: { archive_mode: 'on' } });
    const bed = await createStanzaBed(cluster, {
      node: 'databaseUser: pgbackrest',
      stanza: 'heartbeat: { form: table }',
    });
    expect(renderSetupPlan(await planOf(bed))).toContain('CREATE TABLE holdfast.heartbeat');
    cluster.sandbox.write(
      `${cluster.dataDirectory}/pg_hba.conf`,
      'local all postgres trust\nlocal all pgbackrest peer map=holdfast\n',
    );
    await cluster.sql('SELECT pg_reload_conf()');
    const first = await apply(bed);
    expect(first.heldUp.map(({ kind }) => kind)).toEqual(['authentication']);
    expect(renderSetupPlan(first.plan)).toContain('holdfast postgres pgbackrest');
    cluster.sandbox.write(`${cluster.dataDirectory}/pg_ident.conf`, 'holdfast postgres pgbackrest\n');
    await cluster.sql('SELECT pg_reload_conf()');
    expect((await apply(bed)).heldUp).toEqual([]);
    expect(await cluster.value(`SELECT rolsuper FROM pg_roles WHERE rolname = 'pgbackrest'`)).toBe('f');
    const may = (what: string): Promise<string> => cluster.value(`SELECT has_${what}`);
    expect(await may(`table_privilege('pgbackrest', 'holdfast.heartbeat', 'UPDATE')`)).toBe('t');
    expect(await may(`table_privilege('pgbackrest', 'holdfast.heartbeat', 'TRUNCATE')`)).toBe('f');
    expect(await may(`schema_privilege('pgbackrest', 'holdfast', 'CREATE')`)).toBe('f');
    expect(await may(`function_privilege('pgbackrest', 'pg_ls_waldir()', 'EXECUTE')`)).toBe('t');
    expect(await may(`function_privilege('pgbackrest', 'pg_read_file(text)', 'EXECUTE')`)).toBe('f');
  });

  it('upgrades a stanza to another database only with consent', async () => {
    await using cluster = await createCluster({ name: 'one', settings: { archive_mode: 'on' } });
    const bed = await createStanzaBed(cluster);
    await apply(bed);
    await cluster.stop('immediate');
    rmSync(cluster.dataDirectory, { recursive: true });
    // Another cluster under the same path, as after initdb by hand or pg_upgrade.
    await using other = await createCluster({
      name: 'one',
      sandbox: cluster.sandbox,
      settings: { archive_mode: 'on' },
    });
    const after = await createStanzaBed(other);
    const held = await apply(after);
    expect(held.heldUp.map(({ kind }) => kind)).toContain('stanza-upgrade');
    const done = await apply(after, 'stanza-upgrade');
    expect(done.heldUp).toEqual([]);
    expect(done.applied.some(({ kind }) => kind === 'stanza-upgrade')).toBe(true);
  });

  it('changes only settings on a standby, and says so', async () => {
    await using cluster = await createCluster({ name: 'stand', settings: { archive_mode: 'on' } });
    await cluster.stop();
    cluster.sandbox.write(`${cluster.dataDirectory}/standby.signal`, '');
    await cluster.start();
    const bed = await createStanzaBed(cluster);
    const { plan, heldUp } = await apply(bed);
    expect(heldUp).toEqual([]);
    expect(statesOf(plan)).toMatchObject({
      'setting archive_command': 'done',
      'stanza-create main': 'skipped',
      'check main': 'skipped',
      'backup local': 'skipped',
    });
    expect(renderSetupPlan(plan)).toContain('this server is a standby');
  });

  it('waits for a server that does not run', async () => {
    await using cluster = await createCluster({ name: 'down', started: false });
    const { heldUp, applied } = await apply(await createStanzaBed(cluster));
    expect(heldUp.map(({ kind }) => kind)).toEqual(['server']);
    expect([...new Set(applied.map(({ kind }) => kind))]).toEqual(['directory', 'report-key', 'file']);
  });
});
