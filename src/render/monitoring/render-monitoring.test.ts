import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alertsConfiguration } from '../../../test/support/alert-cases.ts';
import {
  stanza as bareStanza,
  configuration,
  renderCall,
  repository,
} from '../../../test/support/conf-parts.ts';
import type { Stanza } from '../../config/configuration.ts';
import { judgeGeneratedText } from '../../engine/conf/conf-text.ts';
import { catalogue } from '../../metrics/catalogue.ts';
import { alertGroups } from './alert-groups.ts';
import { longestAge } from './longest-gap.ts';
import { monitoringTarget } from './render-monitoring.ts';

const root = join(import.meta.dirname, '../../..');
const call = renderCall();

describe('what is rendered for monitoring', () => {
  it('is this for one configuration', async () => {
    const [file] = monitoringTarget.render(alertsConfiguration, call);
    expect(file?.path).toBe('prometheus/holdfast-rules.yml');
    await expect(file?.content).toMatchFileSnapshot(join(root, 'test/golden/holdfast-rules.yml'));
    expect(judgeGeneratedText(file?.content ?? '')).toBe('untouched');
    expect(judgeGeneratedText(file?.content.replace('> 93600', '> 9') ?? '')).toBe('edited');
  });

  const rules = alertGroups(alertsConfiguration, 'holdfast').flatMap((group) => group.rules);

  it('names only metrics of the catalogue', () => {
    const known = new Set<string>(['up', ...Object.values(catalogue).map(({ name }) => name)]);
    const named = rules.flatMap(
      ({ expr }) => expr.match(/\b(?:up|holdfast_\w+|pgbackrest_\w+|process_\w+)(?=[{[) ]|$)/g) ?? [],
    );
    expect(new Set(named).size).toBeGreaterThan(25);
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
  });

  it('names only rules of findings that there are', () => {
    const folder = join(root, 'src/status/rules');
    const sources = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
    const named = rules.flatMap(({ findings }) => findings);
    expect(named.filter((rule) => !sources.includes(`'${rule}'`))).toEqual([]);
  });

  it('leaves no finding untold, and tells none twice', () => {
    for (const group of alertGroups(alertsConfiguration, 'holdfast')) {
      for (const severity of ['critical', 'warning'] as const) {
        const own = group.rules.filter((rule) => rule.severity === severity);
        const told = own.flatMap(({ findings }) => findings);
        expect(told).toHaveLength(new Set(told).size);
        const rest = own.find(({ alert }) => alert.startsWith('HoldfastFinding'));
        const [, left = ''] = /rule!~"([^"]*)"/.exec(rest?.expr ?? '') ?? [];
        expect(left.split('|').filter(Boolean).toSorted()).toEqual(told.toSorted());
      }
    }
  });

  it('follows objectives and schedules', () => {
    const alerts = alertGroups(configuration([bareStanza('bare', [], [repository(1)])]), 'holdfast')
      .flatMap((group) => group.rules)
      .map(({ alert }) => alert);
    for (const alert of [
      'HoldfastBackupTooOld',
      'HoldfastDrillTooOld',
      'HoldfastRpoExceeded',
      'HoldfastHeartbeatSilent',
    ])
      expect(alerts).not.toContain(alert);
    expect(alerts).not.toContain('HoldfastScheduledBackupMissing');
    expect(alerts).toContain('HoldfastArchiveBehind');
  });
});

describe('the longest age of a scheduled backup', () => {
  const day = 86_400;
  const [main] = alertsConfiguration.stanzas;
  if (main === undefined) throw new Error('the example has a stanza');

  const stanza = main;

  function ages(change: Partial<Stanza>, name = 'local'): (number | undefined)[] {
    return (['full', 'diff', 'incr'] as const).map((type) =>
      longestAge({ ...stanza, blackouts: [], ...change }, name, type),
    );
  }

  const line = { timezone: 'UTC', repositories: [], jitter: 0 } as const;

  it('is the longest gap, with a tenth of it or two hours, and an hour for clocks that change', () => {
    const weekly = { ...line, job: 'full', cron: '0 2 * * 0' } as const;
    expect(ages({ schedule: [weekly] })).toEqual([Math.round(7 * day * 1.1 + 3600), undefined, undefined]);
    const daily = { ...line, job: 'diff', cron: '0 2 * * 1-6' } as const;
    // On Sundays the full backup does what a differential one would.
    expect(ages({ schedule: [weekly, daily] })[1]).toBe(Math.round(day * 1.1 + 3600));
    // Alone it is not taken on Sundays.
    expect(ages({ schedule: [daily] })[1]).toBe(Math.round(2 * day * 1.1 + 3600));
    const hourly = { ...line, job: 'incr', cron: '0 * * * *' } as const;
    expect(ages({ schedule: [hourly] })[2]).toBe(3600 + 7200 + 3600);
  });

  it('knows months of another length', () => {
    const monthly = { ...line, job: 'full', cron: '0 2 1 * *' } as const;
    expect(ages({ schedule: [monthly] })[0]).toBe(Math.round(31 * day * 1.1 + 3600));
    const yearly = { ...line, job: 'full', cron: '0 2 29 2 *' } as const;
    // Too rare to be seen twice: nothing is said too early.
    expect(ages({ schedule: [yearly] })[0]).toBeGreaterThan(4 * 365 * day);
  });

  it('asks only what is for the repository, and waits for jitter and blackouts', () => {
    const offsite = {
      ...line,
      job: 'full',
      cron: '0 2 * * 0',
      repositories: ['offsite'],
      jitter: 600,
    } as const;
    expect(ages({ schedule: [offsite] })).toEqual([undefined, undefined, undefined]);
    expect(ages({ schedule: [offsite] }, 'offsite')[0]).toBe(Math.round(7 * day * 1.1 + 3600 + 600));
    const blackout = { cron: '0 0 * * 6', timezone: 'UTC', duration: 7200 };
    const [run] = ages({ schedule: [offsite], blackouts: [{ ...blackout, missed: 'run' }] }, 'offsite');
    expect(run).toBe(Math.round(7 * day * 1.1 + 3600 + 600 + 7200));
    const [skip] = ages({ schedule: [offsite], blackouts: [{ ...blackout, missed: 'skip' }] }, 'offsite');
    expect(skip).toBe(Math.round(7 * day * 1.1 + 3600 + 600 + 7200 + 7 * day));
  });
});
