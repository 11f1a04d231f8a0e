import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { findGroup, identifyProcess, isAlive } from './process-identity.ts';

describe('identifyProcess', () => {
  it('knows the process it runs in', () => {
    const self = identifyProcess(process.pid);
    expect(self?.pid).toBe(process.pid);
    expect(self && isAlive(self)).toBe(true);
  });

  it('does not take a reused pid for the process that had it before', () => {
    const self = identifyProcess(process.pid);
    expect(isAlive({ pid: process.pid, startTicks: (self?.startTicks ?? 0) - 1 })).toBe(false);
  });

  it('sees the end of a child', async () => {
    const child = spawn('/bin/sleep', ['60']);
    await once(child, 'spawn');
    const identity = identifyProcess(child.pid as number);
    expect(identity && isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identity && isAlive(identity)).toBe(false);
    expect(identifyProcess(child.pid as number)).toBeUndefined();
  });

  it('reads a program name with blanks and parentheses', async () => {
    const child = spawn('/bin/sleep', ['60'], { argv0: 'a) Z (b' });
    await once(child, 'spawn');
    expect(identifyProcess(child.pid as number)).toBeDefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
});

describe('findGroup', () => {
  it('finds workers that outlive their leader, and nothing of a reused number', async () => {
    const child = spawn('/bin/sh', ['-c', 'sleep 60 & sleep 60 & echo ready; wait'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    const leader = identifyProcess(child.pid as number);
    if (leader === undefined) throw new Error('not started');
    expect(findGroup(leader)).toHaveLength(3);
    expect(findGroup({ ...leader, startTicks: leader.startTicks - 1 })).toEqual([]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(findGroup(leader)).toHaveLength(2);
    process.kill(-leader.pid, 'SIGKILL');
  });
});
