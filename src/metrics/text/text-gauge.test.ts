import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMetrics } from '../../../test/support/metrics-text.ts';
import { TextGauge } from './text-gauge.ts';

const definition = { name: 'x_bytes', help: 'A \\ and\na line.', labels: ['a', 'b'] };

describe('a gauge as text', () => {
  it('can be read again, whatever is in its labels', () => {
    const text = fc.string({ unit: 'grapheme' });
    const value = fc.double({ noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text, value)), (all) => {
        const gauge = new TextGauge(definition);
        const series = new Map(all.map((one) => [JSON.stringify(one.slice(0, 2)), one]));
        for (const [a, b, number] of series.values()) gauge.set({ a, b }, number);
        const page = readMetrics(Buffer.concat(gauge.takeFamily()));
        expect(page.samples).toEqual(
          [...series.values()].map(([a, b, number]) => ({
            name: 'x_bytes',
            labels: { a, b },
            value: number + 0,
          })),
        );
      }),
    );
  });

  it('leaves out labels without a value, counts, takes lines over and forgets what was shown', () => {
    const gauge = new TextGauge(definition);
    gauge.set(3);
    gauge.set({ b: 'x' }, Number.POSITIVE_INFINITY);
    gauge.inc({ a: '1' });
    gauge.inc({ a: '1' });
    gauge.append(Buffer.from('x_bytes{a="2"} 7\n'));
    expect(String(Buffer.concat(gauge.takeFamily()))).toBe(
      '# HELP x_bytes A \\\\ and\\na line.\n# TYPE x_bytes gauge\n' +
        'x_bytes 3\nx_bytes{b="x"} +Inf\nx_bytes{a="1"} 2\nx_bytes{a="2"} 7\n',
    );
    expect(gauge.takeLines()).toHaveLength(0);
  });
});
