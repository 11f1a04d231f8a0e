/** What an S3 store needs. Hosts without scheme, as `repo-s3-endpoint` wants them. */
export interface ProviderAnswer {
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly uriStyle: 'host' | 'path';
}

/** What the file says of it. */
export interface ProviderQuestion {
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly account: string | undefined;
}

interface Provider {
  /** Keys that must be there, beside those that every bucket needs. */
  readonly needs: readonly ('endpoint' | 'region' | 'account')[];
  readonly endpoint: ((question: ProviderQuestion) => string) | undefined;
  /** The region when the store has only one or takes any. */
  readonly region: string | undefined;
  readonly uriStyle: 'host' | 'path';
  /** Styles that the store does not understand. */
  readonly refusedStyle?: 'host' | 'path';
  /** Features of pgBackRest that the store answers with an error. */
  readonly refuses: readonly ProviderFeature[];
  readonly why?: string;
}

/** Keys of an S3 repository that not every store understands. */
export type ProviderFeature = 'tags' | 'kmsKeyId' | 'role' | 'machineIdentity';

const awsOnly: readonly ProviderFeature[] = ['kmsKeyId', 'role', 'machineIdentity'];
const withRegion =
  (before: string, after: string) =>
  (question: ProviderQuestion): string =>
    `${before}${question.region ?? ''}${after}`;

/** Endpoint, region and style of each store, from its own documentation as of November 2026. */
const providers = {
  aws: {
    needs: ['region'],
    // The Chinese partition lies under a domain of its own.
    endpoint: (question) => {
      const region = question.region ?? '';
      return `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
    },
    region: undefined,
    uriStyle: 'host',
    refuses: [],
  },
  backblaze: {
    needs: ['region'],
    endpoint: withRegion('s3.', '.backblazeb2.com'),
    region: undefined,
    uriStyle: 'host',
    refuses: [...awsOnly, 'tags'],
    why: 'Backblaze B2 has keys of its own only, and no object tags',
  },
  wasabi: {
    needs: ['region'],
    endpoint: withRegion('s3.', '.wasabisys.com'),
    region: undefined,
    uriStyle: 'host',
    refuses: awsOnly,
    why: 'Wasabi has keys of its own only',
  },
  minio: {
    needs: ['endpoint'],
    endpoint: undefined,
    region: 'us-east-1',
    uriStyle: 'path',
    refuses: ['role'],
  },
  ceph: {
    needs: ['endpoint'],
    endpoint: undefined,
    region: 'us-east-1',
    uriStyle: 'path',
    refuses: ['role'],
  },
  r2: {
    needs: ['account'],
    endpoint: (question) => `${question.account ?? ''}.r2.cloudflarestorage.com`,
    region: 'auto',
    uriStyle: 'path',
    refusedStyle: 'host',
    refuses: [...awsOnly, 'tags'],
    why: 'Cloudflare R2 answers 501 to object tags and knows only its own keys',
  },
  digitalocean: {
    needs: ['region'],
    endpoint: withRegion('', '.digitaloceanspaces.com'),
    region: undefined,
    uriStyle: 'host',
    refuses: awsOnly,
    why: 'DigitalOcean Spaces has keys of its own only',
  },
  hetzner: {
    needs: ['region'],
    endpoint: withRegion('', '.your-objectstorage.com'),
    region: undefined,
    uriStyle: 'host',
    refuses: awsOnly,
    why: 'Hetzner Object Storage has keys of its own only',
  },
  scaleway: {
    needs: ['region'],
    endpoint: withRegion('s3.', '.scw.cloud'),
    region: undefined,
    uriStyle: 'host',
    refuses: awsOnly,
    why: 'Scaleway has keys of its own only',
  },
} as const satisfies Record<string, Provider>;

export type ProviderName = keyof typeof providers;

/** Stores that Holdfast knows by name. */
export const providerNames = Object.keys(providers) as ProviderName[];

/** What a store is and does not take. */
export function providerFacts(name: ProviderName): Provider {
  return providers[name];
}

/** Endpoint, region and style: what the file says wins, then the provider, then pgBackRest's own default style. */
export function resolveProvider(name: ProviderName | undefined, question: ProviderQuestion): ProviderAnswer {
  const provider: Provider | undefined = name === undefined ? undefined : providers[name];
  const region = question.region ?? provider?.region;
  return {
    endpoint: question.endpoint ?? provider?.endpoint?.({ ...question, region }),
    region,
    uriStyle: provider?.uriStyle ?? 'host',
  };
}
