import { describe, expect, it } from 'vitest';
import { findingPlace } from '../../model/finding.ts';
import type { OtherCluster } from '../archive-observation.ts';
import { judgeOtherCluster } from './other-cluster.ts';

const place = findingPlace('main', 'local');
const seen = (version: string, major: number): OtherCluster => ({
  archived: { systemIdentifier: 7n, version, databaseId: 1 },
  primary: { systemIdentifier: 8n, major, host: undefined },
});

describe('a primary of another system identifier', () => {
  it('is nothing to tell where it is the one whose WAL is archived', () => {
    expect(judgeOtherCluster(place, undefined)).toEqual([]);
  });

  it.each([
    ['15', 16, 'stanza-upgrade-needed'],
    ['9.6', 15, 'stanza-upgrade-needed'],
    ['15', 15, 'wrong-cluster'],
    ['16', 15, 'wrong-cluster'],
  ])('was upgraded or is another one: %s in the repository, %d running: %s', (version, major, rule) => {
    expect(judgeOtherCluster(place, seen(version, major))).toMatchObject([
      {
        rule,
        severity: 'critical',
        evidence: `the primary (on this host) has version ${major}, system identifier 8; the newest database of the repository, ${version}-1, has version ${version}, system identifier 7`,
        remedy: expect.stringContaining('holdfast setup --stanza main --stanza-upgrade'),
      },
    ]);
  });
});
