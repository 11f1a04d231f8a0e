import { describe, expect, it } from 'vitest';
import { LintDocument } from '../lint-document.ts';
import { readPostgresqlConf } from './read-postgresql-conf.ts';

function read(text: string): ReturnType<typeof readPostgresqlConf> {
  return readPostgresqlConf(new LintDocument('postgresql.conf', { kind: 'postgresql-conf', text }));
}

describe('readPostgresqlConf', () => {
  it('reads names and values with and without equals sign and quotes', () => {
    const facts = read(
      "# note\nwal_level = replica # enough\narchive_mode on\nArchive_Timeout='60s'\nx = 'it''s'\n",
    );
    expect(facts.serverSettings?.map(({ name, value }) => [name.value, value.value])).toEqual([
      ['wal_level', 'replica'],
      ['archive_mode', 'on'],
      ['archive_timeout', '60s'],
      ['x', "it's"],
    ]);
  });

  it('reads archive_command as a command too', () => {
    const facts = read("archive_command = 'pgbackrest --stanza=main archive-push %p'\n");
    expect(facts.commandLists?.[0]).toMatchObject({
      use: 'archive_command',
      commands: [{ program: 'pgbackrest' }],
    });
  });

  it('reads ALTER SYSTEM and no sentences', () => {
    const facts = read(
      "ALTER SYSTEM SET archive_mode = 'on';\nSELECT pg_reload_conf();\nthis is a sentence\n",
    );
    expect(facts.serverSettings?.map(({ name, value, via }) => [name.value, value.value, via])).toEqual([
      ['archive_mode', 'on', 'alter-system'],
    ]);
  });
});
