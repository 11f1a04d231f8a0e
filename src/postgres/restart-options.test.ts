import { describe, expect, it } from 'vitest';
import { restartOptions } from './restart-options.ts';

describe('the options of a restart', () => {
  it('are left to pg_ctl where the data directory is absolute, or not given', () => {
    expect(restartOptions(['-D', '/srv/data', '-p', '5433'])).toBeUndefined();
    expect(restartOptions(['-D/srv/data'])).toBeUndefined();
    expect(restartOptions(['-p', '5433'])).toBeUndefined();
  });

  it('are those of the postmaster without a relative data directory', () => {
    expect(restartOptions(['-D', 'data', '-c', 'log_line_prefix=%m it', '-p', '5433'])).toBe(
      "-c 'log_line_prefix=%m it' -p 5433",
    );
    expect(restartOptions(['-p', '5433', '-Ddata'])).toBe('-p 5433');
    expect(restartOptions(['-D', '.'])).toBe('');
  });
});
