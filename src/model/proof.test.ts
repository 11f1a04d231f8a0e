import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProof, parseProof, proofOf } from './proof.ts';

const seconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((value) => value * 1000);

describe('a proof in an annotation', () => {
  it('comes back as it was written, in whole seconds that are never too late', () => {
    fc.assert(
      fc.property(seconds, fc.option(seconds, { nil: undefined }), fc.nat(999), (at, until, more) => {
        const value = formatProof({ at: at + more, until: until && until + more, run: 'drill-1' });
        expect(parseProof('A', value)).toEqual({ set: 'A', at, until, text: value });
      }),
    );
    expect(formatProof({ at: 0, until: 1999, run: 'a drill' })).toBe(
      'at=1970-01-01T00:00:00Z until=1970-01-01T00:00:01Z run=a-drill',
    );
  });

  it('of somebody else counts too, with times that are not known', () => {
    expect(parseProof('A', ' restored on db9, at=noon ')).toEqual({
      set: 'A',
      at: undefined,
      until: undefined,
      text: 'restored on db9, at=noon',
    });
    fc.assert(fc.property(fc.string(), (text) => void parseProof('A', text)));
  });

  it('is none when it was taken away', () => {
    expect(proofOf({ label: 'A', annotations: {} })).toBeUndefined();
    expect(proofOf({ label: 'A', annotations: { 'holdfast-proven': '' } })).toBeUndefined();
    expect(proofOf({ label: 'A', annotations: { 'holdfast-proven': 'yes' } })?.text).toBe('yes');
  });
});
