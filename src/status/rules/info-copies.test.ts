import { describe, expect, it } from 'vitest';
import { findingPlace } from '../../model/finding.ts';
import type { InfoCopy } from '../info-files-observation.ts';
import { judgeInfoCopies } from './info-copies.ts';

const place = findingPlace('main', 'local');
const whole = (digest: string, sets: readonly string[] = ['F1']): InfoCopy => ({
  state: 'whole',
  digest,
  sets,
  databaseId: 1,
});
const judge = (main: InfoCopy, copy: InfoCopy): ReturnType<typeof judgeInfoCopies> =>
  judgeInfoCopies(place, { seenAt: 0, pairs: [{ path: 'backup/main/backup.info', main, copy }] });

describe('the two copies of an info file', () => {
  it('are nothing to tell when they are the same, or were not read', () => {
    expect(judge(whole('a'), whole('a'))).toEqual([]);
    expect(judgeInfoCopies(place, undefined)).toEqual([]);
  });

  it.each([
    ['backup.info', { state: 'missing' } as const, whole('a'), 'backup/main/backup.info is not there'],
    [
      'backup.info.copy',
      whole('a'),
      { state: 'damaged', problem: 'it is empty' } as const,
      'backup/main/backup.info.copy: it is empty',
    ],
  ])('name %s when only that is bad', (_name, main, copy, evidence) => {
    expect(judge(main, copy)).toMatchObject([
      {
        rule: 'info-copy-damaged',
        severity: 'warning',
        subject: 'stanza main, repository local, file backup.info',
        evidence,
        remedy: expect.stringContaining('holdfast backup --type incr --stanza main --repo local'),
      },
    ]);
  });

  it('are critical when both are bad, and then nothing is to be written', () => {
    const [finding] = judge({ state: 'missing' }, { state: 'damaged', problem: 'it is empty' });
    expect(finding).toMatchObject({ rule: 'info-copy-damaged', severity: 'critical' });
    expect(finding?.remedy).toContain('Do not run stanza-create');
  });

  it('say what only one of them has', () => {
    expect(judge(whole('a', ['F1']), whole('b', ['F1', 'D1', 'D2']))).toMatchObject([
      { rule: 'info-copies-differ', evidence: 'only in backup/main/backup.info.copy: D1 and 1 more' },
    ]);
    expect(judge(whole('a'), whole('b'))).toMatchObject([
      { evidence: 'they list the same sets and databases; something else differs' },
    ]);
  });
});
