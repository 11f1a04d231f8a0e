import { describe, expect, it } from 'vitest';
import type { Configuration } from '../config/configuration.ts';
import { assess } from './assess.ts';
import type { CheckObservations, ServerObservation } from './observations.ts';

const now = Date.UTC(2026, 10, 20, 12);
const command = 'pgbackrest --stanza=main archive-push "%p"';

const server: ServerObservation = {
  running: true,
  accepting: true,
  inRecovery: false,
  problem: undefined,
  major: 15,
  settings: {
    archive_mode: { value: 'on', pendingRestart: false },
    wal_level: { value: 'replica', pendingRestart: false },
    archive_command: { value: command, pendingRestart: false },
    archive_timeout: { value: '60', pendingRestart: false },
  },
  wantedArchiveCommand: command,
  archiver: { lastArchived: 'A', lastArchivedAt: 2, failedCount: 1, lastFailed: 'A', lastFailedAt: 1 },
  dataChecksums: true,
  strayVariables: [],
};

const good: CheckObservations = {
  stanza: 'main',
  engine: { version: { text: '2.45', major: 2, minor: 45, patch: 0 }, user: 'postgres' },
  server,
  files: [
    { path: '/c', secret: false, exists: true, mode: 0o640, ownerIsEngineUser: true, content: 'same' },
    { path: '/s', secret: true, exists: true, mode: 0o600, ownerIsEngineUser: true, content: 'same' },
  ],
  directories: [
    { path: '/r', purpose: 'repository local', repository: 'local', exists: true, writable: true },
  ],
  fileSystems: [
    { path: '/r', purpose: 'backups', repository: 'local', availableBytes: 500, totalBytes: 1000 },
  ],
  repositories: [
    {
      name: 'local',
      code: 0,
      message: 'ok',
      cipher: 'none',
      configuredCipher: 'none',
      sets: [{ label: 'F', type: 'full', stopTime: now / 1000 - 3600, repositorySize: 400, error: false }],
    },
  ],
  clock: { before: now, database: now + 1, after: now + 2, databaseZone: 'Etc/UTC', hostZone: 'UTC' },
  arrival: {
    tried: true,
    segment: '000000010000000000000001',
    switchedAt: now,
    timeoutMs: 1000,
    repositories: [
      {
        repository: 'local',
        afterMs: 100,
        file: 'f',
        checksum: 'c',
        writtenAt: now / 1000,
        problem: undefined,
      },
    ],
  },
  engineCheck: { ran: true, ok: true },
};

function rules(changes: Partial<CheckObservations>, objectives: object = {}): string[] {
  const configuration = {
    file: '/h.yaml',
    stanzas: [{ name: 'main', objectives }],
  } as unknown as Configuration;
  return assess(configuration, { checks: [{ ...good, ...changes }] }, now).map(
    ({ rule, severity }) => `${severity} ${rule}`,
  );
}

function withServer(changes: Partial<ServerObservation>): Partial<CheckObservations> {
  return { server: { ...server, ...changes } };
}

function withSetting(name: string, value: string): Partial<CheckObservations> {
  return withServer({ settings: { ...server.settings, [name]: { value, pendingRestart: false } } });
}

const [repository] = good.repositories;
const [fileSystem] = good.fileSystems;
const set = repository?.sets[0];
if (repository === undefined || fileSystem === undefined || set === undefined)
  throw new Error('the good case has them');

describe('assess', () => {
  it('finds nothing where everything was seen to be good', () => {
    expect(rules({}, { backupAge: 3600 })).toEqual([]);
  });

  it.each([
    ['critical archive-mode-off', withSetting('archive_mode', 'off')],
    ['critical wal-level-minimal', withSetting('wal_level', 'minimal')],
    ['critical archive-library', withSetting('archive_library', 'basic_archive')],
    ['critical archive-command-foreign', withSetting('archive_command', 'true')],
    ['critical archive-command-hides-errors', withSetting('archive_command', `${command}; true`)],
    ['critical archive-command-stanza', withSetting('archive_command', command.replace('main', 'main2'))],
    ['warning archive-command-differs', withSetting('archive_command', `/opt/x && ${command} 2>&1`)],
    ['warning archive-timeout-off', withSetting('archive_timeout', '0')],
    [
      'critical archiver-failing',
      withServer({
        archiver: {
          ...server.archiver,
          failedCount: 2,
          lastArchived: 'A',
          lastArchivedAt: 1,
          lastFailed: 'B',
          lastFailedAt: 2,
        },
      }),
    ],
    ['warning archiver-unknown', withServer({ archiver: undefined })],
    ['critical server-not-answering', withServer({ settings: undefined })],
    ['advice page-checksums-off', withServer({ dataChecksums: false })],
    ['warning page-checksums-unknown', withServer({ dataChecksums: undefined })],
    ['warning stray-environment', withServer({ strayVariables: ['PGBACKREST_STANZA'] })],
    ['warning environment-unknown', withServer({ strayVariables: undefined })],
    ['critical server-version-unsupported', withServer({ major: 16 })],
    ['warning server-version-unknown', withServer({ major: 19 })],
    [
      'warning engine-untested',
      { engine: { ...good.engine, version: { text: '2.70', major: 2, minor: 70, patch: 0 } } },
    ],
    ['warning clock-unknown', { clock: undefined }],
    ['warning clock-differs', { clock: { ...(good.clock ?? never()), database: now + 60_000 } }],
    ['advice timezone-differs', { clock: { ...(good.clock ?? never()), databaseZone: 'Asia/Tokyo' } }],
    ['critical archive-not-proven', { arrival: { tried: false, expected: true, reason: 'no' } as const }],
    [
      'critical engine-check-failed',
      { engineCheck: { ran: true, ok: false, problem: 'x', hint: undefined } as const },
    ],
    ['critical disk-space', { fileSystems: [{ ...fileSystem, availableBytes: 399 }] }],
    ['critical disk-space', { fileSystems: [{ ...fileSystem, repository: undefined, availableBytes: 49 }] }],
    ['warning disk-space', { fileSystems: [{ ...fileSystem, repository: undefined, availableBytes: 199 }] }],
    ['critical repository-not-ok', { repositories: [{ ...repository, code: 99 as const }] }],
    ['critical repository-unknown', { repositories: [{ ...repository, code: undefined }] }],
    [
      'critical cipher-differs',
      { repositories: [{ ...repository, configuredCipher: 'aes-256-cbc' as const }] },
    ],
    ['critical no-backup', { repositories: [{ ...repository, code: 2 as const, sets: [] }] }],
    [
      'critical file-missing',
      {
        files: [
          {
            path: '/c',
            secret: false,
            exists: false,
            mode: undefined,
            ownerIsEngineUser: undefined,
            content: undefined,
          },
        ],
      },
    ],
    [
      'critical directory-missing',
      {
        directories: [{ path: '/r', purpose: 'log', repository: undefined, exists: false, writable: false }],
      },
    ],
    [
      'critical directory-not-writable',
      { directories: [{ path: '/r', purpose: 'log', repository: undefined, exists: true, writable: false }] },
    ],
  ] as const)('finds %s', (rule, changes) => {
    expect(rules(changes)).toEqual([rule]);
  });

  it('shows a command of somebody else without its secrets', () => {
    const configuration = { file: '/h.yaml', stanzas: [{ name: 'main', objectives: {} }] };
    const evidence = (value: string): readonly string[] =>
      assess(
        configuration as unknown as Configuration,
        { checks: [{ ...good, ...withSetting('archive_command', value) }] },
        now,
      ).map((finding) => finding.evidence);
    expect(evidence('AWS_SECRET_ACCESS_KEY=m4rk3r wal-g wal-push %p')).toEqual([
      'archive_command = AWS_SECRET_ACCESS_KEY=(hidden) wal-g wal-push %p',
    ]);
    // Compared is the command as it is.
    expect(evidence(`PGPASSWORD=m4rk3r ${command}`)[0]).toMatch(/PGPASSWORD=\(hidden\) pgbackrest/);
    expect(evidence(command)).toEqual([]);
  });

  it('holds the age of the last backup against the objective', () => {
    expect(rules({}, { backupAge: 3599 })).toEqual(['critical backup-too-old']);
  });

  it('takes a backup that ended in the future neither for new nor for old', () => {
    const endedIn = (seconds: number) => ({
      repositories: [
        {
          ...repository,
          sets: [...repository.sets, { ...set, label: '20270601-020000F', stopTime: now / 1000 + seconds }],
        },
      ],
    });
    expect(rules(endedIn(300), { backupAge: 3600 })).toEqual([]);
    expect(rules(endedIn(301), { backupAge: 3600 })).toEqual(['critical backup-in-the-future']);
    expect(rules(endedIn(200 * 86_400))).toEqual(['critical backup-in-the-future']);
  });

  it('finds a repository that stamps its files with another time', () => {
    const { arrival } = good;
    if (!arrival.tried) throw new Error('the good case arrived');
    const skewed = arrival.repositories.map((one) => ({ ...one, writtenAt: now / 1000 - 3600 }));
    expect(rules({ arrival: { ...arrival, repositories: skewed } })).toEqual([
      'warning repository-clock-differs',
    ]);
    const lost = arrival.repositories.map((one) => ({ ...one, afterMs: undefined, writtenAt: undefined }));
    expect(rules({ arrival: { ...arrival, repositories: lost } })).toEqual(['critical archive-not-arriving']);
  });

  it('expects no WAL from a standby', () => {
    const standby = { tried: false, expected: false, reason: 'standby' } as const;
    expect(
      rules({
        ...withServer({ inRecovery: true }),
        arrival: standby,
        engineCheck: { ran: false, reason: 's' },
      }),
    ).toEqual([]);
  });
});

function never(): never {
  throw new Error('the good case has a clock');
}
