import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../config/load.ts';
import { addRepositoryLike, removeRepository } from './edit-repositories.ts';
import { planRotation } from './plan-rotation.ts';
import type { RotationPlan } from './rotation-plan.ts';

const now = new Date('2026-11-21T01:00:00Z');

const text = `# ours
stanzas:
  main:
    postgres: { path: /data }   # the only one
    repositories:
      local: { type: posix, path: /backup, retention: { full: 2 } }
      # in another place
      offsite:
        type: s3
        provider: backblaze
        bucket: shop
        region: us-west-004
        key: \${KEY}
        keySecret: \${SECRET}
        # said of the old one
        encryption:
          passphrase: \${PASS} # old
        retention: { full: 14d }

    schedule: { full: "0 2 * * 0", timezone: UTC }
`;

function plan(source: string, name: string): RotationPlan {
  const { configuration, problems } = parseConfiguration(source, '/etc/holdfast/holdfast.yaml');
  const stanza = configuration?.stanzas[0];
  const repository = stanza?.repositories.find((one) => one.name === name);
  if (configuration === undefined || stanza === undefined || repository === undefined)
    throw new Error(JSON.stringify(problems));
  return planRotation({ configuration, text: source, stanza, repository, now });
}

function errorsOf(source: string): readonly unknown[] {
  return parseConfiguration(source, '/h.yaml').problems.filter(({ severity }) => severity === 'error');
}

describe('the change of the file', () => {
  it('adds a repository that differs in path and passphrase alone, and leaves the rest untouched', () => {
    const after = addRepositoryLike(text, { stanza: 'main', name: 'offsite' }, 'offsite-2', {
      path: '/pgbackrest-2',
      encryption: { passphrase: 'file:/etc/holdfast/p' },
    });
    expect(errorsOf(after)).toEqual([]);
    const added = after.split('\n').filter((line) => !text.split('\n').includes(line));
    expect(added.map((line) => line.trim()).toSorted()).toEqual([
      'offsite-2:',
      'passphrase: file:/etc/holdfast/p',
      'path: /pgbackrest-2',
    ]);
    const lines = after.split('\n');
    expect(text.split('\n').every((line) => lines.includes(line))).toBe(true);
    const { configuration } = parseConfiguration(after, '/h.yaml');
    expect(
      configuration?.stanzas[0]?.repositories.map(({ name, key, path }) => `${key} ${name} ${path}`),
    ).toEqual(['1 local /backup', '2 offsite /pgbackrest', '3 offsite-2 /pgbackrest-2']);
  });

  it('removes one, whatever is written how', () => {
    for (const name of ['local', 'offsite']) {
      const after = removeRepository(text, { stanza: 'main', name });
      expect(errorsOf(after)).toEqual([]);
      const { configuration } = parseConfiguration(after, '/h.yaml');
      expect(configuration?.stanzas[0]?.repositories.map((one) => one.name)).toEqual([
        name === 'local' ? 'offsite' : 'local',
      ]);
      expect(after).toContain('# the only one');
    }
  });

  it('works on a file that is written on one line', () => {
    const flow =
      'stanzas: { main: { postgres: { path: /d }, repositories: { a: { type: posix, path: /r, retention: { full: 2 } } } } }';
    const after = addRepositoryLike(flow, { stanza: 'main', name: 'a' }, 'a-2', { path: '/r-2' });
    expect(errorsOf(after)).toEqual([]);
    expect(errorsOf(removeRepository(after, { stanza: 'main', name: 'a' }))).toEqual([]);
  });
});

describe('the plan', () => {
  it('keeps both until the new one reaches back as many days', () => {
    const { overlap, newRepository, steps } = plan(text, 'offsite');
    expect(newRepository).toEqual({
      name: 'offsite-2',
      path: '/pgbackrest-2',
      passphrase: 'file:/etc/holdfast/main-offsite-2.passphrase',
    });
    expect(overlap).toMatchObject({ from: now.toISOString(), until: '2026-12-05T01:00:00.000Z' });
    expect(steps.map(({ name, notBefore }) => [name, notBefore])).toEqual([
      ['generate', undefined],
      ['add', undefined],
      ['fill', undefined],
      ['prove', undefined],
      ['overlap', undefined],
      ['remove', overlap.until],
      ['clean-up', overlap.until],
    ]);
    expect(steps[1]?.diff).toContain('+      offsite-2:');
    expect(steps[5]?.diff).toContain('-      offsite:');
  });

  it('counts full backups by their schedule', () => {
    // Sundays at 02:00 UTC: 22 and 29 November.
    expect(plan(text, 'local').overlap.until).toBe('2026-11-29T02:00:00.000Z');
    const unscheduled = plan(text.replace(/schedule: .*\n/, ''), 'local');
    expect(unscheduled.overlap).toMatchObject({ until: undefined });
    expect(unscheduled.overlap.reason).toContain('no schedule');
  });

  it('gives no date where nothing ever runs out', () => {
    expect(plan(text.replace('retention: { full: 14d }', ''), 'offsite').overlap.until).toBeUndefined();
  });

  it('takes a name and a path that nobody has', () => {
    const taken = text.replace(
      '      local: {',
      '      local-2: { type: posix, path: /backup-2, retention: { full: 2 } }\n      local: {',
    );
    expect(plan(taken, 'local').newRepository).toMatchObject({ name: 'local-3', path: '/backup-3' });
  });

  it('holds no secret of a file that has one in it', () => {
    const literal = text.replace('${PASS} # old', '"hunter2\\x41hunter2"').replace('${SECRET}', 'hunter3');
    for (const name of ['local', 'offsite']) {
      const { steps } = plan(literal, name);
      expect(JSON.stringify(steps)).not.toMatch(/hunter/);
      expect(JSON.stringify(steps)).toContain('passphrase: (masked)');
    }
  });
});
