import { describe, expect, it } from 'vitest';
import { readTar, writeTar, type TarEntry } from './tar.ts';

const entry = (name: string, content: string): TarEntry => ({ name, content: Buffer.from(content) });

describe('a tar of a kit', () => {
  it('gives back what was put into it, empty files and whole blocks too', () => {
    const entries = [
      entry('kit/a', ''),
      entry('kit/b.txt', 'x'.repeat(512)),
      entry('kit/c/d', 'two\nlines\n'),
    ];
    expect(readTar(writeTar(entries, 1_700_000_000), 'kit')).toEqual(entries);
  });

  it('is refused where a header was changed, it ends early, or it is something else', () => {
    const whole = writeTar([entry('kit/a', 'text')], 0);
    const changed = Buffer.from(whole);
    changed[130] = 0x37;
    for (const bytes of [changed, whole.subarray(0, 600), Buffer.from('no tar at all'), Buffer.alloc(0)])
      expect(() => readTar(bytes, 'kit')).toThrow(/no whole kit/);
  });

  it.each(['../outside', '/absolute', 'kit/../../outside', '.hidden'])('refuses a file called %s', (name) => {
    expect(() => readTar(writeTar([entry(name, 'x')], 0), 'kit')).toThrow(/not one of ours/);
  });

  it('refuses a link', () => {
    const tar = writeTar([entry('kit/a', '')], 0);
    tar[156] = 0x32;
    const sum = tar.subarray(0, 512).reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0);
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    expect(() => readTar(tar, 'kit')).toThrow(/no plain file/);
  });
});
