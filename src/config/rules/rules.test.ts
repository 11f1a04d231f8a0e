import { describe, expect, it } from 'vitest';
import { readMarked, stanzaWith } from '../read-marked.ts';

const keys = 'key: "${K}", keySecret: "${S}", encryption: { passphrase: "${P}" }, retention: { full: 2 }';
const s3 = (rest: string): string => stanzaWith({ local: `{ type: s3, bucket: b, ${keys}, ${rest} }` });

/** Rule (with `!` for a warning), the file with its place marked, and the engine's version where it matters. */
const cases: readonly (readonly [string, string, string?])[] = [
  ['nothing-to-protect', '▶stanzas: {}'],
  ['bad-name', stanzaWith({}).replace('main:', '▶ma/in:')],
  ['bad-name', stanzaWith({}).replace('main:', '▶global:')],
  ['bad-name', stanzaWith({}).replace('local:', '▶"lo cal":')],
  ['bad-name', stanzaWith({ top: 'notify: { ▶"a b": { slack: "${A}" } }' })],
  ['no-repository', 'stanzas:\n  main:\n    postgres: { path: /data }\n    ▶repositories: {}'],
  ['no-node', stanzaWith({}).replace('postgres: { path: /data }', '▶postgres: []')],
  ['same-data-directory', stanzaWith({ postgres: '[{ path: /data }, { path: ▶/data/ }]' })],
  ['several-local-nodes', stanzaWith({ postgres: '[{ path: /data }, ▶{ path: /data2 }]' })],
  [
    'number-taken',
    stanzaWith({ local: '{ type: posix, number: 2, path: /r, retention: { full: 1 } }' }) +
      '\n      ▶other: { type: posix, path: /s, retention: { full: 2 } }',
  ],
  [
    'number-taken',
    stanzaWith({ postgres: '[{ path: /d, host: a, number: 3 }, { path: /d, host: b, number: ▶3 }]' }),
  ],
  [
    'two-transports',
    stanzaWith({
      postgres: '{ path: /d, host: h, ssh: {}, ▶tls: { caFile: /a, certificateFile: /b, keyFile: /c } }',
    }),
  ],
  ['transport-without-host', stanzaWith({ postgres: '{ path: /data, ▶ssh: { user: x } }' })],
  [
    'transport-without-host',
    stanzaWith({ local: '{ type: posix, path: /r, retention: { full: 1 }, ▶ssh: { port: 22 } }' }),
  ],
  [
    'same-repository',
    stanzaWith({}) + '\n      other: { type: posix, path: ▶/repo, retention: { full: 2 } }',
  ],
  [
    'repository-in-data-directory',
    stanzaWith({ local: '{ type: posix, path: ▶/data/backup, retention: { full: 1 } }' }),
  ],
  ['no-retention!', stanzaWith({ local: '{ type: posix, path: /repo }' }).replace('local', '▶local')],
  [
    'archive-never-expires',
    stanzaWith({
      local: '{ type: posix, path: /r, retention: { full: 4, archive: { type: full, count: ▶14 } } }',
    }),
  ],
  [
    'diff-retention-idle!',
    stanzaWith({
      local: '{ type: posix, path: /r, retention: { full: 4, diff: ▶7 } }',
      more: 'schedule: { full: "0 2 * * 0" }',
    }),
  ],
  [
    'not-encrypted!',
    stanzaWith({ local: '{ type: posix, path: /r, host: backup, retention: { full: 4 } }' }).replace(
      'local',
      '▶local',
    ),
  ],
  [
    'price-class',
    stanzaWith({
      local:
        '{ type: gcs, bucket: b, keyType: auto, encryption: { passphrase: "${P}" }, retention: { full: 4 }, price: { class: ▶standard-ia } }',
    }),
  ],
  [
    'block-without-bundle',
    stanzaWith({ local: '{ type: posix, path: /r, retention: { full: 4 }, bundle: false, block: ▶true }' }),
  ],
  ['store-incomplete', s3('provider: aws').replace('local', '▶local')],
  ['store-incomplete', s3('endpoint: s3.example.com').replace('local', '▶local')],
  ['store-incomplete', s3('provider: r2').replace('local', '▶local')],
  ['store-incomplete', s3('provider: minio').replace('local', '▶local')],
  ['bad-endpoint', s3('region: r, endpoint: ▶https://s3.example.com')],
  ['store-refuses', s3('provider: r2, account: abc, storage: { tags: ▶{ a: b } }')],
  ['store-refuses', s3('provider: r2, account: abc, uriStyle: ▶host')],
  ['store-refuses', s3('provider: wasabi, region: eu-central-1, kmsKeyId: ▶abc')],
  ['store-refuses', s3('provider: backblaze, region: us-west-004, keyType: ▶auto')],
  ['dotted-bucket', s3('provider: aws, region: eu-central-1').replace('bucket: b', 'bucket: ▶a.b')],
  [
    'credentials-missing',
    s3('provider: aws, region: r').replace('key: "${K}", ', '').replace('local', '▶local'),
  ],
  [
    'credentials-missing',
    stanzaWith({
      local:
        '{ type: azure, account: a, container: c, encryption: { passphrase: "${P}" }, retention: { full: 2 } }',
    }).replace('local', '▶local'),
  ],
  [
    'credentials-missing',
    stanzaWith({
      local:
        '{ type: sftp, server: s, user: u, path: /p, privateKeyFile: /k, hostKeyCheckType: fingerprint, encryption: { passphrase: "${P}" }, retention: { full: 2 } }',
    }).replace('local', '▶local'),
  ],
  [
    'bad-secret',
    stanzaWith({
      local:
        '{ type: gcs, bucket: b, key: ▶relative.json, encryption: { passphrase: "${P}" }, retention: { full: 2 } }',
    }),
  ],
  ['chunk-size', s3('provider: aws, region: r, storage: { uploadChunkSize: ▶1MiB }'), '2.58.0'],
  [
    'engine-too-old',
    stanzaWith({ local: '{ type: posix, path: /r, retention: { full: 4 }, block: ▶true }' }),
    '2.45',
  ],
  ['engine-too-old', s3('provider: aws, region: r, storage: { tags: ▶{ a: b } }'), '2.47'],
  ['engine-too-old', s3('provider: aws, region: r, sseCustomerKey: ▶"${C}"'), '2.51'],
  [
    'engine-too-old',
    stanzaWith({
      local:
        '{ type: ▶sftp, server: s, user: u, path: /p, privateKeyFile: /k, encryption: { passphrase: "${P}" }, retention: { full: 2 } }',
    }),
    '2.45',
  ],
  ['literal-secret!', s3('provider: aws, region: r').replace('passphrase: "${P}"', 'passphrase: ▶hunter2')],
  ['literal-secret!', stanzaWith({ top: 'server: { token: ▶abc }' })],
  ['literal-secret!', stanzaWith({ top: 'consul: { token: ▶abc }' })],
  ['literal-secret!', stanzaWith({ top: 'deploy: { kubernetes: { rolePassword: ▶abc } }' })],
  ['literal-secret!', stanzaWith({ top: 'deploy: { compose: { password: ▶abc } }' })],
  ['not-available-yet', stanzaWith({ local: '{ type: posix, path: /r, retention: { full: 4 }, ▶from: x }' })],
  [
    'not-available-yet',
    stanzaWith({ local: '{ type: posix, path: /r, retention: { full: 4 }, ▶keep: first-of-month }' }),
  ],
  ['not-available-yet', stanzaWith({ more: 'schedule: { ▶copy: "0 3 * * *", full: "0 2 * * *" }' })],
  [
    'unknown-repository',
    stanzaWith({ more: 'schedule: { full: { cron: "0 2 * * 0", repositories: [▶locl] } }' }),
  ],
  [
    'unknown-repository',
    stanzaWith({
      more: 'schedule:\n  full: ["0 1 * * *", { cron: "0 2 * * 0", repositories: [local, ▶x] }]',
    }),
  ],
  ['runs-nowhere', stanzaWith({ more: 'schedule: { full: { cron: "0 2 * * 0", on: ▶replica } }' })],
  [
    'role-without-member!',
    stanzaWith({
      postgres: '{ path: /data, host: pg1 }',
      more: 'schedule: { full: [{ cron: "0 2 * * 0", on: ▶leader }] }',
    }),
  ],
  [
    'repositories-without-effect!',
    stanzaWith({ more: 'schedule: { check: { cron: "0 2 * * 0", repositories: ▶[local] } }' }),
  ],
  ['jitter-too-long!', stanzaWith({ more: 'schedule: { full: { cron: "0,30 2 * * 0", jitter: ▶31m } }' })],
  ['same-times-twice!', stanzaWith({ more: 'schedule: { full: ["0 2 * * 0", { cron: ▶"0 2 * * 0" }] }' })],
  [
    'endless-blackout',
    stanzaWith({
      more: 'schedule: { full: "0 2 * * 0", blackouts: [{ cron: "0 0 * * *", duration: ▶24h }] }',
    }),
  ],
  [
    'never-runs',
    stanzaWith({
      more: 'schedule: { full: ▶"0 2 * * 0", blackouts: [{ cron: "0 0 * * *", duration: 3h, missed: skip }] }',
    }),
  ],
  [
    'never-runs',
    stanzaWith({
      more: 'schedule: { full: { cron: ▶"0 2 * * 0", catchUp: false }, blackouts: [{ cron: "0 0 * * *", duration: 3h }] }',
    }),
  ],
  [
    'always-put-off!',
    stanzaWith({
      more: 'schedule: { full: ▶"0 2 * * 0", blackouts: [{ cron: "0 0 * * *", duration: 3h }] }',
    }),
  ],
  [
    'objective-without-schedule!',
    stanzaWith({ more: 'schedule: { full: "0 2 * * 0" }\nobjectives: { drillAge: ▶8d }' }),
  ],
  [
    'objective-without-schedule!',
    stanzaWith({ more: 'schedule: { check: "0 2 * * 0" }\nobjectives: { backupAge: ▶8d }' }),
  ],
  ['no-full-backup!', stanzaWith({ more: '▶schedule: { incr: "0 2 * * 0" }' })],
  ['one-kind-per-channel', stanzaWith({ top: 'notify: { ▶ops: { on: [critical] } }' })],
  ['one-kind-per-channel', stanzaWith({ top: 'notify: { ▶ops: { slack: "${A}", email: a@b.c } }' })],
  ['channel-key', stanzaWith({ top: 'notify: { ops: { slack: "${A}", ▶smtp: smtp://localhost } }' })],
  ['channel-key', stanzaWith({ top: 'notify: { ops: { pagerduty: "${A}", ▶secret: "${B}" } }' })],
  ['mail-without-server', stanzaWith({ top: 'notify: { ▶ops: { email: a@b.c, from: a@b.c } }' })],
  ['mail-without-server', stanzaWith({ top: 'notify: { ▶ops: { email: a@b.c, smtp: "${A}" } }' })],
  ['bad-address', stanzaWith({ top: 'notify: { ops: { email: a@b.c, smtp: "${A}", from: ▶holdfast } }' })],
  [
    'bad-address',
    stanzaWith({
      top: 'notify: { ops: { email: a@b.c, smtp: "${A}", from: a@b.c, to: [▶"a@b.c, d@e.f"] } }',
    }),
  ],
  ['unknown-stanza', stanzaWith({ top: 'notify: { ops: { slack: "${A}", stanzas: [▶mian] } }' })],
  ['literal-secret!', stanzaWith({ top: 'notify: { ops: { webhook: "https://h/x", secret: ▶abc } }' })],
  [
    'literal-secret!',
    stanzaWith({ top: 'notify: { ops: { email: a@b.c, from: a@b.c, smtp: ▶"smtp://u:p@mx" } }' }),
  ],
  ['listen-without-token', stanzaWith({ top: 'server: { listen: "▶0.0.0.0:7432" }' }).replace('"▶', '▶"')],
  ['listen-without-token', stanzaWith({ top: 'server: { listen: ▶backup.example.com:7432 }' })],
  [
    'unknown-stanza',
    stanzaWith({
      top: 'tlsServer: { caFile: /a, certificateFile: /b, keyFile: /c, auth: { client: [▶mian] } }',
    }),
  ],
  ['timeouts', stanzaWith({ more: 'options: { protocol-timeout: ▶5m }' })],
  ['timeouts', stanzaWith({ more: 'options: { db-timeout: ▶1h }' })],
  [
    'queue-drops-wal!',
    stanzaWith({ more: 'objectives: { rpo: 1m }\noptions: { archive-push-queue-max: ▶4GiB }' }),
  ],
];

describe('rules', () => {
  it.each(cases.map(([rule, text, version]) => ({ rule, text, version })))(
    '$rule %#',
    ({ rule, text, version }) => {
      const { found, marks } = readMarked(text, version);
      expect(found).toEqual(marks.map((mark) => `${rule} ${mark}`));
    },
  );

  it('let a file that was taken over say what the engine takes', () => {
    const own = { top: 'engine: { defaults: own }' };
    const wrong = stanzaWith({
      ...own,
      local: '{ type: posix, path: /r, retention: { full: 4, archive: { type: full, count: ▶14 } } }',
    });
    expect(readMarked(wrong)).toMatchObject({
      found: [`archive-never-expires! ${readMarked(wrong).marks[0]}`],
    });
    const refused = stanzaWith({ ...own, more: 'options: { protocol-timeout: ▶5m }' });
    expect(readMarked(refused)).toMatchObject({ found: [`timeouts ${readMarked(refused).marks[0]}`] });
  });

  it('say nothing of a file that is right', () => {
    expect(readMarked(stanzaWith({})).found).toEqual([]);
    expect(readMarked(s3('provider: aws, region: eu-central-1')).found).toEqual([]);
  });

  it('say nothing of schedules that leave room', () => {
    for (const more of [
      'schedule: { full: { cron: "0 2 * * 0", jitter: 1h }, check: "*/5 * * * *", blackouts: [{ cron: "0 8 * * 1-5", duration: 10h }] }',
      'schedule: { full: ["0 2 * * 0", { cron: "0 2 * * 0", timezone: UTC }], timezone: Europe/Berlin }',
      'patroni: { url: "http://127.0.0.1:8008" }\nschedule: { full: { cron: "0 2 * * 0", on: replica } }',
    ]) {
      expect(readMarked(stanzaWith({ more })).found).toEqual([]);
    }
  });

  it('take a listener on loopback, and elsewhere with a token', () => {
    for (const listen of ['127.0.0.1:1', '127.8.9.1:1', '"[::1]:1"', 'localhost:1']) {
      expect(readMarked(stanzaWith({ top: `server: { listen: ${listen} }` })).found).toEqual([]);
    }
    const text = stanzaWith({ top: 'server: { listen: 0.0.0.0:1, token: file:/run/token }' });
    expect(readMarked(text).found).toEqual([]);
  });

  it('never show a literal secret', () => {
    const { problems } = readMarked(
      s3('provider: aws, region: r').replace('passphrase: "${P}"', 'passphrase: hunter2'),
    );
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('stay silent about what is missing only because it is wrong', () => {
    const text = stanzaWith({ local: '{ type: posix, path: /r, retention: { full: ▶1.5 } }' });
    const { found, marks } = readMarked(text);
    expect(found).toEqual([`wrong-value ${marks[0]}`]);
  });

  it('count list elements as in the file when an earlier one is wrong', () => {
    const postgres = '[{ path: /d, port: ▶x, host: a }, { path: /e, host: b }, { path: ▶/e, host: b }]';
    const { found, marks } = readMarked(stanzaWith({ postgres }));
    expect(found).toEqual(
      marks.map((mark, index) => `${['wrong-value', 'same-data-directory'][index] ?? ''} ${mark}`),
    );
  });
});
