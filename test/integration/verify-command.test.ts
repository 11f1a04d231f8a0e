import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeSegmentOf } from '../../src/model/wal.ts';
import { engineUnderTest, engineVersionUnderTest } from '../support/engines.ts';
import { createExpireBed, type ExpireBed } from './expire-bed.ts';

interface VerifyDocument {
  readonly repositories: readonly {
    readonly repository: string;
    readonly run: string;
    readonly findings: readonly {
      readonly rule: string;
      readonly severity: string;
      readonly problem: string;
      readonly evidence: string;
    }[];
    readonly damagedFiles: readonly { readonly place: string; readonly file: string }[];
  }[];
}

let bed: ExpireBed;
let full: string;
let diff: string;
let repository: string;
beforeAll(async () => {
  bed = await createExpireBed({ name: 'verify' });
  full = await bed.take('full');
  diff = await bed.take('diff');
  repository = bed.bed.configuration.repository('local');
});
afterAll(() => bed[Symbol.asyncDispose]());

async function verify(...args: readonly string[]): Promise<{
  readonly code: number | undefined;
  readonly rules: readonly string[];
  readonly result: VerifyDocument['repositories'][number];
}> {
  const done = await bed.bed.run(['verify', '--json', ...args]);
  const [result] = done.json<VerifyDocument>().repositories ?? [];
  if (result === undefined) throw new Error(done.stdout);
  return { code: done.code, rules: result.findings.map((finding) => finding.rule), result };
}

/** Changes a file, does something, and puts the file back. */
async function withFile(
  file: string,
  change: (file: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  const saved = bed.bed.sandbox.file(`saved-${basename(file)}`);
  copyFileSync(file, saved);
  try {
    change(file);
    await work();
  } finally {
    renameSync(saved, file);
    await bed.bed.sandbox.mustRun('chmod', ['640', file]).catch(() => {});
  }
}

function flipByte(file: string): void {
  const content = readFileSync(file);
  const middle = Math.floor(content.length / 2);
  content[middle] = (content[middle] ?? 0) ^ 0xff;
  writeFileSync(file, content);
}

function garble(file: string): void {
  writeFileSync(file, 'garbage\n');
}

function remove(file: string): void {
  rmSync(file);
}

function inSet(label: string, ...parts: readonly string[]): string {
  return join(repository, 'backup', 'main', label, ...parts);
}

/** The stored segments, in order, with their paths. */
function segments(): readonly string[] {
  const archive = join(repository, 'archive', 'main');
  return readdirSync(archive, { recursive: true, encoding: 'utf8' })
    .filter((name) => wholeSegmentOf(basename(name)) !== undefined)
    .toSorted()
    .map((name) => join(archive, name));
}

describe('holdfast verify', () => {
  it('says ok of a sound repository, and what it has read', async () => {
    const done = await bed.bed.mustRun(['verify']);
    expect(done.code).toBe(0);
    expect(done.stdout).toMatch(/^local: ok \(2 sets and \d+ WAL segments, /);
    expect(await verify()).toMatchObject({ code: 0, rules: [] });
  });

  it('finds a flipped byte in a bundle, and names the file and the set that is built on it', async () => {
    const bundles = readdirSync(inSet(full, 'bundle'));
    await withFile(inSet(full, 'bundle', bundles[0] ?? ''), flipByte, async () => {
      const { code, rules, result } = await verify();
      expect(code).toBe(2);
      expect(rules).toContain('set-damaged');
      const finding = result.findings.find((one) => one.problem.includes(`set ${full} is damaged`));
      expect(finding?.problem).toContain(`built on it: ${diff}`);
      expect(finding?.evidence).toContain('wrong checksum');
      expect(result.damagedFiles.length).toBeGreaterThan(0);
      const run = await bed.bed.mustRun(['journal', result.run, '--json']);
      expect(run.json()).toMatchObject({
        run: { kind: 'verify', result: 'failed', failure: { kind: 'repository-damaged' } },
      });
    });
    expect((await verify()).code).toBe(0);
  });

  it('finds a file that is gone', async () => {
    const bundles = readdirSync(inSet(full, 'bundle'));
    await withFile(inSet(full, 'bundle', bundles[0] ?? ''), remove, async () => {
      const { code, result } = await verify();
      expect(code).toBe(2);
      expect(result.findings[0]).toMatchObject({ rule: 'set-damaged', severity: 'critical' });
      expect(result.findings[0]?.evidence).toMatch(/missing|cannot be read/);
    });
  });

  it('finds damaged WAL', async () => {
    const last = segments().at(-1) ?? '';
    await withFile(last, flipByte, async () => {
      expect(await verify()).toMatchObject({ code: 2, rules: ['wal-damaged'] });
    });
  });

  it('finds WAL missing that a set needs, which pgBackRest calls ok', async () => {
    const set = await bed.bed.run(['info', '--set', diff, '--json']);
    const start = set.json<{ sets: { archiveStart: string }[] }>().sets[0]?.archiveStart ?? 'none';
    const file = segments().find((path) => path.includes(start)) ?? '';
    await withFile(file, remove, async () => {
      const text = await bed.engine('verify', '--output=text', '--verbose');
      expect(text).toContain('status: ok');
      const { code, result } = await verify();
      expect(code).toBe(2);
      expect(result.findings.map((finding) => finding.rule)).toContain('set-wal-missing');
      expect(result.findings[0]?.problem).toContain(diff);
      const single = await verify('--set', diff);
      expect(single.rules).toContain('set-wal-missing');
    });
  });

  it('finds a hole in the WAL after the last set', async () => {
    const { cluster } = bed.bed;
    for (let round = 0; round < 3; round += 1)
      await cluster.sql("SELECT pg_logical_emit_message(false, 'x', 'y'); SELECT pg_switch_wal()");
    await bed.bed.mustRun(['check']);
    const file = segments().at(-2) ?? '';
    await withFile(file, remove, async () => {
      const { code, rules, result } = await verify();
      expect({ code, rules }).toEqual({ code: 2, rules: ['wal-gap'] });
      expect(result.findings[0]?.problem).toContain('WAL is missing between');
    });
  });

  it('finds a set without manifests, which pgBackRest calls no error', async () => {
    await withFile(inSet(diff, 'backup.manifest.copy'), remove, async () => {
      expect(await verify()).toMatchObject({ code: 1, rules: ['copy-damaged'] });
    });
    const away = bed.bed.sandbox.file('manifest');
    await withFile(inSet(diff, 'backup.manifest.copy'), remove, async () => {
      renameSync(inSet(diff, 'backup.manifest'), away);
      try {
        const { code, rules } = await verify();
        expect(code).toBe(2);
        expect(rules).toContain('set-missing');
      } finally {
        renameSync(away, inSet(diff, 'backup.manifest'));
      }
    });
  });

  it('warns of a damaged copy of the list of sets, and of the damaged list itself', async () => {
    const info = join(repository, 'backup', 'main', 'backup.info');
    for (const file of [info, `${info}.copy`]) {
      await withFile(file, flipByte, async () => {
        expect(await verify()).toMatchObject({ code: 1, rules: ['copy-damaged'] });
      });
      // Then the engine does not name the file.
      await withFile(file, garble, async () => {
        expect(await verify()).toMatchObject({ code: 1, rules: ['copy-damaged'] });
      });
    }
  });

  it('looks at one set alone, and refuses one that is not there', async () => {
    const missing = await bed.bed.run(['verify', '--set', '20200101-000000F', '--json']);
    expect(missing.code).toBe(98);
    expect(missing.json<{ error: { kind: string } }>().error.kind).toBe('nothing-found');
    const other = await bed.take('full');
    const bundles = readdirSync(inSet(other, 'bundle'));
    await withFile(inSet(other, 'bundle', bundles[0] ?? ''), flipByte, async () => {
      expect(await verify('--set', full)).toMatchObject({ code: 0, rules: [] });
      expect((await verify('--set', other)).rules).toContain('set-damaged');
    });
    const note = await bed.bed.run(['verify', '--set', full]);
    expect(note.stderr.includes('cannot verify a single set')).toBe(
      Number(engineVersionUnderTest().split('.')[1]) < 55,
    );
  });

  it('looks again at two copies of which one was just not written yet', async () => {
    const { sandbox, configuration } = bed.bed;
    const copy = join(repository, 'backup', 'main', 'backup.info.copy');
    const written = sandbox.file('written');
    copyFileSync(copy, written);
    // The real engine, and then what the engine that wrote would have done a moment later.
    const script = `${engineUnderTest()} "$@"; code=$?; case " $* " in *' verify '*) cp ${written} ${copy};; esac; exit $code`;
    const binary = sandbox.write('engine', `#!/bin/sh\n${script}\n`, 0o755);
    await withFile(configuration.file, useBinary, () =>
      withFile(copy, makeOlder, async () => {
        expect(await verify()).toMatchObject({ code: 0, rules: [] });
      }),
    );
    function useBinary(file: string): void {
      writeFileSync(file, readFileSync(file, 'utf8').replace(engineUnderTest(), binary));
    }
    // Another backup.info that is whole in itself.
    function makeOlder(file: string): void {
      copyFileSync(join(repository, 'archive', 'main', 'archive.info'), file);
    }
  });

  it('says ok beside a backup and an expire that go on', async () => {
    const other = Promise.all([
      bed.bed.run(['backup', '--type', 'full', '--json']),
      bed.bed.run(['backup', '--type', 'full', '--json']),
    ]);
    const bad: unknown[] = [];
    const state = { running: true };
    void other.finally(() => (state.running = false));
    while (state.running) {
      const { code, result } = await verify();
      if (code !== 0) bad.push(...result.findings.map(({ rule, evidence }) => ({ code, rule, evidence })));
    }
    expect((await other).map((result) => result.code)).toContain(0);
    expect(bad).toEqual([]);
    full = (await bed.labels()).find((label) => label.endsWith('F')) ?? '';
  });

  it('is not confused by a set that is just being taken', async () => {
    const running = inSet('20990101-000000F');
    mkdirSync(running);
    copyFileSync(inSet(full, 'backup.manifest.copy'), join(running, 'backup.manifest.copy'));
    await bed.bed.sandbox.mustRun('true', []);
    try {
      const { code, rules } = await verify();
      expect({ code, rules: new Set(rules) }).toEqual({ code: 0, rules: new Set(['set-unfinished']) });
    } finally {
      rmSync(running, { recursive: true });
    }
  });

  it('does not mind files of a set that is not listed, and expire removes them', async () => {
    const orphan = '20200101-000000F';
    await bed.bed.sandbox.mustRun('cp', ['-r', inSet(full), inSet(orphan)]);
    const minor = Number(engineVersionUnderTest().split('.')[1]);
    expect(await verify()).toMatchObject({ code: 0, rules: minor < 60 ? [] : ['set-unlisted'] });
    await bed.bed.mustRun(['expire', '--yes']);
    expect(existsSync(inSet(orphan))).toBe(false);
  });
});
