/** Path and text. */
type TrapFile = readonly [string, string];

/** Where the engine looks for its configuration. */
export const conf = 'etc/pgbackrest/pgbackrest.conf';

/** A posix repository with nothing wrong in it. */
export const posix = 'repo1-path=/var/lib/pgbackrest\nrepo1-retention-full=4';

/** An encrypted repository in S3, without its keys. */
export const bucket = [
  'repo1-type=s3',
  'repo1-path=/pg',
  'repo1-s3-bucket=backups',
  'repo1-s3-endpoint=s3.eu-central-1.amazonaws.com',
  'repo1-s3-region=eu-central-1',
  'repo1-retention-full=4',
  'repo1-cipher-type=aes-256-cbc',
].join('\n');

const keys = 'repo1-s3-key=<key>\nrepo1-s3-key-secret=<secret>\nrepo1-cipher-pass=<pass>';

/** Shows that Patroni manages the servers. */
export const patroniTask =
  '    - name: Patroni\n      template: { src: patroni.yml.j2, dest: /etc/patroni/patroni.yml }\n';

/** A configuration with these lines in [global], and one stanza. */
export function configuration(settings: string, stanza = 'pg1-path=/var/lib/postgresql/15/main'): string {
  return `[global]\n${settings}\n\n[main]\n${stanza}\n`;
}

/** A configuration with a posix repository and these lines. */
export function global(text: string): TrapFile {
  return [conf, configuration(`${posix}\n${text}`)];
}

/** A configuration with a repository in S3, its endpoint and more in these lines. */
export function store(text: string): TrapFile {
  return [conf, configuration(`${bucket.replace(/repo1-s3-endpoint.*\n/, '')}\n${keys}\n${text}`)];
}

/** A script that stops at the first error. */
export function script(text: string): TrapFile {
  return ['backup.sh', `#!/bin/bash\nset -euo pipefail\n${text}\n`];
}

/** A document with one block of commands. */
export function document(text: string, heading = '# Restore'): TrapFile {
  return ['docs/backup.md', `${heading}\n\n\`\`\`bash\n${text}\n\`\`\`\n`];
}

/** Settings of the server. */
export function server(text: string): TrapFile {
  return ['postgresql.conf', `${text}\n`];
}

/** A playbook with these tasks. */
export function play(tasks: string): TrapFile {
  return ['playbook.yml', `- hosts: db\n  tasks:\n${tasks}`];
}

/** A timer with these lines. */
export function timer(lines: string): string {
  return `[Unit]\nDescription=backup\n\n[Timer]\n${lines}\n\n[Install]\nWantedBy=timers.target\n`;
}
