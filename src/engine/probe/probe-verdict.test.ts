import { describe, expect, it } from 'vitest';
import { readProbeOutput } from './probe-verdict.ts';

describe('readProbeOutput', () => {
  it('knows an error of the reading', () => {
    const output =
      "WARN: configuration file contains invalid option 'x'\nERROR: [037]: backup command requires option: pg1-path\n       HINT: does this stanza exist?";
    expect(readProbeOutput(37, output)).toEqual({
      code: 37,
      message: 'backup command requires option: pg1-path',
      warned: ['x'],
    });
  });

  it.each([
    [62, '2026-01-01 00:00:00.000 P00  ERROR: [062]: stop file exists for all stanzas'],
    [27, 'P00  ERROR: [027]: no database found'],
    [32, "ERROR: [032]: 'x' is not a valid backup label format"],
    [undefined, ''],
  ])('takes what comes after the reading for options that were taken (%s)', (code, output) => {
    expect(readProbeOutput(code, output)).toEqual({ code: undefined, message: undefined, warned: [] });
  });

  it('collects names from every kind of warning, each once', () => {
    const output = `WARN: environment contains invalid option 'enabled'
2026-01-01 00:00:00.000 P00   WARN: option 'repo1-retention-full' is not set for 'repo1-retention-full-type=count', the repository may run out of space
2026-01-01 00:00:00.000 P00   WARN: WAL segments will not be expired: option 'repo2-retention-archive-type=incr' but option 'repo2-retention-archive' is not set
WARN: environment contains invalid option 'enabled'
P00   WARN: [DRY-RUN] option 'repo3-retention-full' is not set for 'repo3-retention-full-type=count', the repository
WARN: unable to check pg1: [DbConnectError] 'x'`;
    expect(readProbeOutput(62, output).warned).toEqual([
      'enabled',
      'repo1-retention-full',
      'repo2-retention-archive',
      'repo3-retention-full',
    ]);
  });
});
