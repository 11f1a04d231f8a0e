import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDaemonBed, type DaemonBed } from '../support/daemon-bed.ts';
import { forArchiving, waitUntil } from '../support/wait-until.ts';

let bed: DaemonBed;

beforeAll(async () => {
  bed = await createDaemonBed({ name: 'pulse', schedule: {} });
  await bed.cluster.sql(`ALTER SYSTEM SET archive_timeout = '2s'`);
  await bed.cluster.sql('SELECT pg_reload_conf()');
  await bed.backup('full');
});
afterAll(() => bed?.[Symbol.asyncDispose]());

interface StatusDocument {
  readonly findings: readonly { readonly rule: string; readonly severity: string }[];
  readonly stanzas: readonly {
    readonly primary: { readonly heartbeatAt: string | null; readonly observedAt: string | null };
    readonly repositories: readonly {
      readonly position: {
        readonly state: string | null;
        readonly restorableUntil: string | null;
        readonly behindSegments: number | null;
      };
    }[];
  }[];
}

async function status(
  ...words: readonly string[]
): Promise<StatusDocument['stanzas'][number] & StatusDocument> {
  const document = (await bed.run(['status', '--json', ...words])).json<StatusDocument>();
  const [stanza] = document.stanzas;
  if (stanza === undefined) throw new Error('no stanza');
  return { ...document, ...stanza };
}

const commits = async (): Promise<string> =>
  bed.cluster.value('SELECT pg_snapshot_xmax(pg_current_snapshot())::text');

describe('a running daemon', () => {
  it('writes heartbeats, and tells by them up to when can be restored', async () => {
    bed.configure(
      { heartbeat: { form: 'message', every: '5s' }, objectives: { rpo: '2m' } },
      { watch: { archive: '5s' } },
    );
    await using _daemon = await bed.serve();
    const first = await waitUntil('a heartbeat', async () => (await status()).primary.heartbeatAt);
    await waitUntil('another one', async () => (await status()).primary.heartbeatAt !== first);
    const position = await waitUntil(
      'it is archived',
      async () => {
        const [repository] = (await status()).repositories;
        const time = repository?.position.restorableUntil ?? '';
        // A segment may be on its way at one look; not at all of them.
        return time >= (first ?? '') && repository?.position.behindSegments === 0
          ? repository.position
          : undefined;
      },
      { ...forArchiving, everyMs: 1000 },
    );
    expect(position?.behindSegments).toBe(0);
    const { findings } = await status();
    expect(findings.filter(({ severity }) => severity === 'critical')).toEqual([]);
  });

  it('writes none where they are off, and no command ever writes one', async () => {
    bed.configure({ heartbeat: 'off' }, { watch: { primary: '5s' } });
    {
      await using _daemon = await bed.serve();
      const seen = await waitUntil('a look', async () => (await status()).primary.observedAt);
      const before = await commits();
      await waitUntil('more looks', async () => (await status()).primary.observedAt !== seen);
      expect(await commits()).toBe(before);
    }
    bed.configure({ heartbeat: { every: '5s' } });
    const before = await commits();
    await status('--direct');
    await delay(100);
    expect(await commits()).toBe(before);
  });
});
