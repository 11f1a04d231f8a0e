import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createKillBed,
  liveAndDie,
  settle,
  stop,
  waitUntilReady,
  type Kill,
  type KillBed,
} from './daemon-kill-bed.ts';
import { findContradictions, findDamage, listSets, restoreAndProve } from './judge-truth.ts';

/*
 * kill -9 of the daemon at moments that nobody chose, sometimes together with the engine that it runs. Whatever was
 * killed: a set is either complete and restorable or invisible, and the journal never says otherwise.
 */
const kills = Number(process.env['HOLDFAST_TEST_KILLS'] ?? 6);
/** After so many kills everything is compared; restores, which take longest, at every third of those. */
const between = Math.max(3, Math.ceil(kills / 20));

let bed: KillBed;
/** Milliseconds that a backup takes when nobody kills anything. */
let window: number;

beforeAll(async () => {
  bed = await createKillBed();
  const daemon = await bed.start();
  await waitUntilReady(daemon);
  await bed.bed.mustRun(['backup', '--type', 'full']);
  const started = performance.now();
  await bed.bed.mustRun(['backup', '--type', 'incr', '--repo', 'local']);
  window = Math.ceil(performance.now() - started);
  await stop(daemon);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

async function expectTruth(history: readonly Kill[]): Promise<void> {
  await settle(bed);
  expect(await findContradictions(bed), JSON.stringify(history, null, 1)).toEqual([]);
  const { stdout } = await bed.bed.mustRun(['journal', '--verify', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    whole: true,
    tampering: [],
    damage: [],
    losses: [],
    unreadable: [],
  });
}

describe(`a daemon that is killed ${kills} times`, () => {
  it(
    'leaves sets that are complete or invisible, and a journal that says so',
    async () => {
      const history: Kill[] = [];
      for (let count = 1; count <= kills; count += 1) {
        history.push(await liveAndDie(bed, Math.ceil(window * 1.2)));
        if (count % between !== 0 && count !== kills) continue;
        await expectTruth(history.slice(-between));
        if (count % (3 * between) === 0 || count === kills) {
          const sets = await listSets(bed);
          expect(sets.length).toBeGreaterThan(0);
          // The newest, which the kills have made, and any other one.
          const chosen = new Set([sets.at(-1), sets[randomInt(sets.length)]]);
          for (const set of chosen) if (set !== undefined) await restoreAndProve(bed, set);
        }
      }
      expect(await findDamage(bed)).toEqual([]);
    },
    120_000 + kills * 20_000,
  );
});

describe('what looks for contradictions and damage', () => {
  it('finds a set that was taken away, one that nobody knows, and bytes that were changed', async () => {
    const newest = (await listSets(bed)).findLast(
      ({ repositoryKey, type }) => repositoryKey === 2 && type === 'full',
    );
    if (newest === undefined) throw new Error('there is no full backup in the second repository');
    const directory = join(bed.configuration.repository('second'), 'backup/main', newest.label);
    const file =
      readdirSync(join(directory, 'bundle')).map((name) => join(directory, 'bundle', name))[0] ?? '';
    damage(file);
    expect(await findDamage(bed)).not.toEqual([]);
    await expect(restoreAndProve(bed, newest)).rejects.toThrow(/checksum|restore/);
    renameSync(join(directory, 'backup.manifest'), join(directory, 'elsewhere'));
    expect(await findContradictions(bed)).toContainEqual(expect.stringMatching(/broken off, visible: true/));
    renameSync(join(directory, 'elsewhere'), join(directory, 'backup.manifest'));
  });
});

function damage(file: string): void {
  const content = readFileSync(file);
  content.fill(0x5a, Math.floor(content.length / 2), Math.floor(content.length / 2) + 16);
  writeFileSync(file, content);
}
