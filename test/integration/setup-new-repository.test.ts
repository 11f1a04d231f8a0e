import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { archiveWal } from '../support/data.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

/** A cluster that was promoted once, and gets another repository after that. */
let bed: ProtectedBed;

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'newrepo', keys: { heartbeat: 'off' } });
  const { cluster, sandbox } = bed;
  await cluster.stop();
  sandbox.write(`${cluster.dataDirectory}/standby.signal`, '');
  await cluster.start();
  await cluster.sql('SELECT pg_promote()');
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

describe('a repository that is added after a promotion', () => {
  it('gets the history of the timeline, without which nothing could be restored from it', async () => {
    const { configuration, cluster } = bed;
    interface Raw {
      stanzas: { main: { repositories: Record<string, unknown> } };
    }
    const raw = parse(readFileSync(configuration.file, 'utf8')) as Raw;
    const path = configuration.repository('second');
    raw.stanzas.main.repositories['second'] = { type: 'posix', path, retention: { full: 2 } };
    writeFileSync(configuration.file, stringify(raw));
    await bed.mustRun(['setup', '--yes', '--no-backup']);
    expect(readdirSync(`${path}/archive/main/${cluster.binaries.major}-1`)).toContain('00000002.history');
    await cluster.sql('CREATE TABLE after_promotion AS SELECT 1 AS id');
    await bed.backup('full', 'second');
    await cluster.sql('INSERT INTO after_promotion VALUES (2)');
    await archiveWal(cluster);
    await using copy = await bed.restoreCopy('--to', 'latest', '--repo', 'second');
    expect(await copy.value('SELECT count(*) FROM after_promotion')).toBe('2');
  });
});
