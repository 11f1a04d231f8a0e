import { describe, expect, it } from 'vitest';
import type { BackupSet, Catalogue } from '../../model/backup-set.ts';
import { Failure } from '../../model/failure.ts';
import { SetDatabases, type DatabasesWish } from './set-databases.ts';

function setOf(label: string, stopTime: number, repositoryKey = 1): BackupSet {
  const type = label.endsWith('F') ? 'full' : 'incr';
  return { label, type, stopTime, repositoryKey } as BackupSet;
}

function bedOf(sets: readonly BackupSet[], counts: Readonly<Record<string, number | Failure>> = {}) {
  const asked: string[] = [];
  const databases = new SetDatabases();
  let time = 0;
  let takesMs = 0;
  return {
    asked,
    takes: (ms: number) => (takesMs = ms),
    async look(wish: DatabasesWish, present = sets) {
      const catalogue = { stanza: 'main', repositories: [], sets: present } as unknown as Catalogue;
      const found = await databases.look(catalogue, wish, {
        clock: { monotonic: () => time },
        count({ label }) {
          asked.push(label);
          time += takesMs;
          const count = counts[label] ?? 3;
          return count instanceof Failure ? Promise.reject(count) : Promise.resolve(count);
        },
      });
      return Object.fromEntries(found);
    },
  };
}

const chain = [setOf('1F', 10), setOf('1F_2I', 20), setOf('2F', 30), setOf('2F', 30, 2)];

describe('how many databases sets hold', () => {
  it('is asked once of each set, newest first, and forgotten with the set', async () => {
    const bed = bedOf(chain, { '1F': 7 });
    expect(await bed.look('all')).toEqual({ '1/1F': 7, '1/1F_2I': 3, '1/2F': 3, '2/2F': 3 });
    expect(bed.asked).toEqual(['2F', '2F', '1F_2I', '1F']);
    expect(await bed.look('all')).toMatchObject({ '1/1F': 7 });
    expect(bed.asked).toHaveLength(4);
    await bed.look('all', chain.slice(1));
    await bed.look('all');
    expect(bed.asked).toEqual(['2F', '2F', '1F_2I', '1F', '1F']);
  });

  it('is asked of the last sets alone, or of none', async () => {
    const bed = bedOf([...chain, setOf('2F_4I', 40)]);
    expect(await bed.look('none')).toEqual({});
    expect(bed.asked).toEqual([]);
    expect(await bed.look('latest')).toEqual({ '1/2F': 3, '1/2F_4I': 3 });
  });

  it('is asked again where it failed, and does not make the look fail', async () => {
    const failure = new Failure('engine-failed', { operation: 'read set 2F', problem: 'no route' });
    const bed = bedOf(chain.slice(0, 3), { '2F': failure });
    expect(await bed.look('all')).toEqual({ '1/1F': 3, '1/1F_2I': 3 });
    await bed.look('all');
    expect(bed.asked).toEqual(['2F', '1F_2I', '1F', '2F']);
  });

  it('does not hold up a look for long: the rest comes with the next ones', async () => {
    const bed = bedOf(chain.slice(0, 3));
    bed.takes(20_000);
    expect(Object.keys(await bed.look('all'))).toEqual(['1/2F', '1/1F_2I']);
    expect(Object.keys(await bed.look('all'))).toHaveLength(3);
  });
});
