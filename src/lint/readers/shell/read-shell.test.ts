import { expect, test } from 'vitest';
import { LintDocument } from '../../lint-document.ts';
import { readShell } from './read-shell.ts';

function read(text: string) {
  return readShell(new LintDocument('x.sh', { kind: 'shell', text }));
}

test('gives variables, also those that are only exported', () => {
  const { variables } = read('A=1\nexport B="x y" C\nD=$(date) pgbackrest info\n');
  expect(variables?.map(({ name, value }) => [name.value, value.value, value.unknown])).toEqual([
    ['A', '1', false],
    ['B', 'x y', false],
    ['C', '', true],
    ['D', '$(date)', true],
  ]);
});

test('finds the lines of a crontab among commands', () => {
  const text = `sudo crontab -u postgres -e\n\n# Full\n0 2 * * * /usr/bin/pgbackrest --stanza=a --type=full backup\n\n0 */6 * * * /usr/bin/pgbackrest --stanza=a --type=diff backup\n`;
  const { commandLists, embedded } = read(text);
  expect(commandLists?.[0]?.commands.map((command) => command.program)).toEqual(['crontab']);
  expect(embedded?.map((part) => part.kind)).toEqual(['crontab']);
  const [crontab] = embedded ?? [];
  expect(crontab?.positionOf(crontab.text.indexOf('0 */6'))).toEqual({ file: 'x.sh', line: 6, column: 1 });
});

test('finds files in here-documents, echoes and statements', () => {
  const text = `cat > /etc/cron.d/backup <<'EOF'
0 2 * * 0 postgres pgbackrest --stanza=a backup
EOF
sudo tee /etc/pgbackrest/pgbackrest.conf > /dev/null <<EOF
[global]
repo1-path=/x
EOF
echo "archive_mode = on" >> /etc/postgresql/16/main/postgresql.conf
(crontab -l; echo "0 2 * * * pgbackrest --stanza=a backup") | crontab -
psql -c "ALTER SYSTEM SET archive_command = 'pgbackrest --stanza=a archive-push %p'"
cat <<EOF
only text
EOF
`;
  const { embedded } = read(text);
  expect(embedded?.map(({ kind, destination }) => [kind, destination])).toEqual([
    ['crontab', '/etc/cron.d/backup'],
    ['pgbackrest-conf', '/etc/pgbackrest/pgbackrest.conf'],
    ['postgresql-conf', '/etc/postgresql/16/main/postgresql.conf'],
    ['crontab', undefined],
    ['postgresql-conf', undefined],
  ]);
});

test('says nothing of PowerShell', () => {
  expect(read('$stanza = "a"\nWrite-Host "x"\npgbackrest --stanza=$stanza info | Out-Null\n')).toEqual({
    document: expect.anything(),
  });
});
