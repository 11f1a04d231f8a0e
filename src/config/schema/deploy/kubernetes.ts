import * as z from 'zod';
import { byteSize, count, flag, oneOf, port, scalar, secret, text } from '../scalars.ts';
import { section } from '../section.ts';

/** A name of Kubernetes: RFC 1123, at most as long as a label. */
const label = (): z.ZodType<string, unknown> =>
  scalar<string>({
    expected: 'a name of Kubernetes: small letters, digits and dashes, at most 52',
    remedy: 'Write a name such as main or backup-tls.',
    json: { type: 'string', pattern: '^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$' },
    read: (value) =>
      typeof value === 'string' && /^[a-z](?:[-a-z0-9]{0,50}[a-z0-9])?$/.test(value) ? value : undefined,
  });

const cpu = (): z.ZodType<string, unknown> =>
  scalar<string>({
    expected: 'processors such as 2 or 500m',
    remedy: 'Write a whole number of processors, or of thousandths with an m, in quotes.',
    json: { type: ['string', 'integer'], pattern: '^[1-9]\\d{0,5}m?$' },
    read: (value) => (/^[1-9]\d{0,5}m?$/.test(String(value)) ? String(value) : undefined),
  });

const accessModes = ['ReadWriteOncePod', 'ReadWriteOnce', 'ReadWriteMany'] as const;

const storageSchema = section({
  class: text('the name of a storage class').optional().meta({
    description: "Storage class of all volumes; the cluster's own without it.",
  }),
  data: byteSize().prefault('20GiB').meta({ description: 'Volume of the data directory.' }),
  accessMode: oneOf(['ReadWriteOncePod', 'ReadWriteOnce']).prefault('ReadWriteOncePod').meta({
    description:
      'Access to the data. ReadWriteOncePod lets Kubernetes itself keep a restore and a server apart; ReadWriteOnce is for storage that has no CSI driver.',
  }),
  state: byteSize().prefault('1GiB').meta({ description: 'Volume of the journal of Holdfast.' }),
  copies: byteSize().optional().meta({
    description: 'Volume of drills and other copies: as large as the data without it.',
  }),
  repository: byteSize().prefault('40GiB').meta({ description: 'Volume of each repository of type posix.' }),
  repositoryAccess: oneOf(accessModes).prefault('ReadWriteOncePod').meta({
    description:
      'Access to those volumes. With ReadWriteMany other pods (drills, the form `cronjobs`) can use them too.',
  }),
});

const resourcesSchema = section({
  databaseCpu: cpu().prefault('1').meta({ description: 'Processors that PostgreSQL has for sure.' }),
  databaseMemory: byteSize()
    .prefault('2GiB')
    .meta({ description: 'Memory of PostgreSQL, requested and at most; a quarter is shared_buffers.' }),
  holdfastCpu: cpu()
    .prefault('250m')
    .meta({ description: 'Processors that Holdfast and pgBackRest have for sure.' }),
  holdfastMemory: byteSize()
    .prefault('1GiB')
    .meta({ description: 'Memory of Holdfast and pgBackRest, requested and at most; drills run there too.' }),
});

const fileSourceSchema = section({
  secret: text('the name of a Secret').optional().meta({ description: 'Secret that has it.' }),
  configMap: text('the name of a ConfigMap').optional().meta({ description: 'ConfigMap that has it.' }),
  key: text('a key').meta({ description: 'Key of that Secret or ConfigMap.' }),
});

/** What only this target needs. */
export const kubernetesSchema = section({
  form: oneOf(['sidecar', 'cronjobs']).prefault('sidecar').meta({
    description:
      "`sidecar`: Holdfast beside PostgreSQL in its pod. `cronjobs`: a CronJob for each line of the schedule, which reaches the pod over pgBackRest's TLS protocol.",
  }),
  name: label().optional().meta({ description: 'Name of everything that is made; the stanza without it.' }),
  namespace: label().prefault('postgres').meta({ description: 'Namespace, which is made too.' }),
  image: text('an image')
    .prefault('holdfast-postgres:latest')
    .meta({
      description:
        'Image with PostgreSQL, pgBackRest and Holdfast, such as the one of `holdfast render compose`. Name one of your registry, with its digest.',
      examples: ['registry.example.com/holdfast-postgres:17-2.55@sha256:…'],
    }),
  imagePullSecret: text('the name of a Secret')
    .optional()
    .meta({ description: 'Secret with which the image is pulled.' }),
  uid: count(1, 65_535).prefault(999).meta({ description: 'User and group of PostgreSQL in the image.' }),
  storage: storageSchema.prefault({}).meta({ description: 'Volumes.' }),
  resources: resourcesSchema.prefault({}).meta({ description: 'Processors and memory.' }),
  clientNamespaces: z
    .array(label())
    .prefault([])
    .meta({ description: 'Namespaces whose pods may connect to PostgreSQL, beside its own.' }),
  monitoringNamespace: label()
    .prefault('monitoring')
    .meta({ description: 'Namespace of Prometheus, whose pods may read the metrics.' }),
  egressPorts: z.array(port()).prefault([]).meta({
    description:
      'Ports of other places that may be reached, such as those of notification channels with an unusual port.',
  }),
  serviceAccountAnnotations: z
    .record(z.string(), text())
    .prefault({})
    .meta({
      description: 'Annotations of the ServiceAccount, by which a cloud gives it a role.',
      examples: [{ 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/backup' }],
    }),
  files: z
    .record(z.string(), fileSourceSchema)
    .prefault({})
    .meta({
      description: 'Files that the configuration names by their path, and the Secret or ConfigMap with each.',
      examples: [{ '/etc/ssl/store-ca.pem': { configMap: 'store-ca', key: 'ca.pem' } }],
    }),
  serverCertificate: text('the name of a Secret').optional().meta({
    description:
      'Form `cronjobs`: Secret (tls.crt, tls.key, ca.crt) of the pod; NAME-pgbackrest-server without it.',
  }),
  clientCertificate: text('the name of a Secret').optional().meta({
    description: 'Form `cronjobs`: Secret of the CronJobs; NAME-pgbackrest-client without it.',
  }),
  clientName: text('a name').prefault('holdfast').meta({
    description: 'Form `cronjobs`: name in the certificate of the CronJobs.',
  }),
  rolePassword: secret()
    .optional()
    .meta({
      description:
        'Form `cronjobs`: password of the role `holdfast`, by which the CronJobs hold the lease on the server.',
      examples: ['file:/etc/holdfast/kubernetes-role'],
    }),
  firstBackup: flag().prefault(true).meta({
    description: 'Form `sidecar`: take a full backup at once into each repository that has none.',
  }),
}).meta({
  description: 'Settings of `holdfast render kubernetes`, and of `pgo` and `cloudnativepg` where they fit.',
});

export type KubernetesSettings = z.output<typeof kubernetesSchema>;
