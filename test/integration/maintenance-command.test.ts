import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../src/store/open-journal.ts';
import { identifyProcess } from '../../src/process/process-identity.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createExpireBed, type ExpireBed } from './expire-bed.ts';

interface MaintenanceDocument {
  readonly run?: string;
  readonly actions: readonly {
    readonly kind: string;
    readonly place: string;
    readonly to?: string;
    readonly result?: string;
  }[];
  readonly findings: readonly { readonly rule: string; readonly evidence: string }[];
}

const daySeconds = 86_400;
let bed: ExpireBed;
let logs: string;
let spool: string;
beforeAll(async () => {
  bed = await createExpireBed({ name: 'maintain' });
  logs = bed.bed.configuration.logDirectory;
  spool = bed.bed.configuration.spoolDirectory;
});
afterAll(() => bed[Symbol.asyncDispose]());
beforeEach(() => {
  for (const name of readdirSync(logs)) rmSync(join(logs, name));
});

async function maintain(
  ...args: readonly string[]
): Promise<MaintenanceDocument & { readonly code: number | undefined }> {
  const result = await bed.bed.mustRun(['maintenance', '--json', ...args]);
  return { ...result.json<MaintenanceDocument>(), code: result.code };
}

/** Writes a file of the engine's user that was last written so many days ago. */
function writeOld(file: string, content: string, days: number): void {
  bed.bed.sandbox.write(file, content, 0o640);
  const time = Date.now() / 1000 - days * daySeconds;
  utimesSync(file, time, time);
}

function lines(daysAgo: number): string {
  const time = new Date(Date.now() - daysAgo * daySeconds * 1000)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ');
  return `-------------------PROCESS START-------------------\n${time}.123 P00   INFO: backup command begin\n`;
}

describe('maintenance of logs', () => {
  it('rotates logs that began long ago or are large, and removes rotated ones after 30 days', async () => {
    bed.bed.sandbox.write(join(logs, 'main-backup.log'), lines(20), 0o640);
    bed.bed.sandbox.write(join(logs, 'main-expire.log'), lines(1), 0o640);
    bed.bed.sandbox.write(join(logs, 'main-archive-push-async.log'), 'x'.repeat(11 * 1024 * 1024), 0o640);
    writeOld(join(logs, 'main-backup.log.20260101T000000Z'), lines(60), 31);
    writeOld(join(logs, 'main-verify.log.20260101T000000Z'), lines(60), 29);
    writeOld(join(logs, 'other-backup.log'), lines(60), 60);
    writeOld(join(logs, 'main-notes.log'), lines(60), 60);
    const before = readFileSync(join(logs, 'main-backup.log'), 'utf8');

    const dry = await maintain('--dry-run');
    expect(dry.actions.map((action) => action.kind).toSorted()).toEqual([
      'remove-file',
      'rotate-log',
      'rotate-log',
    ]);
    expect(dry.run).toBeUndefined();
    expect(readdirSync(logs)).toHaveLength(7);

    const done = await maintain();
    expect(done.code).toBe(0);
    expect(done.actions.every((action) => action.result === 'done')).toBe(true);
    const left = readdirSync(logs).toSorted();
    expect(left.map((name) => name.replace(/\d{8}T\d{6}Z$/, 'TIME'))).toEqual([
      'main-archive-push-async.log.TIME',
      'main-backup.log.TIME',
      'main-expire.log',
      'main-notes.log',
      'main-verify.log.TIME',
      'other-backup.log',
    ]);
    const rotated = left.find((name) => name.startsWith('main-backup.log.')) ?? '';
    expect(readFileSync(join(logs, rotated), 'utf8')).toBe(before);
    expect(await maintain()).toMatchObject({ actions: [] });
  });

  it('follows no link', async () => {
    const precious = bed.bed.sandbox.write('precious', lines(60));
    utimesSync(precious, 1, 1);
    symlinkSync(precious, join(logs, 'main-backup.log'));
    symlinkSync(precious, join(logs, 'main-backup.log.20200101T000000Z'));
    expect((await maintain()).actions).toEqual([]);
    expect(existsSync(precious)).toBe(true);
    const away = bed.bed.sandbox.directory('away');
    const runLog = join(away, 'backup-20200101T000000Z-0000.log');
    writeOld(runLog, 'x', 60);
    const own = join(bed.bed.configuration.stateDirectory, 'logs');
    rmSync(own, { recursive: true, force: true });
    symlinkSync(away, own);
    try {
      expect((await maintain('--dry-run')).actions).toEqual([]);
    } finally {
      rmSync(own);
    }
    expect(existsSync(runLog)).toBe(true);
  });

  it('removes old logs of runs, but never the one of a run that has not ended', async () => {
    const own = join(bed.bed.configuration.stateDirectory, 'logs');
    const unfinished = 'backup-20260101T000000Z-0001';
    using journal = openJournal(bed.bed.configuration.stateDirectory, {
      owner: bed.bed.sandbox.runAs,
      now: () => Date.now() - 60 * daySeconds * 1000,
    });
    const actor = { user: 'test', host: 'test', via: 'cli' };
    const run = { kind: 'backup', stanza: 'main', repository: 'local', actor, cause: 'test' } as const;
    journal.startRun({ ...run, id: unfinished, facts: {}, process: undefined });
    const finished = 'backup-20260101T000000Z-0002';
    journal.startRun({ ...run, id: finished, facts: {}, process: undefined });
    journal.finishRun(finished, { result: 'ok' });
    for (const id of [unfinished, finished, 'verify-20260101T000000Z-0003'])
      writeOld(join(own, `${id}.log`), 'x', 40);
    writeOld(join(own, 'something-else'), 'x', 40);
    await maintain();
    expect(readdirSync(own).toSorted()).toEqual([`${unfinished}.log`, 'something-else']);
    journal.finishRun(unfinished, { result: 'failed' });
    await maintain();
    expect(readdirSync(own)).toEqual(['something-else']);
  });

  it('goes on after it was killed in the middle', async () => {
    const count = 1500;
    for (let index = 0; index < count; index += 1) {
      const name = `main-backup.log.2026${String(index).padStart(4, '0')}T000000Z`;
      writeOld(join(logs, name), 'x', 40);
    }
    writeOld(join(logs, 'main-notes.log'), 'x', 40);
    const killed = await bed.bed.run(['maintenance'], {
      killAt: () => readdirSync(logs).length < count - 100,
    });
    expect(killed.signal).toBe('SIGKILL');
    const left = readdirSync(logs).length;
    expect(left).toBeGreaterThan(1);
    const done = await maintain();
    expect(done.actions).toHaveLength(left - 1);
    expect(readdirSync(logs)).toEqual(['main-notes.log']);
  });
});

describe('maintenance of the rest', () => {
  it('tells of a stop file and leaves it', async () => {
    await bed.engine('stop');
    try {
      const told = await maintain();
      expect(told).toMatchObject({ code: 1, findings: [{ rule: 'stop-file' }] });
      expect(existsSync(join(bed.bed.configuration.lockDirectory, 'main.stop'))).toBe(true);
    } finally {
      await bed.engine('start');
      // The archiver has given up for a minute; a new segment wakes it.
      await bed.bed.cluster.sql("SELECT pg_logical_emit_message(false, 'x', 'y'); SELECT pg_switch_wal()");
    }
    expect((await maintain()).code).toBe(0);
  });

  it('removes from the spool only what provably serves nobody', async () => {
    const out = join(spool, 'archive', 'main', 'out');
    const fetched = join(spool, 'archive', 'main', 'in');
    const present = await bed.bed.cluster.value('SELECT pg_walfile_name(pg_current_wal_lsn())');
    writeOld(join(out, '0000000100000000000000AA.ok'), '', 8);
    writeOld(join(out, '0000000100000000000000AB.error'), 'x', 8);
    writeOld(join(out, '0000000100000000000000AC.ok'), '', 1);
    writeOld(join(out, `${present}.error`), 'x', 8);
    writeOld(join(fetched, '0000000100000000000000AA'), 'x', 8);
    writeOld(join(fetched, 'notes'), 'x', 8);
    const told = await maintain();
    expect(told.findings).toMatchObject([{ rule: 'spool-leftovers' }]);
    // The server's own archiving writes here too.
    const left = readdirSync(out).filter((name) => name.includes('0000A') || name.endsWith('.error'));
    expect(left.toSorted()).toEqual([`${present}.error`, '0000000100000000000000AC.ok'].toSorted());
    expect(readdirSync(fetched)).toEqual(['notes']);
    rmSync(join(spool, 'archive'), { recursive: true });
  });

  it('leaves WAL that was fetched for a server in recovery', async () => {
    const fetched = join(spool, 'archive', 'main', 'in');
    writeOld(join(fetched, '0000000100000000000000AA'), 'x', 8);
    const signal = join(bed.bed.cluster.dataDirectory, 'standby.signal');
    bed.bed.sandbox.write(signal, '');
    try {
      expect((await maintain('--dry-run')).actions).toEqual([]);
    } finally {
      rmSync(signal);
    }
    expect((await maintain('--dry-run')).actions).toHaveLength(1);
    rmSync(join(spool, 'archive'), { recursive: true });
  });

  it('removes a pin whose time is over', async () => {
    const label = await bed.take('full');
    await bed.bed.mustRun(['pin', label, '--until', '2s']);
    await waitUntil('the pin is over', async () => {
      const listed = await bed.bed.mustRun(['pin', '--json']);
      return listed.json<{ pins: { binds: boolean }[] }>().pins.every((pin) => !pin.binds);
    });
    expect((await maintain()).actions).toMatchObject([{ kind: 'remove-pin', result: 'done' }]);
    expect((await bed.bed.mustRun(['pin'])).stdout).toBe('no set is pinned');
  });

  it('removes what it made of restores that ended long ago, and never data of a cluster', async () => {
    const { outcome } = await bed.bed.restore('--to', 'latest');
    const state = bed.bed.configuration.stateDirectory;
    const salvage = join(state, 'salvage', outcome.id);
    const told = await maintain();
    expect(told.findings).toMatchObject([{ rule: 'kept-directory' }]);
    expect(told.findings[0]?.evidence).toContain('finished');
    expect(existsSync(outcome.aside ?? 'none')).toBe(true);
    expect(existsSync(salvage)).toBe(true);
    expect(told.actions).toEqual([]);
    using journal = openJournal(state, { owner: bed.bed.sandbox.runAs, now: () => Date.now() });
    ageRun(state, outcome.id);
    journal.reopenRun(outcome.id, identifyProcess(process.pid));
    expect((await maintain()).actions).toEqual([]);
    ageRun(state, outcome.id);

    const marks = [join(salvage, 'PG_VERSION'), join(salvage, 'base')];
    bed.bed.sandbox.write(marks[0] ?? '', '15\n');
    const refused = await maintain();
    expect(refused.findings.map((finding) => finding.rule)).toContain('left-alone');
    rmSync(marks[0] ?? '');
    symlinkSync(outcome.aside ?? 'none', join(salvage, '000000010000000000000001'));
    expect((await maintain()).findings.map((finding) => finding.rule)).toContain('left-alone');
    rmSync(join(salvage, '000000010000000000000001'));

    const done = await maintain();
    expect(done.actions.at(-1)).toMatchObject({ kind: 'remove-directory', place: salvage, result: 'done' });
    expect(existsSync(salvage)).toBe(false);
    expect(existsSync(join(outcome.aside ?? 'none', 'PG_VERSION'))).toBe(true);
  });

  it('removes the directories of a copy only when the copy is gone', async () => {
    const copy = await bed.bed.restoreCopy('--to', 'latest');
    await copy.stop();
    const { id } = copy.outcome;
    const state = bed.bed.configuration.stateDirectory;
    const engine = join(state, 'copies', id);
    mkdirSync(engine, { recursive: true });
    bed.bed.sandbox.write(join(engine, 'spool', 'archive', 'x'), 'x');
    ageRun(state, id);
    await maintain();
    expect(existsSync(engine)).toBe(true);
    rmSync(copy.directory, { recursive: true });
    await maintain();
    expect(existsSync(engine)).toBe(false);
  });
});

/** Lets a run have ended 60 days ago. */
function ageRun(stateDirectory: string, id: string): void {
  using journal = openJournal(stateDirectory, {
    owner: bed.bed.sandbox.runAs,
    now: () => Date.now() - 60 * daySeconds * 1000,
  });
  journal.finishRun(id, { result: 'ok' });
  if (bed.bed.sandbox.runAs !== undefined) {
    const { uid, gid } = bed.bed.sandbox.runAs;
    for (const name of readdirSync(stateDirectory))
      if (name.startsWith('journal')) chownSync(join(stateDirectory, name), uid, gid);
  }
}
