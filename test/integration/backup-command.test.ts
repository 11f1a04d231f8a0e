import { chmodSync, chownSync, existsSync, renameSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesOf } from '../support/processes.ts';
import { testUser } from '../support/test-user.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createCommandLineBed, type CommandLineBed } from './command-line-bed.ts';

interface RepositoryResult {
  readonly repository: string;
  readonly ok: boolean;
  readonly run: string;
  readonly label?: string;
  readonly type?: string;
  readonly clusterBytes?: number;
  readonly error?: { readonly kind: string };
}
interface BackupDocument {
  readonly ok: boolean;
  readonly command: string;
  readonly repositories: readonly RepositoryResult[];
}
interface ErrorDocument {
  readonly ok: boolean;
  readonly command: string;
  readonly error: {
    readonly kind: string;
    readonly code: number;
    readonly place: string;
    readonly problem: string;
    readonly details: { readonly repositories: readonly RepositoryResult[] };
  };
}
interface Journal {
  readonly runs: readonly {
    readonly id: string;
    readonly result: string;
    readonly repository: string;
    readonly label?: string;
    readonly kind: string;
  }[];
}

let bed: CommandLineBed;
beforeAll(async () => {
  bed = await createCommandLineBed('backup');
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

/** Backups only: each is followed by an expire. */
async function runsOfJournal(): Promise<Journal['runs']> {
  const { runs } = (await bed.mustRun(['journal', '--json'])).json<Journal>();
  return runs.filter((run) => run.kind === 'backup');
}

describe('holdfast backup', () => {
  it('falls forward to a full backup in both repositories and says so before it starts', async () => {
    expect((await bed.run(['info'])).code).toBe(1);
    const result = await bed.mustRun(['backup', '--annotation', 'why=first of all']);
    const full = result.stderr.split('\n').filter((line) => line.includes('there is no full backup yet'));
    expect(full).toEqual([
      'holdfast: full backup of main into local (incr was asked for, but there is no full backup yet)',
      'holdfast: full backup of main into offsite (incr was asked for, but there is no full backup yet)',
    ]);
    expect(result.stdout).toMatch(/^repository {2}result .*\nlocal .* ok .* full .*\noffsite .* ok .* full /);
    expect((await bed.run(['info'])).code).toBe(0);
  });

  it('keeps with each set who took it, where, why and in which run', async () => {
    const { sets } = (await bed.mustRun(['info', '--json', '--repo', 'offsite'])).json<{
      sets: unknown;
      repositories: { sets: { label: string }[] }[];
    }>().repositories[0] as { sets: { label: string }[] };
    const label = sets[0]?.label ?? '';
    const engine = JSON.parse(await bed.engine('info', '--output=json', '--repo=2', `--set=${label}`)) as {
      backup: { annotation: Record<string, string> }[];
    }[];
    const [run] = await runsOfJournal();
    expect(engine[0]?.backup[0]?.annotation).toMatchObject({
      why: 'first of all',
      'holdfast-run': run?.id,
      'holdfast-cause': expect.stringContaining('backup --annotation'),
      'holdfast-by': expect.stringMatching(/^(root|postgres)/),
    });
    const described = await bed.mustRun(['info', '--set', label]);
    expect(described.stdout).toMatch(/note why +first of all/);
    expect(described.stdout).toMatch(/repository +offsite \(repo2\)/);
  });

  it('gives the documented JSON and builds on the full backup', async () => {
    const result = await bed.mustRun(['backup', '--json', '--type', 'diff', '--repo', 'local']);
    const document = result.json<BackupDocument>();
    expect(document).toMatchObject({ ok: true, command: 'backup', stanza: 'main' });
    expect(document.repositories).toHaveLength(1);
    expect(document.repositories[0]).toMatchObject({ repository: 'local', key: 1, ok: true, type: 'diff' });
    expect(document.repositories[0]?.clusterBytes).toBeGreaterThan(1_000_000);
    expect(document.repositories[0]?.label).toMatch(/^\d{8}-\d{6}F_\d{8}-\d{6}D$/);
  });

  it('goes on with the others when one repository is broken, and names it', async () => {
    const { local } = bed.repositories;
    renameSync(`${local}/backup`, `${local}/backup.gone`);
    try {
      const result = await bed.run(['backup', '--json']);
      expect(result.code).toBe(95);
      const { error, ok } = result.json<ErrorDocument>();
      expect(ok).toBe(false);
      expect(error).toMatchObject({ kind: 'backup-incomplete', code: 95, place: 'local' });
      expect(error.problem).toMatch(/^failed in 1 of 2 repositories: local: \[055\]/);
      const [broken, sound] = error.details.repositories;
      expect(broken).toMatchObject({ repository: 'local', ok: false });
      expect(sound).toMatchObject({ repository: 'offsite', ok: true, type: 'incr' });
      const runs = await runsOfJournal();
      expect(runs.slice(0, 2).map((run) => [run.repository, run.result])).toEqual([
        ['offsite', 'ok'],
        ['local', 'failed'],
      ]);
      const text = await bed.run(['backup']);
      expect(text.code).toBe(95);
      expect(text.stdout).toMatch(/local +failed .*\noffsite +ok /);
      expect(text.stderr).toMatch(/^holdfast: back up stanza main \(local\): failed in 1 of 2/m);
      expect(text.stderr).toMatch(/^HINT: local: /m);
    } finally {
      renameSync(`${local}/backup.gone`, `${local}/backup`);
    }
  });

  it('ends with the failure of the repository itself when only one was asked for', async () => {
    const { offsite } = bed.repositories;
    chmodSync(`${offsite}/backup`, 0o000);
    try {
      const result = await bed.run(['backup', '--json', '--repo', 'offsite']);
      const { error } = result.json<ErrorDocument>();
      expect(error.kind).not.toBe('backup-incomplete');
      expect(result.code).toBe(error.code);
      expect(result.code).toBeGreaterThanOrEqual(64);
    } finally {
      chmodSync(`${offsite}/backup`, 0o750);
    }
  });

  it('stops at Ctrl-C: exit code 130, no engine left, the journal says interrupted', async () => {
    await bed.cluster.sql(
      'CREATE TABLE ballast AS SELECT i, repeat(md5(i::text), 20) AS t FROM generate_series(1, 60000) AS i',
    );
    const controller = new AbortController();
    const running = bed.run(['backup', '--type', 'full'], { signal: controller.signal });
    const engines = (): number =>
      processesOf(bed.cluster.sandbox.path).filter((one) => /pgbackrest.* backup /.test(one.command)).length;
    await waitUntil('the engine runs', () => engines() > 0);
    controller.abort();
    const result = await running;
    expect(result.code).toBe(130);
    expect(result.stderr).toMatch(/SIGINT: stopping as soon as it is safe/);
    expect(engines()).toBe(0);
    const [latest] = await runsOfJournal();
    expect(latest).toMatchObject({ kind: 'backup', repository: 'local', result: 'interrupted' });
    // The next one works: nothing is locked, and the journal holds nothing that is still running.
    expect((await bed.mustRun(['backup', '--type', 'full', '--quiet'])).stderr).toBe('');
  });

  it('kills an engine that does not listen at the second Ctrl-C', async () => {
    const find = (pattern: RegExp): readonly number[] =>
      processesOf(bed.cluster.sandbox.path)
        .filter((one) => pattern.test(one.command))
        .map((one) => one.pid);
    const controller = new AbortController();
    const engine = /pgbackrest.* backup .*--repo=1/;
    // An engine that is stopped like this gets no SIGTERM delivered until it goes on.
    let frozen = false;
    const running = bed.run(['backup', '--type', 'full', '--repo', 'local'], {
      signal: controller.signal,
      onLine: (line) => {
        if (!/once more \(Ctrl-C\) kills/.test(line)) return;
        const [holdfast] = find(/main\.js .* backup /);
        if (frozen && holdfast !== undefined) process.kill(holdfast, 'SIGINT');
      },
    });
    await waitUntil('the engine runs', () => find(engine).length > 0);
    for (const pid of find(engine)) process.kill(pid, 'SIGSTOP');
    frozen = true;
    controller.abort();
    const result = await running;
    expect(result.stderr).toMatch(/killing what still runs/);
    expect(result.code).toBe(130);
    // The grace before Holdfast itself would have killed it.
    expect(result.elapsedMs).toBeLessThan(14_000);
    expect(find(engine)).toEqual([]);
    expect((await runsOfJournal())[0]).toMatchObject({ kind: 'backup', result: 'interrupted' });
  });

  it('shows a run that was killed as killed', async () => {
    const result = await bed.run(['backup', '--type', 'full', '--repo', 'local'], {
      killAt: /full backup of main/,
    });
    expect(result.signal).toBe('SIGKILL');
    const [latest] = (await bed.mustRun(['journal', '--json', '--limit', '1'])).json<{
      runs: { id: string; result: string; abandoned: boolean }[];
    }>().runs;
    expect(latest).toMatchObject({ result: 'running', abandoned: true });
    expect((await bed.mustRun(['journal', latest?.id ?? ''])).stdout).toMatch(/result +killed/);
    await waitUntil('the orphaned engine has ended', () =>
      processesOf(bed.cluster.sandbox.path).every((one) => !/pgbackrest.* backup /.test(one.command)),
    );
  });

  it('lets root and postgres take turns', async () => {
    const { runAs, owner } = testUser();
    if (runAs !== undefined) await bed.mustRun(['backup', '--repo', 'local'], { as: 'root' });
    await bed.mustRun(['backup', '--repo', 'local'], { as: 'postgres' });
    if (runAs !== undefined) await bed.mustRun(['backup', '--repo', 'local'], { as: 'root' });
    const state = bed.cluster.sandbox.file('state/journal.sqlite');
    for (const path of [state, `${bed.repositories.local}/backup/main/backup.info`]) {
      expect(statSync(path).uid).toBe(owner.uid);
    }
  });

  it('backs up right after a promotion, whose checkpoint takes minutes by itself', async () => {
    const { cluster } = bed;
    await cluster.sql(`ALTER SYSTEM SET checkpoint_timeout = '1h'; CHECKPOINT;
      CREATE TABLE many AS SELECT g, repeat('x', 500) FROM generate_series(1, 15000) AS g`);
    // Recovered from its own WAL, its pages are dirty again, and the checkpoint of the promotion spreads them over an hour.
    await cluster.kill();
    const signal = `${cluster.dataDirectory}/standby.signal`;
    cluster.sandbox.write(signal, '');
    const { owner } = testUser();
    chownSync(signal, owner.uid, owner.gid);
    await cluster.start();
    await cluster.sql('SELECT pg_promote()');
    await expect(bed.engine('--repo=2', '--type=incr', 'backup')).rejects.toThrow(
      /\[058\]: WAL timeline 2 does not match pg_control timeline 1/,
    );
    const result = await bed.mustRun(['backup', '--repo', 'offsite', '--json']);
    expect(result.json()).toMatchObject({ ok: true });
  });

  it('calls page checksum errors a failure although the engine ends well', async () => {
    const table = await bed.cluster.value("SELECT pg_relation_filepath('ballast')");
    await bed.cluster.sql('CHECKPOINT');
    const page = `${bed.cluster.dataDirectory}/${table}`;
    const damage = ['if=/dev/urandom', `of=${page}`, 'bs=1', 'count=64', 'seek=16500', 'conv=notrunc'];
    await bed.cluster.sandbox.mustRun('dd', damage);
    const result = await bed.run(['backup', '--json', '--type', 'full', '--repo', 'local']);
    expect(result.code).toBe(75);
    expect(result.json<ErrorDocument>().error).toMatchObject({
      kind: 'repository-damaged',
      problem: expect.stringContaining('wrong checksums'),
    });
    const info = await bed.run(['info', '--repo', 'local']);
    expect(info.code).toBe(2);
    expect(info.stdout).toMatch(/page checksum errors/);
  });

  it('refuses a server that is a standby and knows no primary', async () => {
    const signal = `${bed.cluster.dataDirectory}/standby.signal`;
    bed.cluster.sandbox.write(signal, '');
    const { owner } = testUser();
    chownSync(signal, owner.uid, owner.gid);
    try {
      const result = await bed.run(['backup']);
      expect(result.code).toBe(79);
      expect(result.stderr).toMatch(/this server is a standby/);
    } finally {
      renameSync(signal, `${signal}.gone`);
    }
    expect(existsSync(signal)).toBe(false);
  });
});
