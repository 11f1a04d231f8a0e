import { describe, expect, it } from 'vitest';
import { readMarked, stanzaWith } from '../read-marked.ts';

const retention = 'retention: { full: 2 }';

/** Single values and keys that are wrong, with their place and the rule that must say so. */
const cases: readonly (readonly [string, string])[] = [
  ['empty-file', '▶'],
  ['wrong-kind', '▶just text'],
  ['wrong-kind', '▶[a, b]'],
  ['missing-key', '▶engine: {}'],
  ['unknown-key', stanzaWith({ top: '▶stanza: {}' })],
  ['wrong-kind', stanzaWith({ more: 'schedule: ▶daily' })],
  ['wrong-kind', stanzaWith({ more: '▶schedule:' })],
  ['wrong-kind', stanzaWith({ postgres: '▶/data' })],
  ['missing-key', stanzaWith({ postgres: '{}' }).replace('postgres', '▶postgres')],
  ['missing-key', stanzaWith({ postgres: '[▶{ port: 5432 }]' })],
  ['relative-path', stanzaWith({ postgres: '{ path: ▶main }' })],
  ['relative-path', stanzaWith({ postgres: '{ path: ▶/a/../b }' })],
  ['wrong-value', stanzaWith({ postgres: '{ path: /d, port: ▶65536 }' })],
  ['wrong-value', stanzaWith({ postgres: '{ path: /d, port: ▶"5432" }' })],
  ['wrong-value', stanzaWith({ postgres: '{ path: /d, database: ▶123 }' })],
  ['reference-outside-secret', stanzaWith({ postgres: '{ path: ▶${PGDATA} }' })],
  ['reference-outside-secret', stanzaWith({ postgres: '{ path: /d, port: ▶${PORT} }' })],
  ['reference-outside-secret', stanzaWith({ postgres: '{ path: /d, host: ▶"db-${N}" }' })],
  ['reference-outside-secret', stanzaWith({ postgres: '{ path: /d, host: ▶file:/etc/host }' })],
  ['wrong-value', stanzaWith({ local: `{ type: ▶nfs, path: /r, ${retention} }` })],
  ['wrong-value', stanzaWith({ local: '{ type: posix, path: /r, retention: { full: ▶36h } }' })],
  ['wrong-value', stanzaWith({ local: '{ type: posix, path: /r, retention: { full: ▶0 } }' })],
  ['wrong-value', stanzaWith({ local: '{ type: posix, path: /r, retention: { full: 2, archive: ▶14 } }' })],
  [
    'wrong-value',
    stanzaWith({
      local: '{ type: posix, path: /r, retention: { full: 2, archive: { type: ▶days, count: 1 } } }',
    }),
  ],
  [
    'bad-secret',
    stanzaWith({ local: `{ type: posix, path: /r, ${retention}, encryption: { passphrase: ▶12345 } }` }),
  ],
  [
    'bad-secret',
    stanzaWith({
      local: `{ type: posix, path: /r, ${retention}, encryption: { passphrase: ▶file:secret } }`,
    }),
  ],
  [
    'bad-secret',
    stanzaWith({ local: `{ type: posix, path: /r, ${retention}, encryption: { passphrase: ▶"a\${B}" } }` }),
  ],
  ['wrong-value', stanzaWith({ local: `{ type: posix, path: /r, ${retention}, bundle: ▶yes } ` })],
  ['bad-cron', stanzaWith({ more: 'schedule: { full: ▶"0 2 * *" }' })],
  ['bad-cron', stanzaWith({ more: 'schedule: { full: ▶"0 0 31 2 *" }' })],
  ['bad-cron', stanzaWith({ more: 'schedule: { full: ▶"@daily" }' })],
  ['bad-cron', stanzaWith({ more: 'schedule: { full: ▶"0: 2 * * 0" }' })],
  ['wrong-value', stanzaWith({ more: 'schedule: { full: { cron: "0 2 * * 0", on: ▶standby } }' })],
  ['wrong-value', stanzaWith({ more: 'schedule: { full: { cron: "0 2 * * 0", jitter: ▶10 } }' })],
  ['wrong-value', stanzaWith({ more: 'schedule: { full: { cron: "0 2 * * 0", priority: ▶101 } }' })],
  [
    'wrong-value',
    stanzaWith({ more: 'schedule: { blackouts: [{ cron: "0 2 * * 0", duration: 1h, missed: ▶later }] }' }),
  ],
  ['missing-key', stanzaWith({ more: 'schedule: { blackouts: [▶{ cron: "0 2 * * 0" }] }' })],
  ['wrong-value', stanzaWith({ top: 'jobs: { parallel: ▶0 }' })],
  ['wrong-value', stanzaWith({ top: 'jobs: { keepLogs: ▶30 }' })],
  ['wrong-value', stanzaWith({ top: 'watch: { archive: ▶5 }' })],
  ['wrong-value', stanzaWith({ top: 'watch: { recheck: ▶0d }' })],
  ['wrong-value', stanzaWith({ top: 'watch: { databases: ▶some }' })],
  ['bad-cron', stanzaWith({ more: 'schedule:\n  full:\n    - "0 2 * * 0"\n    - cron: ▶"61 * * * *"' })],
  ['bad-timezone', stanzaWith({ more: 'schedule: { full: "0 2 * * 0", timezone: ▶Mars/Base }' })],
  ['wrong-value', stanzaWith({ more: 'schedule: { drill: { cron: "0 2 * * 0", target: ▶yesterday } }' })],
  ['wrong-value', stanzaWith({ more: 'schedule: { drill: { cron: "0 2 * * 0", checks: [read, ▶luck] } }' })],
  ['wrong-value', stanzaWith({ more: 'objectives: { rpo: ▶60 }' })],
  ['wrong-value', stanzaWith({ more: 'heartbeat: { form: ▶row }' })],
  ['wrong-value', stanzaWith({ more: 'heartbeat: { every: ▶60 }' })],
  ['unknown-key', stanzaWith({ more: 'heartbeat: { ▶often: 1m }' })],
  ['wrong-value', stanzaWith({ more: 'heartbeat: ▶on' })],
  ['wrong-value', stanzaWith({ more: 'patroni: { url: ▶localhost:8008 }' })],
  ['wrong-value', stanzaWith({ top: 'server: { listen: ▶7432 }' })],
  ['wrong-value', stanzaWith({ top: 'notify: { a: { slack: "${A}", on: [▶always] } }' })],
  ['wrong-value', stanzaWith({ top: 'notify: { a: { slack: "${A}", repeat: { critical: ▶10s } } }' })],
  ['wrong-value', stanzaWith({ top: 'notify: { a: { pagerduty: "${A}", url: ▶"https://u:p@h/" } }' })],
  ['wrong-value', stanzaWith({ top: 'consul: { url: ▶localhost:8500 }' })],
  ['wrong-value', stanzaWith({ top: 'consul: { ttl: ▶5s }' })],
  ['wrong-value', stanzaWith({ top: 'consul: { id: ▶a:b }' })],
  ['wrong-value', stanzaWith({ top: 'consul: { register: ▶"yes" }' })],
  ['unknown-key', stanzaWith({ top: 'consul: { ▶node: a }' })],
  ['relative-path', stanzaWith({ top: 'state: { directory: ▶var/holdfast }' })],
];

describe('schema', () => {
  it.each(cases)('%s %#', (rule, text) => {
    const { found, marks } = readMarked(text);
    expect(found).toEqual(marks.map((mark) => `${rule} ${mark}`));
  });

  it('suggests the nearest key, and the types that have a key of another type', () => {
    const [unknown] = readMarked(stanzaWith({ postgres: '{ path: /d, databseUser: x }' })).problems;
    expect(unknown?.remedy).toBe('Write `databaseUser`.');
    const [other] = readMarked(
      stanzaWith({ local: `{ type: posix, path: /r, ${retention}, container: x }` }),
    ).problems;
    expect(other?.remedy).toContain('type azure');
  });

  it('never shows what stands where a secret should be', () => {
    const local = `{ type: posix, path: /r, ${retention}, encryption: hunter2 }`;
    const { problems } = readMarked(stanzaWith({ local }));
    expect(problems.map((problem) => problem.rule)).toEqual(['wrong-kind']);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});
