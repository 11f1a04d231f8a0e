import { describe, expect, it } from 'vitest';
import { drillChecks } from '../../../model/drill.ts';
import { isWanted } from './run-drill-checks.ts';

describe('which checks are done', () => {
  const query = { name: 'rows', database: 'app', sql: 'SELECT 1', expect: '1' };

  it('are those that were asked for, and always the target', () => {
    const settings = { checks: ['read'], queries: [query] } as const;
    expect(drillChecks.filter((check) => isWanted(check, settings))).toEqual(['target', 'read']);
  });

  it('are all where nothing is said, but queries only where there are some', () => {
    const without = drillChecks.filter((check) => isWanted(check, { checks: drillChecks, queries: [] }));
    expect(without).toEqual(drillChecks.filter((check) => check !== 'queries'));
    expect(isWanted('queries', { checks: drillChecks, queries: [query] })).toBe(true);
    // Somebody named it: that there are none is told.
    expect(isWanted('queries', { checks: ['queries'], queries: [] })).toBe(true);
  });
});
