import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineUnderTest } from '../support/engines.ts';
import { createStatusBed, type StatusBed } from './status-bed.ts';

/*
 * The files that say what is in a repository are kept twice. pgBackRest takes the first good one and says nothing: the
 * damage is real here, the engine's own commands end well on it, and a daemon tells of it. The repository is encrypted.
 */
let bed: StatusBed;

beforeAll(async () => {
  bed = await createStatusBed({ name: 'hf-status-info', repositories: { local: { encryption: true } } });
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

const fileOf = (path: string): string => `${bed.configuration.repository('local')}/${path}`;

/** The engine says that all is well. */
async function expectEngineContent(): Promise<void> {
  for (const command of ['info', 'check', 'verify']) {
    const args = [
      '--config',
      bed.configuration.engineFile,
      '--config-include-path',
      bed.configuration.includeDirectory,
    ];
    const { stdout } = await bed.sandbox.mustRun(engineUnderTest(), [...args, '--stanza=main', command]);
    if (command === 'info') expect(stdout).toContain('status: ok');
  }
}

describe('one copy of an info file that is bad', () => {
  it('is told, and ends with the backup that the remedy names', async () => {
    const files = [fileOf('backup/main/backup.info'), fileOf('archive/main/archive.info')] as const;
    damage(files[0]);
    rmSync(`${files[1]}.copy`);
    await expectEngineContent();
    const seen = await bed.expectFinding('info-copy-damaged');
    expect(seen.severity).toBe('warning');
    const { findings } = await bed.health();
    const evidence = findings.filter(({ rule }) => rule === seen.rule).map((one) => one.evidence);
    expect(evidence.toSorted()).toEqual([
      expect.stringContaining('archive/main/archive.info.copy is not there'),
      expect.stringContaining('backup/main/backup.info: '),
    ]);
    await followRemedy(seen.remedy);
    await bed.expectEnded('info-copy-damaged');
    for (const file of files) expect(readFileSync(file).equals(readFileSync(`${file}.copy`))).toBe(true);
  }, 300_000);
});

describe('two whole copies of an info file that differ', () => {
  it('are told with what only one of them has, and end with a backup', async () => {
    const main = fileOf('backup/main/backup.info');
    copyFileSync(main, bed.sandbox.file('older'));
    const label = await bed.backup('incr');
    // As when an older one was put back: the engine does not list the newest set any more.
    writeFileSync(main, readFileSync(bed.sandbox.file('older')));
    expect((await bed.mustRun(['info', '--json'])).stdout).not.toContain(label);
    const seen = await bed.expectFinding('info-copies-differ');
    expect(seen.evidence).toContain(`only in backup/main/backup.info.copy: ${label}`);
    await followRemedy(seen.remedy);
    await bed.expectEnded('info-copies-differ');
    expect((await bed.mustRun(['info', '--json'])).stdout).toContain(label);
  }, 300_000);
});

/** One byte in the middle. */
function damage(file: string): void {
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

/** Carries out the command that the remedy names, word by word. */
async function followRemedy(remedy: string): Promise<void> {
  const [, command = ''] = /(?:^|: )holdfast ([^.]+)\./.exec(remedy) ?? [];
  expect(command).toMatch(/^backup /);
  await bed.mustRun(command.split(' '));
}
