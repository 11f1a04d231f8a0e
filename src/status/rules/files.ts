import type { Configuration } from '../../config/configuration.ts';
import { findingPlace, type Finding } from '../../model/finding.ts';
import type { CheckObservations, DirectoryObservation, FileObservation } from '../observations.ts';

/** The engine's files are there, its own, current, and only its own to read. */
export function assessFiles(configuration: Configuration, seen: CheckObservations): Finding[] {
  return [
    ...seen.files.flatMap((file) => judgeFile(file, configuration, seen.engine.user)),
    ...seen.directories.flatMap((directory) => judgeDirectory(directory, seen.engine.user, seen.stanza)),
  ];
}

function judgeFile(file: FileObservation, configuration: Configuration, user: string): Finding[] {
  const subject = file.path;
  if (!file.exists) {
    return [
      {
        rule: 'file-missing',
        severity: 'critical',
        subject,
        problem: 'the configuration of pgBackRest is not there',
        evidence: 'no such file',
        remedy: 'Run holdfast setup.',
      },
    ];
  }
  return [...judgeAccess(file, user), ...judgeContent(file, configuration)];
}

function judgeAccess(file: FileObservation, user: string): Finding[] {
  const { mode, secret, path: subject } = file;
  const findings: Finding[] = [];
  const shown = mode === undefined ? 'unknown' : mode.toString(8).padStart(4, '0');
  if (secret && (mode === undefined || (mode & 0o077) !== 0)) {
    findings.push({
      rule: 'secrets-readable',
      severity: 'critical',
      subject,
      problem: 'others may read the secrets',
      evidence: `mode ${shown}`,
      remedy: `chmod 0600 ${subject}, and change the secrets if others could have read them.`,
    });
  } else if (!secret && mode !== undefined && (mode & 0o022) !== 0) {
    findings.push({
      rule: 'configuration-writable',
      severity: 'warning',
      subject,
      problem: 'others may change where backups go',
      evidence: `mode ${shown}`,
      remedy: `chmod 0640 ${subject}`,
    });
  }
  if (file.ownerIsEngineUser === true) return findings;
  return [
    ...findings,
    {
      rule: 'file-owner',
      severity: 'warning',
      subject,
      problem: `the file does not belong to ${user}, who runs pgBackRest`,
      evidence: 'owner of the file',
      remedy: `chown ${user} ${subject}`,
    },
  ];
}

function judgeContent(file: FileObservation, configuration: Configuration): Finding[] {
  if (file.content === 'same') return [];
  const problems = {
    changed: ['configuration-stale', 'the file is not what holdfast.yaml says now'],
    'edited-by-hand': ['configuration-edited', 'the file was edited by hand, or is not of Holdfast'],
    unknown: ['configuration-unknown', 'the file could not be compared with holdfast.yaml'],
  } as const;
  const [rule, problem] = problems[file.content ?? 'unknown'];
  return [
    {
      rule,
      severity: 'warning',
      subject: file.path,
      problem,
      evidence: `compared with ${configuration.file}`,
      remedy: 'Run holdfast setup, which shows the difference first.',
    },
  ];
}

function judgeDirectory(directory: DirectoryObservation, user: string, stanza: string): Finding[] {
  if (directory.exists && directory.writable) return [];
  return [
    {
      rule: directory.exists ? 'directory-not-writable' : 'directory-missing',
      severity: 'critical',
      ...(directory.repository === undefined
        ? { ...findingPlace(stanza), subject: directory.path }
        : findingPlace(stanza, directory.repository)),
      problem: directory.exists
        ? `${user} cannot write to the ${directory.purpose} directory`
        : `the ${directory.purpose} directory is not there`,
      evidence: `test -w ${directory.path}, as ${user}`,
      remedy: `Give it to ${user} (chown -R ${user} ${directory.path}), and see that the file system is mounted and writable.`,
    },
  ];
}
