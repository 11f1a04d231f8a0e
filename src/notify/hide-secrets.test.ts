import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideSecrets } from './hide-secrets.ts';

describe('what others say', () => {
  it('is told without the parts of a URL that open something', () => {
    const url = 'https://hooks.example.com/services/T00000000/B00000000/abcdEFGHijkl?token=quiteSecret1';
    const said = `no service at /services/T00000000/B00000000/abcdEFGHijkl: abcdEFGHijkl quiteSecret1 ${url}`;
    const told = hideSecrets(said, [url]);
    for (const part of ['T00000000', 'B00000000', 'abcdEFGHijkl', 'quiteSecret1'])
      expect(told).not.toContain(part);
    expect(told).toMatch(/^no service at \(secret\)/);
  });

  it('never holds a value, whatever is said of it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (value, before, after) => {
        fc.pre(!'(secret)'.includes(value) && !value.includes('(') && !value.includes(')'));
        expect(hideSecrets(`${before}${value}${after}`, [value])).toBe(
          `${before}${value}${after}`.replaceAll(value, '(secret)'),
        );
      }),
    );
  });

  it('hides a password as it stands in a URL and as it is meant', () => {
    const told = hideSecrets('535 pa ss pa%20ss', ['smtp://user:pa%20ss@mail.example.com']);
    expect(told).toBe('535 (secret) (secret)');
  });
});
