import type { Configuration, Stanza } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';
import { operatorBackups, requireOwnTimes } from '../deployment/operator-schedule.ts';
import { neededFiles } from '../kubernetes/needed-files.ts';

/**
 * Refuses what PGO cannot do, before anything is rendered.
 *
 * @throws Failure config-invalid with what to change
 */
export function refuseUnfit(configuration: Configuration, stanza: Stanza): void {
  for (const { name, key, access, host } of stanza.repositories) {
    if (key > 4) throw refusal(`${name} is repo${key}`, 'PGO has four repositories: leave one out.');
    if (host !== undefined || access.type === 'sftp' || access.type === 'cifs') {
      throw refusal(
        `PGO has no repository such as ${name}`,
        'Use a volume (type posix), or S3, Azure or GCS.',
      );
    }
    if (access.type === 's3' && access.keyType === 'pod-id') {
      throw refusal(
        `${name} uses the identity of a pod, which PGO 6.0 does not give to pgBackRest`,
        'Use keyType: web-id with a role of the ServiceAccount, or keys.',
      );
    }
  }
  for (const { name, command } of [...configuration.options, ...stanza.options]) {
    const own = /^(?:log-path|spool-path|lock-path|tls-server-.*|pg\d+-.*|repo\d+-host.*)$/;
    if (command !== undefined || own.test(name)) {
      throw refusal(
        `the option ${command === undefined ? '' : `${command}: `}${name} cannot be given to PGO`,
        'PGO takes options for all commands (spec.backups.pgbackrest.global), and sets paths and hosts by itself.',
      );
    }
  }
  refuseDoubleTimes(configuration);
  requireOwnTimes(configuration, 'pgo', false);
  const { files } = configuration.deploy.kubernetes;
  const missing = neededFiles(configuration).find(
    ({ key, path }) => key.startsWith('stanzas.') && files[path] === undefined,
  );
  if (missing !== undefined) {
    throw refusal(
      `${missing.key} names ${missing.path}, which is not in the pods of PGO`,
      `Say which Secret or ConfigMap has it: deploy.kubernetes.files: { ${missing.path}: { secret: NAME, key: KEY } }.`,
    );
  }
}

function refuseDoubleTimes(configuration: Configuration): void {
  const seen = new Set<string>();
  for (const { type, repositories } of operatorBackups(configuration, 'pgo')) {
    for (const repository of repositories) {
      const place = `${type} of ${repository}`;
      if (seen.has(place)) {
        throw refusal(
          `the schedule has two lines for ${place}`,
          'PGO has one schedule for each type of a repository: write one cron text with both times.',
        );
      }
      seen.add(place);
    }
  }
}

function refusal(problem: string, hint: string): Failure {
  return new Failure('config-invalid', { operation: 'render pgo', problem, hint });
}
