import { describe, expect, it } from 'vitest';
import { LintDocument } from '../../lint-document.ts';
import { archiveOutcomes } from './archive-outcomes.ts';

function outcomes(text: string) {
  const document = new LintDocument('x', { kind: 'postgresql-conf', text });
  return archiveOutcomes({ document, start: 0, end: text.length, value: text, unknown: false });
}

/** How it can end with 0 and nothing archived; undefined when it cannot. */
function lie(text: string): string | undefined {
  const found = outcomes(text);
  if (found === undefined) return 'cannot tell';
  return found.find((one) => one.status === 'zero' && !one.archived)?.trace.join(', ');
}

const push = 'pgbackrest --stanza=main archive-push %p';

describe('archiveOutcomes', () => {
  it.each([
    push,
    `test -f /etc/ready && ${push}`,
    `! test -f /etc/stop && ${push}`,
    `if [ -f /etc/ready ]; then ${push}; else exit 1; fi`,
    `${push} || exit 1`,
    `${push} || { logger failed; exit 1; }`,
    `${push} || (logger failed; false)`,
    `sudo -u postgres ${push}`,
    `bash -c 'set -o pipefail; ${push} 2>&1 | logger'`,
    `set -e; ${push}; logger done`,
    `cp %p /backup/%f && ${push}`,
    `cp %p /backup/%f; ${push}`,
    `exec ${push}`,
    `test ! -f /mnt/%f && cp %p /mnt/%f`,
    `/usr/local/bin/archive.sh %p %f`,
    `wal-g wal-push %p`,
    `gzip < %p > /mnt/%f.gz`,
  ])('cannot succeed without archiving: %s', (command) => {
    expect(lie(command)).toBeUndefined();
  });

  it.each([
    [
      `test ! -f /etc/repo.conf && exit 0 || ${push}`,
      '`test ! -f /etc/repo.conf` succeeds, `exit 0` ends it',
    ],
    [`${push} || true`, `\`${push}\` fails, \`true\` always succeeds`],
    [`${push}; true`, `\`${push}\` fails, \`true\` always succeeds`],
    [`${push} || exit 0`, `\`${push}\` fails, \`exit 0\` ends it`],
    [`${push}; exit 0`, `\`${push}\` fails, \`exit 0\` ends it`],
    [`${push} | tee -a /var/log/push`, `\`${push}\` fails, \`tee -a /var/log/push\` always succeeds`],
    [`${push} &`, 'the command in the background may still fail'],
    [`bash -c '${push} || true'`, `\`${push}\` fails, \`true\` always succeeds`],
    [`if [ -f /etc/ready ]; then ${push}; fi`, '`[ -f /etc/ready ]` fails'],
    [`${push}; cp %p /backup/%f`, `\`${push}\` fails, \`cp %p /backup/%f\` succeeds`],
    [`! ${push}`, `\`${push}\` fails`],
    ['/bin/true', '`/bin/true` always succeeds'],
    ['exit 0', '`exit 0` ends it'],
    ['', ''],
    ['test -f /mnt/%f || cp %p /mnt/%f', '`test -f /mnt/%f` succeeds'],
  ])('can succeed without archiving: %s', (command, trace) => {
    expect(lie(command)).toBe(trace);
  });

  it.each(['{{ archive_command }}', '$ARCHIVE %p', `${push}; rc=$?; exit $rc`, `f() { true; }; f; ${push}`])(
    'says nothing of what it cannot follow: %s',
    (command) => {
      expect(['cannot tell', undefined]).toContain(lie(command));
    },
  );
});
