import type { Configuration } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';
import { neededFiles } from './needed-files.ts';

/**
 * Refuses what cannot be in a pod, before anything is rendered.
 *
 * @throws Failure config-invalid with what to change
 */
export function refuseUnfit(configuration: Configuration): void {
  const [stanza, ...others] = configuration.stanzas;
  if (stanza === undefined || others.length > 0) {
    throw refusal('the file has several stanzas', 'Write one file for each cluster: each has its own pod.');
  }
  const [node, ...rest] = stanza.nodes;
  if (node === undefined || rest.length > 0 || node.host !== undefined || stanza.patroni !== undefined) {
    throw refusal(
      'the cluster has several servers, Patroni, or its server has a `host`',
      'This target makes one server. For a cluster of several use an operator: `holdfast render pgo` or `holdfast render cloudnativepg`.',
    );
  }
  if (node.path.split('/').length < 3) {
    throw refusal(
      `the data directory ${node.path} lies right below the root`,
      'Name one in a directory of its own, such as /var/lib/postgresql/data: the volume is mounted on its parent.',
    );
  }
  refuseRepositories(configuration);
  refuseForm(configuration);
  const [missing] = neededFiles(configuration).filter(
    ({ path }) => configuration.deploy.kubernetes.files[path] === undefined,
  );
  if (missing !== undefined) {
    throw refusal(
      `${missing.key} names ${missing.path}, which is not in the pod`,
      `Say which Secret or ConfigMap has it: deploy.kubernetes.files: { ${missing.path}: { secret: NAME, key: KEY } }.`,
    );
  }
}

function refuseRepositories({ stanzas, deploy }: Configuration): void {
  for (const { name, access, host } of stanzas[0]?.repositories ?? []) {
    if (host !== undefined || access.type === 'cifs') {
      throw refusal(
        `the repository ${name} lies on another host or a share`,
        'Use an object store, or a directory (type posix), which gets a volume.',
      );
    }
    const jobs = deploy.kubernetes.form === 'cronjobs';
    if (access.type === 'posix' && jobs && deploy.kubernetes.storage.repositoryAccess !== 'ReadWriteMany') {
      throw refusal(
        `the repository ${name} is a directory, which the pods of CronJobs cannot reach`,
        'Use an object store, storage that many pods can write (deploy.kubernetes.storage.repositoryAccess: ReadWriteMany), or the form `sidecar`.',
      );
    }
  }
  for (const [path, { secret, configMap }] of Object.entries(deploy.kubernetes.files)) {
    if ((secret === undefined) === (configMap === undefined)) {
      throw refusal(
        `deploy.kubernetes.files: ${path} has no source, or two`,
        'Name a Secret or a ConfigMap.',
      );
    }
  }
}

function refuseForm({ server, deploy }: Configuration): void {
  const { form, rolePassword } = deploy.kubernetes;
  if (form === 'sidecar' && server.token === undefined) {
    throw refusal(
      'server.token is not set',
      'Probes and Prometheus come from outside of the pod, and Holdfast answers them only where it has a token: add server: { token: file:/etc/holdfast/token }.',
    );
  }
  if (form === 'cronjobs' && rolePassword === undefined) {
    throw refusal(
      'deploy.kubernetes.rolePassword is not set',
      'CronJobs hold the lease on the server over the network, as the role `holdfast`: name its password, such as file:/etc/holdfast/kubernetes-role.',
    );
  }
}

function refusal(problem: string, hint: string): Failure {
  return new Failure('config-invalid', { operation: 'render kubernetes', problem, hint });
}
