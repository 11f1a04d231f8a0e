import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommandUse } from '../../facts.ts';
import { LintDocument } from '../../lint-document.ts';
import { readCommandList } from './read-command-list.ts';

function read(text: string, use: CommandUse = 'shell') {
  const document = new LintDocument('x.sh', { kind: 'shell', text });
  return readCommandList({ document, start: 0, end: text.length }, use).commands;
}

/** `after program word word [wrappers]`, one line a command. */
function outline(text: string, use?: CommandUse): string[] {
  return read(text, use).map((command) => {
    const wrappers = command.wrappers.length === 0 ? '' : ` [${command.wrappers.join(' | ')}]`;
    return `${command.after ?? '.'} ${command.words.map((word) => word.value).join(' ')}${wrappers}`;
  });
}

describe('words', () => {
  test('lose quotes and escapes and keep their places', () => {
    const text = `a --t="x y" 'b c' \\\n  d\\ e "q\\"r"`;
    const [command] = read(text);
    expect(command?.words.map((word) => word.value)).toEqual(['a', '--t=x y', 'b c', 'd e', 'q"r']);
    expect(command?.words.map((word) => text.slice(word.start, word.end))).toEqual([
      'a',
      '--t="x y"',
      "'b c'",
      'd\\ e',
      '"q\\"r"',
    ]);
  });

  test('are unknown when something in them is filled in later', () => {
    const text = 'p --a={{ stanza }} --b="$B" --c=<key-id> --d=$(x) --e=e ${F:-1}';
    expect(read(text)[0]?.words.map((word) => word.unknown)).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
      true,
    ]);
    expect(read(text)[0]?.words[1]?.value).toBe('--a={{ stanza }}');
  });

  test('of archive_command hold what the server fills in', () => {
    expect(read('pgbackrest archive-push %p', 'archive_command')[0]?.words[2]?.unknown).toBe(true);
    expect(read('date +%p')[0]?.words[1]?.unknown).toBe(false);
  });

  test('that are redirected stay redirections beside placeholders', () => {
    const [command] = read('a <in >out 2>/dev/null <key>');
    expect(command?.words.map((word) => word.value)).toEqual(['a', '<key>']);
    expect(command?.redirections.map((part) => part.value)).toEqual(['<in', '>out', '2>/dev/null']);
  });
});

describe('operators', () => {
  test('join commands of lists, pipelines and lines', () => {
    expect(outline('a | b && c || d; e\nf & g')).toEqual(['. a', '| b', '&& c', '|| d', '; e', '; f', '& g']);
  });

  test('keep a line together round a substitution', () => {
    expect(outline('a && echo $(b | c) || d')).toEqual(['. a', '&& echo $(b | c)', '|| d', '; b', '| c']);
    expect(outline('x=$(($(a) - $(b)))')).toEqual(['. a', '; b']);
    expect(outline('y; x=$(a | b) || d')).toEqual(['. y', '; a', '| b', '|| d']);
  });

  test('of conditions tell what follows success', () => {
    expect(outline('if a; then b; c; elif d; then e; else f; fi')).toEqual([
      '. a',
      '&& b',
      '; c',
      '; d',
      '&& e',
      '; f',
    ]);
    expect(outline('if ! a; then b; fi')).toEqual(['. a', '|| b']);
  });

  test('reach into loops, functions and cases', () => {
    expect(outline('f() { a; }\nfor x in 1 2; do b; done\ncase $1 in x) c ;; esac')).toEqual([
      '. a',
      '; b',
      '; c',
    ]);
  });
});

describe('wrappers', () => {
  const backup = 'pgbackrest --stanza=x backup';
  test.each([
    ['sudo -u postgres', 'sudo -u postgres'],
    ['sudo -iu postgres', 'sudo -iu postgres'],
    ['sudo -n -u postgres --', 'sudo -n -u postgres --'],
    ['docker exec -it -u postgres db', 'docker exec -it -u postgres db'],
    ['docker compose -f a.yml exec -T db', 'docker compose -f a.yml exec -T db'],
    ['docker run --rm --volumes-from db -v a:/b img:1', 'docker run --rm --volumes-from db -v a:/b img:1'],
    ['kubectl exec -n ns -it pod-0 -c db --', 'kubectl exec -n ns -it pod-0 -c db --'],
    ['kubectl -n ns exec deploy/db --', 'kubectl -n ns exec deploy/db --'],
    ['ssh -p 22 host', 'ssh -p 22 host'],
    ['nice -n 10 ionice -c2 -n7', 'nice -n 10 | ionice -c2 -n7'],
    ['flock -n /run/lock', 'flock -n /run/lock'],
    ['timeout 2h', 'timeout 2h'],
    ['chronic', 'chronic'],
    ['env -i A=b', 'env -i A=b'],
    ['runuser -u postgres --', 'runuser -u postgres --'],
    ['gosu postgres', 'gosu postgres'],
    ['sudo docker exec db gosu postgres', 'sudo | docker exec db | gosu postgres'],
  ])('%s', (wrapper, expected) => {
    expect(outline(`${wrapper} ${backup}`)).toEqual([`. ${backup} [${expected}]`]);
  });

  test.each([
    [`bash -c "${backup}"`, 'bash -c'],
    [`/bin/bash -lc '${backup}'`, '/bin/bash -lc'],
    [`su - postgres -c "${backup}"`, 'su - postgres -c'],
    [`su -l postgres -c '${backup}'`, 'su -l postgres -c'],
    [`sudo su - postgres -c '${backup}'`, 'sudo | su - postgres -c'],
    [`flock /run/lock -c '${backup}'`, 'flock /run/lock -c'],
    [`ansible db -m shell -a "${backup}"`, 'ansible db -m shell'],
    [`ssh host "sudo -u postgres bash -c '${backup}'"`, 'ssh host | sudo -u postgres | bash -c'],
    [`sudo -u postgres bash <<'EOF'\n${backup}\nEOF\n`, 'sudo -u postgres | bash'],
  ])('%s', (text, expected) => {
    expect(outline(text)).toEqual([`. ${backup} [${expected}]`]);
  });

  test('give the places of words inside a quoted line', () => {
    const text = `/bin/bash -c 'a list | jq -e ".[] == \\"$(hostname -f)\\"" || exit 0'`;
    const commands = read(text);
    expect(commands.map((command) => command.program)).toEqual(['a', 'jq', 'exit', 'hostname']);
    const zero = commands[2]?.words[1];
    expect(zero && text.slice(zero.start, zero.end)).toBe('0');
  });

  test('are not what runs a script, a module or nothing', () => {
    expect(outline('bash backup.sh; sudo -i; ssh host; docker compose up -d')).toEqual([
      '. bash backup.sh',
      '; sudo -i',
      '; ssh host',
      '; docker compose up -d',
    ]);
    expect(outline('ansible db -m systemd -a "name=patroni state=stopped"')[0]).toContain('. ansible db');
  });
});

test('functions of the script are looked through for calls of the engine', () => {
  const script = `as_postgres() { su-exec postgres "$@"; }
remote() { ssh "root@$1" "$2"; }
as_postgres pgbackrest --stanza=x info
remote "$HOST" "
  sudo -u postgres pgbackrest --stanza=x check
"
as_postgres psql`;
  expect(outline(script).slice(2)).toEqual([
    '; pgbackrest --stanza=x info [as_postgres]',
    '; pgbackrest --stanza=x check [remote | sudo -u postgres]',
    '; as_postgres psql',
  ]);
});

test('prompts are no words and output is no command', () => {
  expect(outline('$ a b \\\n    c\nstanza: main\npostgres@host:~$ d')).toEqual(['. a b c', '; d']);
  expect(outline('# look\n$ a\n# root@host:/# b')).toEqual(['. a']);
  expect(outline('cat <<EOF\n  $ a\nEOF\nb')).toEqual(['. cat', '; b']);
});

test('Jinja statements are blank', () => {
  expect(outline('{% if x %}\na\n{% endif %}\nb {# no #} c')).toEqual(['. a', '; b c']);
});

test('any text gives commands whose words stand in it', () => {
  const piece = constantFrom(
    'a',
    ' ',
    '\n',
    '"',
    "'",
    '$(',
    ')',
    '`',
    '|',
    '&&',
    ';',
    '<<EOF\n',
    'EOF\n',
    '{{',
    '}}',
    'sudo -u ',
    'bash -c ',
    'if ',
    'then ',
    'fi ',
    '\\',
    '{',
    '}',
    '$X',
    '<a>',
    'ssh h ',
    '#',
    '[[ ',
    ' ]]',
  );
  assert(
    property(
      oneof(
        string(),
        array(piece).map((parts) => parts.join('')),
      ),
      (text) => {
        for (const command of read(text))
          for (const word of command.words) {
            expect(word.start).toBeLessThanOrEqual(word.end);
            expect(word.end).toBeLessThanOrEqual(text.length);
          }
      },
    ),
    { numRuns: 300 },
  );
});
