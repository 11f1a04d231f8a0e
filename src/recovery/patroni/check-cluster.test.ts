import { describe, expect, it } from 'vitest';
import type { PatroniObservation } from '../plan/observations.ts';
import { checkCluster, warnOfCluster } from './check-cluster.ts';
import { planCluster } from './cluster-plan.ts';
import type { ClusterObservation } from './observe-cluster-of-patroni.ts';

const other = (name: string, role = 'replica') => ({
  name,
  url: `http://${name}:8008`,
  host: name,
  role,
  problem: undefined,
});

const whole: ClusterObservation = {
  scope: 'demo',
  version: '3.0.2',
  name: 'n1',
  leader: 'n1',
  isStandbyCluster: false,
  isPaused: false,
  switchoverAt: undefined,
  systemIdentifier: '7000',
  others: [other('n2'), other('n3')],
  configFile: undefined,
};

const observed = (changes: Partial<ClusterObservation> = {}): PatroniObservation => ({
  url: 'http://127.0.0.1:8008',
  role: 'master',
  members: 3,
  problem: undefined,
  cluster: { ...whole, ...changes },
});

const rulesOf = (changes: Partial<ClusterObservation>, system = 7000n): readonly string[] =>
  checkCluster(observed(changes), system).map(({ rule }) => rule);

describe('checkCluster', () => {
  it('has nothing against a whole cluster on the host of its leader, paused or not', () => {
    expect(rulesOf({})).toEqual([]);
    expect(rulesOf({ isPaused: true })).toEqual([]);
    expect(checkCluster(observed(), undefined)).toEqual([]);
  });

  it('takes a cluster without a leader: its server may be down', () => {
    expect(rulesOf({ leader: undefined })).toEqual([]);
  });

  it.each([
    ['another leader', { leader: 'n2' }, ['managed-by-patroni']],
    ['a name that is not known', { name: undefined }, ['patroni-member-unknown']],
    ['a second primary', { others: [other('n2', 'primary')] }, ['patroni-two-primaries']],
    ['a standby cluster', { isStandbyCluster: true }, ['patroni-standby-cluster']],
    ['a planned switchover', { switchoverAt: '2099-01-01T00:00' }, ['patroni-switchover-planned']],
    ['another system', { systemIdentifier: '7001' }, ['patroni-other-system']],
  ])('refuses %s', (_, changes, rules) => {
    expect(rulesOf(changes)).toEqual(rules);
  });

  it('names the host of the leader', () => {
    const [finding] = checkCluster(observed({ leader: 'n2' }), 7000n);
    expect(finding?.remedy).toMatch(/^Run it on n2, /);
    expect(finding?.remedy).toContain('patronictl switchover demo --candidate n1');
  });
});

describe('a member whose REST API does not answer', () => {
  const quiet = { ...other('n3'), role: undefined, problem: 'no answer within 2000 ms' };
  const silent = { others: [other('n2'), quiet] };

  it('is told by hand, and the plan says so', () => {
    expect(rulesOf(silent)).toEqual([]);
    const plan = planCluster(observed(silent).cluster, { backup: true });
    expect(plan?.others.map(({ name, reach }) => `${name} ${reach}`)).toEqual(['n2 rest', 'n3 by-hand']);
    const [warning] = warnOfCluster(observed(silent), true);
    expect(warning).toMatchObject({ rule: 'patroni-member-silent', subject: 'n3' });
  });
});

it('warns of replicas without a backup to make them from, where there are replicas', () => {
  const rules = (changes: Partial<ClusterObservation>, backup: boolean): readonly string[] =>
    warnOfCluster(observed(changes), backup).map(({ rule }) => rule);
  expect(rules({}, true)).toEqual([]);
  expect(rules({}, false)).toEqual(['replicas-without-backup']);
  expect(rules({ others: [] }, false)).toEqual([]);
});
