import { describe, expect, it } from 'vitest';
import { configure, rendered, takeVariables } from './take-variables.ts';

describe('the Compose scheduler', () => {
  const text = `# Required for production
POSTGRES_PASSWORD=secure_password
PGBACKREST_STANZA=shop
BACKUP_SCHEDULE_FULL="0 2 * * 0"      # Weekly full
BACKUP_SCHEDULE_DIFF="0 2 * * 1-6"    # Daily diff
BACKUP_SCHEDULE_INCR="0 */6 * * *"    # 6-hourly incremental
RETENTION_DAYS=30
`;
  it('keeps 7 full and 4 differential backups; RETENTION_DAYS is about logs', () => {
    const result = takeVariables(text);
    const lines = rendered(result);
    expect(lines).toEqual(
      expect.arrayContaining([
        '[shop]',
        'repo1-retention-full=7',
        'repo1-retention-diff=4',
        'repo1-path=/var/lib/pgbackrest',
      ]),
    );
    expect(lines.join('\n')).not.toMatch(/30|retention-archive=/);
    expect(configure(result).stanzas[0]?.schedule.map(({ job, cron }) => `${job} ${cron}`)).toEqual([
      'full 0 2 * * 0',
      'diff 0 2 * * 1-6',
      'incr 0 */6 * * *',
    ]);
    expect(result.draft.notes).toContainEqual(
      expect.objectContaining({
        kind: 'not-carried',
        what: 'RETENTION_DAYS',
        position: { file: '.env.old', line: 7, column: 1 },
      }),
    );
    expect(result.draft.notes).toContainEqual(
      expect.objectContaining({ kind: 'not-carried', what: 'POSTGRES_PASSWORD' }),
    );
  });
});
