import { findingPlace, type Finding } from '../../model/finding.ts';
import { maskCommand } from '../../model/mask-command.ts';
import { isSameArchiveCommand } from '../../model/same-archive-command.ts';
import type { CheckObservations, ServerObservation } from '../observations.ts';

type Place = ReturnType<typeof findingPlace>;

/** Settings that decide whether WAL is archived at all, and what the archiver says of itself. */
export function assessArchiving(seen: CheckObservations): Finding[] {
  const { server } = seen;
  if (server?.settings === undefined) return [];
  const place = findingPlace(seen.stanza);
  return [
    ...judgeMode(server, place),
    ...judgeLevel(server, place),
    ...judgeCommand(server, place, seen.stanza),
    ...judgeTimeout(server, place),
    ...judgeArchiver(server, place),
  ];
}

function judgeMode(server: ServerObservation, place: Place): Finding[] {
  const mode = server.settings?.['archive_mode'];
  if (mode?.value === 'on' || mode?.value === 'always') return [];
  return [
    {
      rule: 'archive-mode-off',
      severity: 'critical',
      ...place,
      problem: 'the server archives nothing',
      evidence: `archive_mode = ${mode?.value ?? 'unknown'}${mode?.pendingRestart === true ? ', and another value waits for a restart' : ''}`,
      remedy:
        mode?.pendingRestart === true
          ? 'Restart the server: holdfast setup --restart.'
          : 'Run holdfast setup --restart.',
    },
  ];
}

function judgeLevel(server: ServerObservation, place: Place): Finding[] {
  const value = server.settings?.['wal_level']?.value;
  if (value === 'replica' || value === 'logical') return [];
  return [
    {
      rule: 'wal-level-minimal',
      severity: 'critical',
      ...place,
      problem: 'WAL does not hold enough to recover from',
      evidence: `wal_level = ${value ?? 'unknown'}`,
      remedy: 'Run holdfast setup --restart.',
    },
  ];
}

function judgeCommand(server: ServerObservation, place: Place, stanza: string): Finding[] {
  const command = server.settings?.['archive_command']?.value ?? '';
  const library = server.settings?.['archive_library']?.value ?? '';
  const remedy = 'Run holdfast setup --replace-archive-command, or correct archive_command by hand.';
  const finding = (
    rule: string,
    severity: Finding['severity'],
    problem: string,
    evidence: string,
  ): Finding[] => [{ rule, severity, ...place, problem, evidence, remedy }];
  const shown = `archive_command = ${maskCommand(command)}`;
  if (library !== '') {
    return finding(
      'archive-library',
      'critical',
      'a library archives WAL, not pgBackRest',
      `archive_library = ${library}`,
    );
  }
  if (isSameArchiveCommand(command, server.wantedArchiveCommand)) return [];
  if (command === '' || command === '(disabled)') {
    return finding('archive-command-empty', 'critical', 'no command archives WAL', shown);
  }
  if (!command.includes('pgbackrest')) {
    return finding(
      'archive-command-foreign',
      'critical',
      'WAL is not archived by pgBackRest, which refuses backups then',
      shown,
    );
  }
  if (
    !new RegExp(
      `--stanza[= ]["']?${stanza.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}(?:["'\\s]|$)`,
    ).test(command)
  ) {
    return finding(
      'archive-command-stanza',
      'critical',
      `archive_command does not name stanza ${stanza}`,
      shown,
    );
  }
  if (hidesErrors(command)) {
    return finding(
      'archive-command-hides-errors',
      'critical',
      'archive_command can succeed although archiving failed: WAL would be lost',
      shown,
    );
  }
  return finding(
    'archive-command-differs',
    'warning',
    'archive_command is not the one that holdfast.yaml leads to (another configuration file or program)',
    `${shown}; expected: ${server.wantedArchiveCommand}`,
  );
}

/** The exit code of the last command counts: after `;`, `|`, `||` or `&` it is no longer the engine's. */
function hidesErrors(command: string): boolean {
  const bare = command.replaceAll(/"[^"]*"|'[^']*'/g, '');
  return /[;|&]/.test(bare.replaceAll('&&', '').replaceAll(/\d*>&\d/g, ''));
}

function judgeTimeout(server: ServerObservation, place: Place): Finding[] {
  const value = server.settings?.['archive_timeout']?.value;
  if (value !== undefined && Number(value) > 0) return [];
  return [
    {
      rule: 'archive-timeout-off',
      severity: 'warning',
      ...place,
      problem: 'a quiet server archives nothing until a segment of WAL is full',
      evidence: `archive_timeout = ${value ?? 'unknown'}`,
      remedy: 'Run holdfast setup, which sets it.',
    },
  ];
}

function judgeArchiver(server: ServerObservation, place: Place): Finding[] {
  const { archiver } = server;
  if (archiver === undefined) {
    return [
      {
        rule: 'archiver-unknown',
        severity: 'warning',
        ...place,
        problem: 'it is not known how archiving goes',
        evidence: 'pg_stat_archiver could not be read',
        remedy: 'Run the check as root or as the owner of the server.',
      },
    ];
  }
  const { lastFailedAt, lastArchivedAt, lastFailed, failedCount } = archiver;
  if (lastFailedAt === undefined || (lastArchivedAt ?? 0) >= lastFailedAt) return [];
  return [
    {
      rule: 'archiver-failing',
      severity: 'critical',
      ...place,
      problem: 'the last attempt to archive WAL failed',
      evidence: `pg_stat_archiver: ${lastFailed} failed at ${new Date(lastFailedAt).toISOString()}, ${failedCount} failures in all`,
      remedy: 'Read the server log and the archive-push log of pgBackRest.',
    },
  ];
}
