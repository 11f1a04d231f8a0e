import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestorePlan } from '../../src/recovery/restore-plan.ts';
import { createPlanBed, passphrase, type PlanBed } from '../support/plan-bed.ts';

/* A cluster with a tablespace, whose second repository cannot be opened and whose data directory gets lost. */
let bed: PlanBed;
let tablespace: string;
let oid: string;

beforeAll(async () => {
  bed = await createPlanBed({}, 'lz4');
  tablespace = bed.sandbox.directory('fast');
  await bed.cluster.sql(`CREATE TABLESPACE fast LOCATION '${tablespace}'`);
  await bed.cluster.sql('CREATE TABLE known (id integer) TABLESPACE fast');
  oid = await bed.cluster.value("SELECT oid FROM pg_tablespace WHERE spcname = 'fast'");
  await bed.backup(1, 'full');
  await bed.commit('INSERT INTO known VALUES (1)');
  await bed.flush();
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

const rules = (plan: RestorePlan): string[] => plan.refusals.map((finding) => finding.rule);

describe('tablespaces', () => {
  it('are moved aside in place and get directories of their own beside production', async () => {
    const inPlace = await bed.plan('latest');
    expect(inPlace.tablespaces).toEqual([{ oid, name: 'fast', from: tablespace, to: tablespace }]);
    const [moved] = inPlace.directories.tablespaces ?? [];
    expect(moved?.path).toMatch(/\/fast\/PG_\d+_\d+$/);
    expect(moved?.aside).toBe(`${moved?.path}.holdfast-${inPlace.id}`);
    const into = bed.sandbox.file('copy');
    const beside = await bed.plan('latest', { into });
    expect(rules(beside)).toEqual([]);
    expect(beside.tablespaces[0]?.to).toBe(`${into}-tablespaces/${oid}`);
    expect(beside.server.port).not.toBe(bed.cluster.port);
  });
});

describe('a repository with a wrong passphrase', () => {
  it('is passed over, and named when nothing else is left', async () => {
    bed.setPassphrase('another one');
    try {
      const plan = await bed.plan('latest');
      expect(plan.repository.name).toBe('local');
      expect(plan.warnings.map((finding) => finding.rule)).toContain('repository-unreadable');
      await expect(bed.plan('latest', { repositoryName: 'offsite' })).rejects.toMatchObject({
        kind: 'passphrase-wrong',
      });
    } finally {
      bed.setPassphrase(passphrase);
    }
  });

  it('does not hide that a repository has no set', async () => {
    const failure = bed.plan('latest', { repositoryName: 'offsite' });
    await expect(failure).rejects.toMatchObject({ kind: 'target-unreachable' });
    await expect(bed.plan('latest', { repositoryName: 'nowhere' })).rejects.toMatchObject({ kind: 'usage' });
  });
});

describe('a lost cluster', () => {
  it('is planned without its control file', async () => {
    await bed.cluster.stop('fast');
    const control = `${bed.cluster.dataDirectory}/global/pg_control`;
    renameSync(control, `${control}.gone`);
    const damaged = await bed.plan('latest', { repositoryName: 'local' });
    expect(rules(damaged)).toEqual([]);
    expect(damaged.reasons.join('\n')).toContain('no readable control file');
    renameSync(`${control}.gone`, control);
  });

  it('is planned without its data directory', async () => {
    const { dataDirectory } = bed.cluster;
    renameSync(dataDirectory, `${dataDirectory}.gone`);
    const lost = await bed.plan('latest', { repositoryName: 'local' });
    renameSync(`${dataDirectory}.gone`, dataDirectory);
    expect(rules(lost)).toEqual([]);
    expect(lost.directories.aside).toBeUndefined();
    expect(lost.steps.map((step) => step.name)).not.toContain('move-aside');
  });
});
