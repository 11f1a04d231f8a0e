import { describe, expect, it } from 'vitest';
import { tunedOptions, yieldToUser } from './tuning.ts';

/** process-max in [global], for archive-push and for restore. */
function processes(cores: number): (string | readonly string[] | undefined)[] {
  const sections = tunedOptions({ cores });
  return ['global', 'global:archive-push', 'global:restore'].map(
    (name) =>
      sections
        .find((section) => section.name === name)
        ?.options.find((candidate) => candidate.name === 'process-max')?.value,
  );
}

describe('tunedOptions', () => {
  it('uses two processes on the smallest machine and at most eight for backups', () => {
    expect(processes(1)).toEqual(['2', '2', '2']);
    expect(processes(2)).toEqual(['2', '2', '2']);
    expect(processes(8)).toEqual(['4', '4', '8']);
    expect(processes(96)).toEqual(['8', '4', '32']);
  });

  it('never throws WAL away nor makes backups read everything', () => {
    const names = tunedOptions({ cores: 4 }).flatMap((section) =>
      section.options.map((candidate) => candidate.name),
    );
    expect(names).not.toContain('archive-push-queue-max');
    expect(names).not.toContain('delta');
  });

  it('yields to what the user says', () => {
    const own = new Map([['global', [{ name: 'compress-type', value: 'gz' }]]]);
    const names = yieldToUser(tunedOptions({ cores: 4 }), own)[0]?.options.map((candidate) => candidate.name);
    expect(names).toEqual(['process-max', 'start-fast', 'archive-async']);
  });
});
