import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examples, generateExamples } from '../../scripts/generate/examples.ts';
import { mustRunHoldfast, runHoldfast } from '../support/holdfast.ts';

const root = join(import.meta.dirname, '../..');
const day = 86_400_000;

interface Simulated {
  readonly repositories: readonly {
    readonly repository: string;
    readonly days: readonly {
      readonly at: string;
      readonly sets: readonly string[];
      readonly windows: readonly { readonly from: string; readonly to: string }[];
    }[];
  }[];
}

/** What their documents promise: for how many days every moment can be restored, and how many full sets there are. */
const promises: Readonly<Record<string, { readonly days: number; readonly fulls: number }>> = {
  '0-pigsty-supabase local': { days: 1, fulls: 2 },
  '0-pigsty-supabase offsite': { days: 14, fulls: 14 },
  '1-compose-scheduler local': { days: 42, fulls: 7 },
  '2-kubernetes-compose-vm/kubernetes offsite': { days: 14, fulls: 4 },
  '2-kubernetes-compose-vm/compose local': { days: 14, fulls: 4 },
  '2-kubernetes-compose-vm/vm local': { days: 14, fulls: 4 },
  '3-patroni-ansible-consul offsite': { days: 28, fulls: 4 },
  '3-patroni-ansible-consul monthly': { days: 0, fulls: 12 },
  '4-setup-service-multicloud offsite': { days: 42, fulls: 7 },
};

describe.each(examples.map(({ folder }) => folder))('the example %s', (folder) => {
  const file = join(root, 'examples', folder, 'holdfast.yaml');

  it('is clean for lint', async () => {
    const result = await runHoldfast(['lint', '--engine', '2.55', file]);
    expect(result.code, result.stdout).toBe(0);
  });

  it('keeps what they promised', async () => {
    const words = [
      'retention',
      'simulate',
      '--from',
      '2027-01-01',
      '--days',
      '400',
      '--config',
      file,
      '--json',
    ];
    const { repositories } = (await mustRunHoldfast(words)).json<Simulated>();
    for (const { repository, days } of repositories) {
      const promise = promises[`${folder} ${repository}`];
      const last = days.at(-1);
      if (promise === undefined || last === undefined) throw new Error(`nothing promised of ${repository}`);
      const window = last.windows.at(-1);
      const reach = Date.parse(last.at) - Date.parse(window?.from ?? last.at);
      expect(reach).toBeGreaterThanOrEqual(promise.days * day);
      const fulls = last.sets.filter((label) => /^\d{8}-\d{6}F$/.test(label));
      expect(fulls.length).toBeGreaterThanOrEqual(promise.fulls);
    }
  });

  it('has nothing rendered that is not rendered any more', async () => {
    const known = new Set((await generateExamples()).map(({ path }) => path));
    const place = join(root, 'examples', folder, 'rendered');
    const there = readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    expect(there.filter((path) => !known.has(path))).toEqual([]);
  });
});

describe('the examples', () => {
  it('are described, each with what its team had wrong', () => {
    for (const { folder } of examples) {
      const readme = join(root, 'examples', folder.split('/')[0] ?? '', 'README.md');
      expect(existsSync(readme)).toBe(true);
      expect(readFileSync(readme, 'utf8')).toMatch(/they promised[\s\S]*What was wrong there/);
    }
  });

  it.each(['azure', 'gcs'])('have the other store %s too', async (store) => {
    const file = join(root, 'examples/4-setup-service-multicloud', `holdfast-${store}.yaml`);
    const result = await runHoldfast(['lint', '--engine', '2.55', file]);
    expect(result.code, result.stdout).toBe(0);
  });
});
