import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

describe('nearestName', () => {
  it('forgives a wrong, a missing, an additional and two exchanged characters', () => {
    const names = ['retention', 'repositories', 'port', 'path'];
    expect(nearestName('retenton', names)).toBe('retention');
    expect(nearestName('repositorys', names)).toBe('repositories');
    expect(nearestName('prot', names)).toBe('port');
    expect(nearestName('PATH', names)).toBe('path');
  });

  it('says nothing rather than something far', () => {
    expect(nearestName('bucket', ['retention', 'path'])).toBeUndefined();
    expect(nearestName('x', [])).toBeUndefined();
  });
});
