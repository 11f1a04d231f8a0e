import { describe, expect, it } from 'vitest';
import { probeQuery } from './run-probe.ts';

describe('the text of a probe', () => {
  it('is a query, or an expression that becomes one', () => {
    expect(probeQuery(' select count(*) > 1 from a ;\n')).toBe('select count(*) > 1 from a');
    expect(probeQuery('WITH x AS (SELECT 1) SELECT true FROM x')).toBe(
      'WITH x AS (SELECT 1) SELECT true FROM x',
    );
    expect(probeQuery("to_regclass('orders') IS NOT NULL")).toBe(
      "SELECT (to_regclass('orders') IS NOT NULL)",
    );
    expect(probeQuery('(SELECT max(id) FROM orders) > 500')).toBe(
      'SELECT ((SELECT max(id) FROM orders) > 500)',
    );
    expect(probeQuery('selected')).toBe('SELECT (selected)');
  });

  it('is not empty', () => {
    expect(() => probeQuery(' ; ')).toThrow(/empty/);
  });
});
