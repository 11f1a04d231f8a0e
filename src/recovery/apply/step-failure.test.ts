import { describe, expect, it } from 'vitest';
import { Failure } from '../../model/failure.ts';
import { stepFailure } from './step-failure.ts';

const attempt = {
  operation: 'restore files',
  place: '/data',
  restoreId: 'restore-1',
  next: 'Go on with `holdfast restore --resume restore-1`.',
};
const systemError = (code: string, path?: string): Error =>
  Object.assign(new Error(code), { code, syscall: 'write', ...(path === undefined ? {} : { path }) });

describe('stepFailure', () => {
  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EACCES', 'not-permitted'],
    ['EROFS', 'not-permitted'],
    ['EIO', 'file-unusable'],
  ])('names %s', (code, kind) => {
    const named = stepFailure(systemError(code, '/data/file'), attempt) as Failure;
    expect(named).toMatchObject({ kind, place: '/data/file', operation: 'restore files' });
    expect(named.hint).toMatch(/\.\nGo on with `holdfast restore --resume restore-1`\.$/);
    expect(stepFailure(systemError(code), attempt)).toMatchObject({ kind, place: '/data' });
  });

  it('adds what can be typed now, once', () => {
    const bare = new Failure('engine-failed', { operation: 'a', problem: 'b', details: { c: 1 } });
    const told = stepFailure(bare, attempt);
    expect(told).toMatchObject({ kind: 'engine-failed', hint: attempt.next, details: { c: 1 }, cause: bare });
    expect(stepFailure(told, attempt)).toBe(told);
  });

  it('gives back what it does not know, and what somebody interrupted', () => {
    const stopped = new Failure('interrupted', { operation: 'a', problem: 'b' });
    for (const error of [stopped, new TypeError('bug'), 'text', systemError('ENOTEMPTY')]) {
      expect(stepFailure(error, attempt)).toBe(error);
    }
  });
});
