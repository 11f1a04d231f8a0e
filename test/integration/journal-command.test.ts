import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandLineBed, createCommandLineBed } from './command-line-bed.ts';

/* The journal of real backups: listed, verified against the repositories, lost, damaged and rebuilt. */
let bed: CommandLineBed;
beforeAll(async () => {
  bed = await createCommandLineBed('journal');
  await bed.mustRun(['backup', '--type', 'full']);
  await bed.engine('--repo=2', '--type=full', 'backup');
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

const stateFile = (name: string): string => bed.cluster.sandbox.file(`state/${name}`);

interface Answer {
  readonly exitCode: number;
  readonly runs: readonly { readonly id: string; readonly label: string }[];
  readonly entries: unknown;
  readonly head: { readonly hash: string };
  readonly anchors: number;
  readonly added: readonly string[];
}

async function json(...args: string[]): Promise<Answer> {
  const { stdout } = await bed.run([...args, '--json']);
  return JSON.parse(stdout) as Answer;
}

function tamper(sql: string): void {
  using raw = new DatabaseSync(stateFile('journal.sqlite'));
  raw.exec('DROP TRIGGER IF EXISTS audit_never_changes; DROP TRIGGER IF EXISTS audit_never_shrinks');
  raw.exec(sql);
}

describe('holdfast journal', () => {
  it('lists runs by kind, result and time, and prints the log of one', async () => {
    const { runs } = await json('journal', '--kind', 'backup', '--result', 'ok', '--since', '1h');
    expect(runs).toHaveLength(2);
    expect(runs[0]).toMatchObject({ kind: 'backup', abandoned: false, silent: false });
    expect((await json('journal', '--result', 'failed')).runs).toEqual([]);
    expect((await bed.mustRun(['journal', '--since', '2100-01-01'])).stdout).toBe('no such run');
    const log = await bed.mustRun(['journal', runs[0]?.id ?? '', '--log', '--follow']);
    expect(log.stdout).toContain('backup command end: completed successfully');
    expect((await bed.run(['journal', '--log'])).code).toBe(64);
    expect((await bed.run(['journal', '--verify', '--audit'])).code).toBe(64);
    expect((await bed.run(['journal', '--audit', '--since', '1h'])).stderr).toContain(
      '--since chooses among runs',
    );
    expect((await bed.run(['journal', runs[0]?.id ?? '', '--kind', 'check'])).code).toBe(64);
  });

  it('is whole, with anchors in the repositories, and shows its end', async () => {
    const verdict = await json('journal', '--verify');
    expect(verdict).toMatchObject({ exitCode: 0, whole: true, damage: [], tampering: [], losses: [] });
    expect(verdict.anchors).toBe(2);
    const { entries, head } = await json('journal', '--audit', '--limit', '1');
    expect(entries).toMatchObject([{ sequence: verdict.entries, hash: head.hash }]);
  });

  it('names what was tampered with, and a trail that was rewritten', async () => {
    const whole = readFileSync(stateFile('journal.sqlite'));
    tamper(`UPDATE run SET bytes = 1 WHERE kind = 'backup' AND repository = 'local'`);
    const changed = await bed.run(['journal', '--verify']);
    expect(changed.code).toBe(2);
    expect(changed.stdout).toMatch(/critical: run backup-\S+ was changed: bytes is 1, but entry \d+ says/);
    writeFileSync(stateFile('journal.sqlite'), whole);
    tamper(`DELETE FROM audit; DELETE FROM meta WHERE key = 'audit-head'`);
    const cut = await bed.run(['journal', '--verify']);
    expect(cut.code).toBe(2);
    expect(cut.stdout).toMatch(
      /entry \d+, which a backup set has noted, is missing: the end of the trail was cut off/,
    );
    writeFileSync(stateFile('journal.sqlite'), whole);
    expect((await bed.run(['journal', '--verify'])).code).toBe(0);
  });

  it('is healed where it is met damaged: with a warning, with nothing lost, and the files are kept', async () => {
    const file = stateFile('journal.sqlite');
    const bytes = readFileSync(file);
    bytes.fill(0, 0, 4096);
    writeFileSync(file, bytes);
    const { stdout, stderr, code } = await bed.run(['journal']);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /the journal was damaged: it was moved to \S+journal\.damaged-\d{8}T\d{6}Z, which is kept/,
    );
    expect(stderr).toContain('nothing is missing');
    expect(stdout).toContain('backup-');
    const aside = readdirSync(stateFile('')).find((name) => name.startsWith('journal.damaged-'));
    expect(readFileSync(stateFile(`${aside}/journal.sqlite`))).toEqual(bytes);
    expect((await bed.run(['journal', '--verify'])).code).toBe(0);
  });

  it('gets back what the repositories know when it is lost as a whole', async () => {
    const before = (await json('journal', '--kind', 'backup')).runs;
    for (const name of readdirSync(stateFile(''))) {
      if (name.startsWith('journal.sqlite')) rmSync(stateFile(name));
    }
    const { added, exitCode } = await json('journal', '--rebuild');
    expect(exitCode).toBe(0);
    expect(added).toHaveLength(before.length + 1);
    expect(added).toEqual(expect.arrayContaining(before.map((run) => run.id)));
    const { runs } = await json('journal');
    const foreign = runs.find((run) => !before.some((known) => known.id === run.id));
    expect(foreign).toMatchObject({
      kind: 'backup',
      repository: 'offsite',
      cause: 'found in the repository',
      actor: { user: 'unknown' },
      facts: { rebuilt: true },
    });
    // The anchors of the lost trail are known as such, and nothing is added twice.
    expect(await json('journal', '--verify')).toMatchObject({
      exitCode: 1,
      whole: true,
      losses: [expect.any(String)],
    });
    expect((await json('journal', '--rebuild')).added).toEqual([]);
  });

  it('keeps root and the engine user at one journal after a rebuilding', () => {
    const owner = execFileSync('stat', ['-c', '%U', stateFile('journal.sqlite')], {
      encoding: 'utf8',
    }).trim();
    expect(owner).toBe(bed.cluster.sandbox.owner.name);
  });
});
