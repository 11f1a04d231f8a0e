import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDaemonBed, type DaemonBed, type ServedDaemon } from '../support/daemon-bed.ts';
import { waitUntil } from '../support/wait-until.ts';

/* `holdfast status` with a real daemon, and without one, on a real cluster from its first minute on. */
let bed: DaemonBed;

const keys = { schedule: { full: '0 2 * * 0' }, objectives: { backupAge: '26h', rpo: '10m' } };

beforeAll(async () => {
  bed = await createDaemonBed({ name: 'hf-d-status', schedule: keys.schedule });
  bed.configure(keys);
});
afterAll(async () => {
  await bed?.[Symbol.asyncDispose]();
});

interface Status {
  readonly status: string;
  readonly from: string;
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly subject: string;
    readonly evidence: string;
    readonly since: string;
    readonly endedAt: string | null;
  }[];
  readonly stanzas: readonly {
    readonly primary: { readonly known: boolean };
    readonly objectives: readonly { readonly objective: string; readonly kept: boolean | null }[];
    readonly repositories: readonly {
      readonly position: { readonly known: boolean };
      readonly archive: { readonly windows?: { readonly contiguous: readonly unknown[] } } | null;
    }[];
  }[];
}

async function status(
  ...args: readonly string[]
): Promise<{ readonly code: number | undefined; readonly seen: Status }> {
  const { code, stdout } = await bed.run(['status', '--json', ...args]);
  return { code, seen: JSON.parse(stdout) as Status };
}

const rulesOf = ({ findings }: Status): readonly string[] => findings.map(({ rule }) => rule);

/** What the daemon says once it fits. */
async function statusWith(what: string, fits: (seen: Status) => boolean): Promise<Status> {
  const found = await waitUntil(
    `status has ${what}`,
    async () => {
      const { seen } = await status();
      return fits(seen) ? seen : undefined;
    },
    { timeoutMs: 90_000 },
  );
  if (found === undefined) throw new Error('nothing');
  return found;
}

async function history(): Promise<Status['findings']> {
  const { stdout } = await bed.mustRun(['status', '--history', '--json']);
  return (JSON.parse(stdout) as Status).findings;
}

/** Changes one byte in the middle of the largest file of a set. @returns what puts it back */
function damage(label: string): () => void {
  const directory = join(bed.configuration.repository('local'), 'backup/main', label, 'pg_data');
  const [file] = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted((left, right) => statSync(right).size - statSync(left).size);
  if (file === undefined) throw new Error(`no file in ${directory}`);
  const before = readFileSync(file);
  const after = Buffer.from(before);
  const middle = Math.floor(after.length / 2);
  after[middle] = (after[middle] ?? 0) ^ 0xff;
  writeFileSync(file, after);
  return () => writeFileSync(file, before);
}

describe('holdfast status', () => {
  it('looks by itself without a daemon, and says that nobody keeps the schedules', async () => {
    const { code, seen } = await status();
    expect(code).toBe(2);
    expect(seen).toMatchObject({ status: 'critical', from: 'command' });
    expect(rulesOf(seen)).toContain('no-backup');
    expect(rulesOf(seen)).toContain('daemon-not-running');
    const text = await bed.run(['status']);
    expect(text.stdout).toContain('CRITICAL  stanza main, repository local: there is no backup');
  });

  it('asks the daemon, which says when each finding began and ended', async () => {
    await using _daemon: ServedDaemon = await bed.serve();
    await statusWith('no backup', (seen) => rulesOf(seen).includes('no-backup'));
    const label = await bed.backup('full');
    const seen = await statusWith(
      'windows and a position',
      (found) =>
        !rulesOf(found).includes('no-backup') &&
        found.stanzas[0]?.repositories[0]?.archive?.windows?.contiguous.length === 1 &&
        found.stanzas[0].repositories[0].position.known,
    );
    expect(seen.from).toBe('daemon');
    expect(seen.findings.filter(({ severity }) => severity !== 'advice')).toEqual([]);
    expect(seen.stanzas[0]?.objectives).toMatchObject([
      { objective: 'backup-age', kept: true },
      { objective: 'rpo', kept: true },
    ]);
    const ended = await waitUntil('the end is written down', async () =>
      (await history()).find(({ rule, endedAt }) => rule === 'no-backup' && endedAt !== null),
    );
    expect(Date.parse(ended?.endedAt ?? '')).toBeGreaterThan(Date.parse(ended?.since ?? ''));

    // The fourth silent failure: pgBackRest's own verify ends with 0 on this.
    const repair = damage(label);
    expect((await bed.run(['verify'])).code).toBe(2);
    const damaged = await statusWith('damage', (found) => rulesOf(found).includes('verify-found-damage'));
    expect(damaged.status).toBe('critical');
    const [finding] = damaged.findings;
    expect(finding?.subject).toBe('stanza main, repository local');
    expect(finding?.evidence).toMatch(new RegExp(`${label}: \\d+ of \\d+ files are valid`));
    expect((await fetch(`http://127.0.0.1:${bed.httpPort}/health`)).status).toBe(503);
    const plugin = await bed.run(['status', '--plugin']);
    expect(plugin.code).toBe(2);
    expect(plugin.stdout).toMatch(
      /^HOLDFAST CRITICAL - 1 critical[^|\n]*what is stored is damaged[^|\n]* \| '/,
    );
    await waitUntil('its beginning is written down', async () =>
      (await history()).find(({ rule }) => rule === 'verify-found-damage'),
    );
    repair();
    await bed.mustRun(['verify']);
    await statusWith('no damage', (found) => !rulesOf(found).includes('verify-found-damage'));
    // An assessment comes at the latest after 30 s, where what was looked at tells of nothing new.
    const over = await waitUntil(
      'its end is written down',
      async () => (await history()).find((one) => one.rule === 'verify-found-damage' && one.endedAt !== null),
      { timeoutMs: 90_000 },
    );
    expect(over?.severity).toBe('critical');
    expect((await bed.run(['status', '--plugin'])).stdout).toMatch(/^HOLDFAST OK - /);
  });

  it('keeps what was open over a restart of the daemon', async () => {
    const before = await history();
    await using _daemon: ServedDaemon = await bed.serve();
    await statusWith('windows', (found) => found.stanzas[0]?.repositories[0]?.position.known === true);
    // One assessment after the looks have ended.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect((await history()).map(({ rule, since, endedAt }) => [rule, since, endedAt])).toEqual(
      before.map(({ rule, since, endedAt }) => [rule, since, endedAt]),
    );
  });
});
