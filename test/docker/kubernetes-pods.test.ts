import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { Pod } from './pod.ts';
import {
  buildPodImage,
  mustRunJob,
  podBed,
  podStanza,
  smallPods,
  sql,
  startDatabase,
} from './pod-scenario.ts';

let image = '';

beforeAll(async () => {
  image = await buildPodImage();
});

/** Setup takes a full backup into both repositories once the server is there. */
async function waitForBackups(pod: Pod): Promise<void> {
  try {
    await waitUntil(
      'setup took the first backup into both repositories',
      async () => {
        const { stdout } = await pod.exec('holdfast', ['holdfast', 'info', '--json']);
        return (stdout.match(/"label":/g) ?? []).length >= 2;
      },
      { timeoutMs: 180_000, everyMs: 2000 },
    );
  } catch (error) {
    throw new Error(`${String(error)}\n${await pod.logs('holdfast')}\n${await pod.logs('postgres')}`, {
      cause: error,
    });
  }
}

describe('a pod with Holdfast beside the server', () => {
  it('archives, backs up, is restored by a Job and drilled by another', async () => {
    await using sandbox = await createSandbox('pods');
    const bed = await podBed(sandbox, 'hfk-side', image, (directory) => ({
      stanzas: { main: podStanza(directory) },
      server: { token: `file:${join(directory, 'token')}` },
      deploy: {
        kubernetes: {
          image,
          resources: smallPods,
          storage: { repositoryAccess: 'ReadWriteMany' },
        },
      },
    }));
    const pod = await startDatabase(bed, 'one');

    await waitForBackups(pod);
    const ask = async (path: string, token = ''): Promise<string> =>
      pod.mustExec('holdfast', [
        'node',
        '-e',
        `fetch('http://127.0.0.1:7432${path}', { headers: ${token === '' ? '{}' : `{ authorization: 'Bearer ${token}' }`} }).then((r) => console.log(r.status))`,
      ]);
    expect([await ask('/live'), await ask('/metrics')]).toEqual(['200', '401']);
    expect(await ask('/metrics', 'token-of-the-test-1234567890')).toBe('200');

    // Files, owners, modes, directories, arrival of WAL: everything that check looks at.
    const check = await pod.exec('holdfast', ['holdfast', 'check', '--json']);
    expect({ code: check.code, findings: JSON.parse(check.stdout).findings }).toEqual({
      code: 0,
      findings: [],
    });

    await pod.mustExec(
      'postgres',
      sql('CREATE TABLE kept (id int); INSERT INTO kept SELECT generate_series(1, 1000)'),
    );
    await pod.mustExec('holdfast', ['holdfast', 'backup', '--type', 'incr', '--yes']);
    await pod.mustExec('postgres', sql('INSERT INTO kept VALUES (1001); SELECT pg_switch_wal()'));

    const status = await pod.exec('holdfast', ['holdfast', 'status', '--json']);
    expect(JSON.parse(status.stdout).findings).toEqual([]);

    // A restore in the place of the running server is refused before anything is stopped.
    const refused = await pod.exec('holdfast', ['holdfast', 'restore', '--to', 'latest', '--yes']);
    expect([refused.code, refused.stderr]).toEqual([86, expect.stringContaining('HINT')]);
    expect(await pod.mustExec('postgres', sql('SELECT count(*) FROM kept'))).toBe('1001');
    const early = await bed.jobPod('overlays/restore', 'main-restore', 'early');
    expect(await early.begin()).toBeUndefined();
    const locked = await early.runJob();
    expect([locked.code, locked.stderr]).toEqual([86, expect.stringContaining('a server uses this volume')]);
    await early.remove();

    await pod.stop();
    await mustRunJob(bed, 'overlays/restore', 'main-restore');

    const restored = await startDatabase(bed, 'two');
    expect(await restored.mustExec('postgres', sql('SELECT count(*), pg_is_in_recovery() FROM kept'))).toBe(
      '1001|f',
    );
    await restored.mustExec('postgres', sql('INSERT INTO kept VALUES (1002)'));
    await restored.stop();

    // The same Job undoes it: what was written since is gone with the restored data, which is kept aside.
    const undo = await bed.jobPod('overlays/restore', 'main-restore', 'undo');
    expect(await undo.begin()).toBeUndefined();
    const undone = await undo.runJob(['undo']);
    expect({ code: undone.code, said: undone.code === 0 ? '' : undone.stdout + undone.stderr }).toEqual({
      code: 0,
      said: '',
    });
    await undo.remove();
    const again = await startDatabase(bed, 'undone');
    expect(await again.mustExec('postgres', sql('SELECT count(*) FROM kept'))).toBe('1001');

    const drill = await bed.jobPod('overlays/drill', 'main-drill', 'drill');
    expect(await drill.begin()).toBeUndefined();
    const drilled = await drill.runJob();
    expect(drilled.stdout + drilled.stderr).toContain('passed');
    expect(drilled.code).toBeLessThan(2);
    await drill.remove();

    // The node is lost: what a killed server leaves keeps nobody from starting, though its pid may be another's.
    await again.remove();
    const third = await startDatabase(bed, 'three');
    expect(await third.mustExec('postgres', sql('SELECT count(*) FROM kept'))).toBe('1001');
    await third.stop();

    // A server that recovers and lets nobody in is alive and not ready, as long as it takes.
    const directory = join(bed.claim('data-main-0'), 'main');
    appendFileSync(join(directory, 'postgresql.auto.conf'), 'hot_standby = off\n');
    writeFileSync(join(directory, 'standby.signal'), '');
    const recovering = await bed.databasePod('overlays/production', 'four');
    expect((await recovering.begin())?.stderr).toBeUndefined();
    await recovering.start();
    const { livenessProbe, readinessProbe, startupProbe } = recovering.container('postgres');
    await waitUntil('it recovers', async () =>
      (await recovering.logs('postgres')).includes('consistent recovery state reached'),
    );
    const probe = async (asked: typeof readinessProbe): Promise<number | undefined> =>
      (await recovering.exec('postgres', asked?.exec?.command ?? [])).code;
    expect([await probe(startupProbe), await probe(livenessProbe), await probe(readinessProbe)]).toEqual([
      0, 0, 1,
    ]);
    await recovering.stop();
  });

  it('makes no empty server in place of one that has backups', async () => {
    await using sandbox = await createSandbox('podempty');
    const bed = await podBed(sandbox, 'hfk-empty', image, (directory) => ({
      stanzas: { main: podStanza(directory) },
      server: { token: `file:${join(directory, 'token')}` },
      deploy: { kubernetes: { image, resources: smallPods } },
    }));
    const pod = await startDatabase(bed, 'one');
    await waitForBackups(pod);
    await pod.stop();
    rmSync(bed.claim('data-main-0'), { recursive: true });
    const lost = await bed.databasePod('overlays/production', 'two');
    const failed = await lost.begin();
    expect(failed?.code).toBe(1);
    expect(failed?.stderr).toContain('a repository has backups of main: restore them');
    await lost.remove();

    await mustRunJob(bed, 'overlays/restore', 'main-restore');
    const again = await startDatabase(bed, 'three');
    await again.stop();
  });
});
