import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '../model/failure.ts';
import { parseAnnotations } from './parse-annotations.ts';

describe('parseAnnotations', () => {
  it('splits at the first equals sign', () => {
    expect(parseAnnotations(['why=before = after', 'who=anna'])).toEqual({
      why: 'before = after',
      who: 'anna',
    });
  });

  it.each(['why', '=x', 'why=', 'holdfast-by=me', 'a=b\nc'])('refuses %j', (text) => {
    expect(() => parseAnnotations([text])).toThrow(/read --annotation/);
  });

  it('gives notes or a usage failure for any text', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (given) => {
        try {
          for (const [key, value] of Object.entries(parseAnnotations(given))) {
            expect(key).not.toBe('');
            expect(value).not.toBe('');
          }
        } catch (error) {
          if (!isFailure(error, 'usage')) throw error;
        }
      }),
    );
  });
});
