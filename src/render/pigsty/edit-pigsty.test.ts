import { describe, expect, it } from 'vitest';
import { renderCall } from '../../../test/support/conf-parts.ts';
import { parseConfiguration } from '../../config/load.ts';
import { readYaml } from './edit-yaml.ts';
import { editPigsty } from './edit-pigsty.ts';
import { hideSecretLines } from './hide-secret-lines.ts';

const s3 = (bucket: string): string =>
  `{ type: s3, bucket: ${bucket}, endpoint: s3.example.com, region: r, key: "\${KEY}", keySecret: file:/s, path: /b, ` +
  'encryption: { passphrase: file:/p }, retention: { full: 14d } }';

function holdfast(stanzas: Readonly<Record<string, string>>, more = ''): string {
  const parts = Object.entries(stanzas).map(
    ([name, rest]) => `  ${name}: { postgres: { path: /pg/data, host: ${name} }, ${rest} }\n`,
  );
  return `stanzas:\n${parts.join('')}${more}`;
}

const schedule = 'schedule: { full: "0 1 * * *" }';
const one = holdfast({ 'pg-meta': `repositories: { offsite: ${s3('a')} }, ${schedule}` });

function edit(text: string, source: string): string {
  const { configuration, problems } = parseConfiguration(source, '/etc/holdfast.yaml');
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  return editPigsty(text, configuration, renderCall({ source }));
}

const cluster = (name: string, vars = ''): string =>
  `    ${name}:\n      hosts: { 10.0.0.1: { pg_seq: 1 } }\n      vars:\n        pg_cluster: ${name}\n${vars}`;
const inventory = (clusters: string, vars = ''): string =>
  `all:\n  children:\n${clusters}  vars:\n    version: v4.5.0\n${vars}`;

describe('editPigsty', () => {
  it('puts what is the same for every cluster where it is for every cluster', () => {
    const two = holdfast({
      a: `repositories: { offsite: ${s3('x')} }, ${schedule}`,
      b: `repositories: { offsite: ${s3('x')} }`,
    });
    const after = edit(inventory(cluster('a') + cluster('b')), two);
    expect(readYaml(after, ['all', 'vars', 'pgbackrest_method'])).toBe('offsite');
    expect(readYaml(after, ['all', 'children', 'a', 'vars', 'pg_crontab'])).toHaveLength(1);
    expect(readYaml(after, ['all', 'children', 'b', 'vars'])).toEqual({ pg_cluster: 'b' });
    expect(edit(after, two)).toBe(after);
  });

  it('keeps to its own clusters where there are others, or where they differ', () => {
    const after = edit(inventory(cluster('pg-meta') + cluster('theirs')), one);
    expect(readYaml(after, ['all', 'vars'])).toEqual({ version: 'v4.5.0' });
    expect(readYaml(after, ['all', 'children', 'theirs', 'vars'])).toEqual({ pg_cluster: 'theirs' });
    expect(
      readYaml(after, ['all', 'children', 'pg-meta', 'vars', 'pgbackrest_repo', 'offsite', 's3_bucket']),
    ).toBe('a');
    const differ = holdfast({
      a: `repositories: { offsite: ${s3('x')} }`,
      b: `repositories: { offsite: ${s3('y')} }`,
    });
    const both = edit(inventory(cluster('a') + cluster('b')), differ);
    const bucketOf = (name: string): unknown =>
      readYaml(both, ['all', 'children', name, 'vars', 'pgbackrest_repo', 'offsite', 's3_bucket']);
    expect([bucketOf('a'), bucketOf('b')]).toEqual(['x', 'y']);
  });

  it('leaves a secret that somebody keeps in another way', () => {
    const vars =
      '    pgbackrest_repo:\n      offsite:\n        cipher_pass: !vault |\n          $ANSIBLE_VAULT;1.1\n          6162\n';
    const after = edit(inventory(cluster('pg-meta'), vars), one);
    expect(after).toContain('cipher_pass: !vault |\n          $ANSIBLE_VAULT;1.1\n          6162\n');
    expect(after).toContain(`s3_key: "{{ lookup('ansible.builtin.env', 'KEY') }}"`);
  });

  it.each([
    ['no such cluster', inventory(cluster('other')), one, /pg_cluster: pg-meta/],
    [
      'a tangled file',
      inventory(cluster('pg-meta'), '    x: &r { offsite: {} }\n    pgbackrest_repo: *r\n'),
      one,
      /is an alias/,
    ],
    [
      'the published passphrase of a repository that is there',
      inventory(
        cluster('pg-meta'),
        '    pgbackrest_repo: { offsite: { type: s3, s3_endpoint: s3.example.com, s3_bucket: a, path: /b, cipher_pass: pgBackRest } }\n',
      ),
      one,
      /the passphrase that Pigsty publishes/,
    ],
    [
      'a drill without Holdfast',
      inventory(cluster('pg-meta')),
      one.replace('full: "0 1 * * *"', 'drill: "0 1 * * *"'),
      /nothing of Pigsty does drill/,
    ],
    [
      'an incremental at the minute of a full, which pg-backup would race',
      inventory(cluster('pg-meta')),
      one.replace('full: "0 1 * * *"', 'full: "0 1 * * 0", incr: "0 * * * *"'),
      /it begins together with incr "0 \* \* \* \*" in offsite/,
    ],
    [
      'a blackout that pg-backup knows nothing of',
      inventory(cluster('pg-meta')),
      one.replace(
        'full: "0 1 * * *"',
        'full: "0 1 * * *", blackouts: [{ cron: "0 8 * * 1-5", duration: 10h }]',
      ),
      /beginning in the blackout of "0 8 \* \* 1-5"/,
    ],
    [
      'another time zone',
      inventory(cluster('pg-meta')),
      one.replace('schedule: {', 'schedule: { timezone: Europe/Berlin,'),
      /time zone is Europe\/Berlin/,
    ],
    [
      'a secret in the file itself',
      inventory(cluster('pg-meta')),
      one.replace('file:/s', 'abcdefghijklmnop'),
      /pigsty.yml gets no values/,
    ],
    [
      'another number',
      inventory(cluster('pg-meta')),
      one.replace('type: s3', 'number: 3, type: s3'),
      /it is repo3/,
    ],
  ])('refuses %s', (_, text, source, problem) => {
    expect(() => edit(text, source)).toThrow(problem);
  });

  it('starts Holdfast where that is wished, every kind of job', () => {
    const source = holdfast(
      {
        'pg-meta': `repositories: { offsite: ${s3('a')} }, schedule: { full: "0 1 * * *", drill: "0 5 * * 6" }`,
      },
      'deploy: { pigsty: { runner: holdfast } }\n',
    );
    const after = edit(inventory(cluster('pg-meta')), source);
    const lines = readYaml(after, ['all', 'children', 'pg-meta', 'vars', 'pg_crontab']) as string[];
    expect(lines[0]).toBe(
      "0 1 * * * /usr/local/bin/holdfast guard --stanza pg-meta --line 'pg-meta/full@0 1 * * *' --on leader --quiet >/dev/null && /usr/local/bin/holdfast backup --type full --stanza pg-meta --line 'pg-meta/full@0 1 * * *' --yes --quiet # holdfast",
    );
    expect(lines[1]).toMatch(
      /holdfast guard .*--line 'pg-meta\/drill@0 5 \* \* 6' .*holdfast drill .*--stanza pg-meta/,
    );
  });

  it('leaves to a guard only what one can judge', () => {
    const times = 'full: "0 2 * * 0", incr: "0 * * * *"';
    const source = (more: string): string =>
      holdfast(
        { 'pg-meta': `repositories: { offsite: ${s3('a')} }, schedule: { ${times}, ${more} }` },
        'deploy: { pigsty: { runner: holdfast } }\n',
      );
    const blackout = (missed: string): string =>
      `blackouts: [{ cron: "0 8 * * 1-5", duration: 10h, missed: ${missed} }]`;
    const after = edit(inventory(cluster('pg-meta')), source(blackout('skip')));
    const lines = readYaml(after, ['all', 'children', 'pg-meta', 'vars', 'pg_crontab']) as string[];
    expect(lines.map((line) => /guard .*--line '(.*?)'/.exec(line)?.[1])).toEqual([
      'pg-meta/full@0 2 * * 0',
      'pg-meta/incr@0 * * * *',
    ]);
    expect(() => edit(inventory(cluster('pg-meta')), source(blackout('run')))).toThrow(
      /nobody would be there to begin it/,
    );
  });
});

it('hides what may be a secret of others in a difference', () => {
  const shown = hideSecretLines(
    [
      ' - { name: u ,password: DBUser.Meta ,roles: [ a ] }',
      '     grafana_admin_password: "a b" # c',
      "+        s3_key_secret: 'it''s'",
      '     minio_secret_key: S3User.MinIO',
      "+        cipher_pass: !unsafe '{{ x }}'",
      `+        s3_key: "{{ lookup('ansible.builtin.env', 'KEY') }}"`,
      '+cipher_pass: Plain',
      '     pg_cluster: pg-meta',
    ].join('\n'),
  );
  for (const secret of ['DBUser', 'a b', "it''s", 'S3User', '{{ x }}', 'Plain'])
    expect(shown).not.toContain(secret);
  for (const told of ['roles: [ a ]', '# c', "'KEY'", 'pg-meta']) expect(shown).toContain(told);
});
