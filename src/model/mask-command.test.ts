import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskCommand } from './mask-command.ts';

describe('maskCommand', () => {
  it.each([
    ['AWS_SECRET_ACCESS_KEY=s3cr3t wal-g wal-push %p', 'AWS_SECRET_ACCESS_KEY=(hidden) wal-g wal-push %p'],
    [`A="s3cr3t x" B='s3cr3t y' C=a\\ s3cr3t wal-g`, 'A=(hidden) B=(hidden) C=(hidden) wal-g'],
    ['env db_password=s3cr3t wal-g', 'env db_password=(hidden) wal-g'],
    [`sh -c 'KEY=s3cr3t wal-g wal-push %p'`, `sh -c 'KEY=(hidden) wal-g wal-push %p'`],
    [String.raw`sh -c "KEY=\"a s3cr3t\" wal-g"`, 'sh -c "KEY=(hidden) wal-g"'],
    [
      'pgbackrest --repo1-cipher-pass=s3cr3t archive-push %p',
      'pgbackrest --repo1-cipher-pass=(hidden) archive-push %p',
    ],
    ['x --secret-key s3cr3t --token "s3 cr3t" %p', 'x --secret-key (hidden) --token (hidden) %p'],
    ['openssl enc -pass pass:s3cr3t < %p', 'openssl enc -pass (hidden) < %p'],
    ['curl -T %p ftp://backup:s3cr3t@host/%f', 'curl -T %p ftp://backup:(hidden)@host/%f'],
    ['curl -T %p https://u:s3/c@r3t@host/%f', 'curl -T %p https://u:(hidden)@host/%f'],
    ['curl -u backup:s3cr3t -T %p https://h/%f', 'curl -u backup:(hidden) -T %p https://h/%f'],
    ['curl "https://h/%f?sv=1&sig=s3cr3t" -T %p', 'curl "https://h/%f?sv=1&sig=(hidden)'],
    [`curl -H 'Authorization: Bearer s3cr3t' -T %p`, `curl -H 'Authorization: (hidden)' -T %p`],
    [`psql 'host=h password=s3cr3t'`, `psql 'host=h password=(hidden)`],
    ['KEY="s3cr3t and no end', 'KEY=(hidden)'],
  ])('takes the secret out of: %s', (command, shown) => {
    expect(maskCommand(command)).toBe(shown);
  });

  it.each([
    'pgbackrest --stanza=main archive-push "%p"',
    '/usr/bin/pgbackrest --config=/etc/x.conf --config-include-path=/etc/x --stanza=main archive-push %p',
    'test ! -f /mnt/%f && cp %p /mnt/%f',
    'dd if=%p of=/mnt/%f',
    'PGBACKREST_CONFIG=/etc/x.conf pgbackrest --stanza=main archive-push %p || true',
    'PGPASSFILE=/etc/x HOME=$OTHER barman-wal-archive backup main %p',
    'x --repo1-host-key-file=/etc/key --no-check-password --stanza=main',
    '',
    '(disabled)',
  ])('leaves alone: %s', (command) => {
    expect(maskCommand(command)).toBe(command);
  });

  it('never shows a value that a name announces, however it is written', () => {
    const marker = 'm4rk3r';
    const value = fc
      .tuple(
        fc.stringMatching(/^[A-Za-z0-9+=:.,@%_-]{0,6}$/),
        fc.stringMatching(/^[A-Za-z0-9+=:.,@%_-]{0,6}$/),
      )
      .map(([before, after]) => `${before.replace(/^-+/, '')}${marker}${after}`);
    const quoted = fc
      .tuple(value, fc.constantFrom('', '"', "'"))
      .map(([text, quote]) => `${quote}${text}${quote}`);
    const secret = fc.constantFrom(
      'AWS_SECRET_ACCESS_KEY=',
      'PGPASSWORD=',
      '--pass=',
      '--secret-key ',
      'api_token=',
    );
    const rest = fc.constantFrom('wal-g wal-push %p', '"%p"', '&& cp %p /x', '| gzip', `'a b'`);
    fc.assert(
      fc.property(secret, quoted, rest, (name, text, after) => {
        expect(maskCommand(`env ${name}${text} ${after}`)).not.toContain(marker);
        expect(maskCommand(`env ${name}${text} ${after}`).endsWith(after)).toBe(true);
      }),
    );
  });
});
