import { describe, expect, it } from 'vitest';
import { readNetwork } from './read-network.ts';

describe('readNetwork', () => {
  it.each([
    [[], [], undefined],
    [['10.0.0.5'], [], { addresses: ['10.0.0.5'], allow: ['samenet'] }],
    [['*'], ['10.0.0.0/8', '::1/128'], { addresses: ['*'], allow: ['10.0.0.0/8', '::1/128'] }],
    [['db1.example.org', '::'], ['samehost'], { addresses: ['db1.example.org', '::'], allow: ['samehost'] }],
  ])('reads --listen %j --allow %j', (addresses, allow, wanted) => {
    expect(readNetwork(addresses, allow)).toEqual(wanted);
  });

  it.each([
    [[], ['10.0.0.0/8']],
    [['10.0.0.5, evil'], []],
    [[''], []],
    [['-x'], []],
    [['*'], ['10.0.0.0']],
    [['*'], ['10.0.0.0/33']],
    [['*'], ['10.0.0/8']],
    [['*'], ['::/129']],
    [['*'], ['samenet trust\nhost all all all']],
    [['*'], ['']],
  ])('refuses --listen %j --allow %j', (addresses, allow) => {
    expect(() => readNetwork(addresses, allow)).toThrow(/--listen|--allow/);
  });
});
