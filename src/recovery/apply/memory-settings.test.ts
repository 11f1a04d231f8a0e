import { describe, expect, it } from 'vitest';
import { memorySettings } from './memory-settings.ts';

const bytesOf = (setting: string | undefined): number => Number(/^(\d+)kB$/.exec(setting ?? '')?.[1]) * 1024;

describe('memorySettings', () => {
  it('keeps what is always there and one of each within the memory', () => {
    for (const memory of [64, 256, 4096].map((mebibytes) => mebibytes * 1024 * 1024)) {
      const settings = memorySettings({ memory });
      const parts = ['shared_buffers', 'maintenance_work_mem', 'autovacuum_work_mem', 'work_mem'];
      const sum = parts.reduce((total, name) => total + bytesOf(settings[name]), 0);
      expect(sum).toBeLessThan(memory / 2);
      expect(bytesOf(settings['shared_buffers'])).toBe(memory / 4);
    }
  });

  it('never goes below what PostgreSQL takes', () => {
    expect(memorySettings({ memory: 1 })).toMatchObject({ shared_buffers: '1024kB', work_mem: '512kB' });
  });

  it('says nothing of a restore that is not bounded', () => {
    expect(memorySettings(undefined)).toEqual({});
  });
});
