import { describe, expect, it } from 'vitest';
import type { Stanza } from '../../config/configuration.ts';
import { planSetup } from './plan-setup.ts';
import { wantedArchiveTimeout } from '../../model/wanted-archive-timeout.ts';
import type { ObservedServer, SetupObservations } from './setup-observations.ts';
import { isSetupComplete, type SetupStep } from './setup-plan.ts';

const command = 'pgbackrest --stanza=main archive-push "%p"';

function setting(name: string, value: string, changes: object = {}): ObservedServer['settings'] {
  const row = {
    name,
    value,
    unit: undefined,
    source: 'configuration file',
    sourceFile: undefined,
    pendingRestart: false,
  };
  const context = name === 'archive_mode' || name === 'wal_level' ? 'postmaster' : 'sighup';
  return new Map([[name, { ...row, context, ...changes }]]);
}

const settings = new Map([
  ...setting('archive_mode', 'on'),
  ...setting('wal_level', 'replica'),
  ...setting('archive_command', command),
  ...setting('archive_timeout', '60'),
]);

const server: ObservedServer = {
  running: true,
  accepting: true,
  inRecovery: false,
  problem: undefined,
  major: 15,
  restartCommand: 'restart',
  psqlCommand: 'psql',
  settings,
  fileSettings: new Map(),
  systemIdentifier: 7n,
  role: undefined,
  archiverWorks: true,
};

const seen: SetupObservations = {
  engineUser: 'postgres',
  directories: [{ path: '/log', purpose: 'log', state: 'ok', owner: 'postgres' }],
  files: [{ path: '/c', secret: false, state: 'same', difference: '' }],
  server,
  repositories: [
    {
      name: 'local',
      key: 1,
      code: 0,
      message: 'ok',
      database: { repositoryKey: 1, databaseId: 1, systemIdentifier: 7n, version: '15' },
      fullSets: 1,
    },
  ],
  wantedArchiveCommand: command,
  engineCommands: { create: 'create', upgrade: 'upgrade', check: 'check', backup: () => 'backup' },
};

function openSteps(changes: Partial<ObservedServer>, stanza: object = {}): string[] {
  const plan = planSetup({ name: 'main', objectives: {}, ...stanza } as unknown as Stanza, {
    ...seen,
    server: { ...server, ...changes },
  });
  const isOpen = ({ state }: SetupStep): boolean => state !== 'done' && state !== 'skipped';
  return plan.steps.filter(isOpen).map(({ subject, state }) => `${subject}: ${state}`);
}

describe('planSetup', () => {
  it('claims nothing of a repository that could not be asked', () => {
    const repositories = seen.repositories.map((one) => ({
      ...one,
      code: undefined,
      database: undefined,
      fullSets: 0,
    }));
    const { steps } = planSetup({ name: 'main', objectives: {} } as unknown as Stanza, {
      ...seen,
      repositories,
    });
    const reasons = steps
      .filter(({ kind }) => kind === 'stanza-create' || kind === 'backup')
      .map(({ reason }) => reason);
    expect(reasons).toHaveLength(2);
    for (const reason of reasons) expect(reason).toContain('not known yet');
  });

  it('makes the key of reports where there is none, and leaves alone what is there', () => {
    const stepOf = (fingerprint: string | undefined): SetupStep | undefined =>
      planSetup({ name: 'main', objectives: {} } as unknown as Stanza, {
        ...seen,
        reportKey: { directory: '/state/report-keys', fingerprint },
      }).steps.find(({ kind }) => kind === 'report-key');
    expect(stepOf(undefined)).toMatchObject({ state: 'to-do', subject: '/state/report-keys' });
    expect(stepOf('SHA256:x')).toMatchObject({ state: 'done', reason: 'it is there: SHA256:x' });
  });

  it('has nothing to do where all is as it should be', () => {
    expect(isSetupComplete(planSetup({ name: 'main', objectives: {} } as unknown as Stanza, seen))).toBe(
      true,
    );
  });

  it('asks for a restart only where a setting needs one', () => {
    const off = new Map([...settings, ...setting('archive_mode', 'off')]);
    expect(openSteps({ settings: off })).toEqual(['archive_mode: to-do', 'server: needs-consent']);
    const written = new Map([['archive_mode', 'on']]);
    expect(openSteps({ settings: off, fileSettings: written })).toEqual([
      'archive_mode: needs-restart',
      'server: needs-consent',
    ]);
    const quiet = new Map([...settings, ...setting('archive_timeout', '0')]);
    expect(openSteps({ settings: quiet })).toEqual(['archive_timeout: to-do']);
  });

  it.each([
    ['archive_mode', 'True'],
    ['archive_mode', 'ALWAYS'],
    ['archive_mode', '1'],
    ['wal_level', 'hot_standby'],
    ['wal_level', 'Logical'],
  ])('takes %s = %s in a file for enough', (name, value) => {
    expect(openSteps({ fileSettings: new Map([[name, value]]) })).toEqual([]);
  });

  it.each([
    ['archive_mode', 'False'],
    ['wal_level', 'minimal'],
  ])('does not take %s = %s in a file for enough', (name, value) => {
    expect(openSteps({ fileSettings: new Map([[name, value]]) })).toEqual([
      `${name}: to-do`,
      'server: needs-consent',
    ]);
  });

  it('leaves to others what others manage', () => {
    const given = new Map([...settings, ...setting('archive_timeout', '0', { source: 'command line' })]);
    expect(openSteps({ settings: given })).toEqual(['archive_timeout: waiting']);
    const quiet = new Map([...settings, ...setting('archive_timeout', '0')]);
    expect(openSteps({ settings: quiet }, { patroni: { url: 'http://x' } })).toEqual([
      'archive_timeout: waiting',
    ]);
  });

  it('sees another database behind the repository', () => {
    expect(openSteps({ systemIdentifier: 8n })).toEqual([
      'main: needs-consent',
      'main: to-do',
      'local: to-do',
    ]);
  });

  it('takes a library for what it is', () => {
    const library = new Map([...settings, ...setting('archive_library', 'basic_archive')]);
    expect(openSteps({ settings: library })).toEqual(['archive_library: needs-consent']);
  });

  it('takes the command of a user guide for what it is', () => {
    const change = (value: string): object => ({
      settings: new Map([...settings, ...setting('archive_command', value)]),
    });
    expect(openSteps(change('pgbackrest --stanza=main archive-push %p'))).toEqual([]);
    expect(openSteps(change("pgbackrest --stanza=main archive-push '%p' "))).toEqual([]);
    expect(openSteps(change('pgbackrest --stanza=main archive-push %f'))).toEqual([
      'archive_command: needs-consent',
    ]);
  });

  it('never takes secrets away from an archive_command that would not find them elsewhere', () => {
    const files = [
      { path: '/srv/pgbackrest.conf', secret: false, state: 'edited-by-hand', difference: '' },
      { path: '/srv/conf.d/holdfast-secrets.conf', secret: true, state: 'new', difference: '' },
    ] as const;
    const consents = (archiveCommand: string): unknown[] => {
      const own = new Map([...settings, ...setting('archive_command', archiveCommand)]);
      const observations = { ...seen, files, server: { ...server, settings: own } };
      const plan = planSetup({ name: 'main', objectives: {} } as unknown as Stanza, observations);
      return plan.steps.flatMap((step) => (step.kind === 'file' ? [step.consent ?? step.state] : []));
    };
    const alone = 'pgbackrest --config=/srv/pgbackrest.conf --stanza=main archive-push %p';
    const both = alone.replace('--stanza', '--config-include-path=/srv/conf.d --stanza');
    expect(consents(alone)).toEqual(['replace-archive-command', 'replace-archive-command']);
    expect(consents(both)).toEqual(['force', 'to-do']);
    expect(consents(command)).toEqual(['force', 'to-do']);
  });
});

it('derives archive_timeout from the tolerated loss', () => {
  expect([undefined, 5, 60, 3600, 86_400].map(wantedArchiveTimeout)).toEqual([60, 10, 30, 1800, 3600]);
});
