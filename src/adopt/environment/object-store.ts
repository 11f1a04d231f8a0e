import { providerFacts, type ProviderName } from '../../config/providers.ts';

/** An S3 store as environments describe it. */
export interface StoreDescription {
  /** As written: often a URL, sometimes with the bucket in it. Undefined: Amazon. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly bucket: string;
  /** What the environment says of the style; undefined when it says nothing. */
  readonly pathStyle?: boolean | undefined;
}

/** The keys of a repository of type s3 that say where it is. */
export interface StorePlace {
  readonly provider: ProviderName | undefined;
  readonly account: string | undefined;
  readonly endpoint: string | undefined;
  readonly port: number | undefined;
  readonly region: string | undefined;
  readonly uriStyle: 'host' | 'path' | undefined;
}

/** Something about a store that is otherwise than it was written, as a full sentence. */
export interface StoreCorrection {
  readonly about: 'endpoint' | 'region' | 'style';
  readonly why: string;
}

interface KnownStore {
  readonly provider: ProviderName;
  /** The group is the region, or the account for r2. */
  readonly host: RegExp;
}

/** Hosts of the stores that config/providers.ts knows. */
const knownStores: readonly KnownStore[] = [
  { provider: 'aws', host: /^s3(?:[.-]dualstack)?[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/ },
  { provider: 'aws', host: /^s3\.amazonaws\.com$/ },
  { provider: 'backblaze', host: /^s3\.([a-z0-9-]+)\.backblazeb2\.com$/ },
  { provider: 'wasabi', host: /^s3\.([a-z0-9-]+)\.wasabisys\.com$/ },
  { provider: 'r2', host: /^([0-9a-f]+)\.r2\.cloudflarestorage\.com$/ },
  { provider: 'digitalocean', host: /^([a-z0-9]+)\.digitaloceanspaces\.com$/ },
  { provider: 'hetzner', host: /^([a-z0-9]+)\.your-objectstorage\.com$/ },
  { provider: 'scaleway', host: /^s3\.([a-z0-9-]+)\.scw\.cloud$/ },
];

/**
 * Says where a store is in the keys of holdfast.yaml. pgBackRest wants the host alone (`repo-s3-endpoint`), the port
 * in an option of its own, and a region that the store knows; the provider's name gives what follows from it.
 */
export function placeStore(store: StoreDescription): { place: StorePlace; corrections: StoreCorrection[] } {
  const corrections: StoreCorrection[] = [];
  const { host, port, plain } = readEndpoint(store, corrections);
  if (host === undefined) {
    const place = { account: undefined, endpoint: undefined, port, uriStyle: undefined };
    return { place: { ...place, provider: 'aws', region: store.region }, corrections };
  }
  if (plain) {
    corrections.push({
      about: 'endpoint',
      why: `${host} was given with http://: before 2.58 pgBackRest refuses that (error 29), and Holdfast has it speak TLS in every version. Its port there must speak TLS.`,
    });
  }
  const known = knownStores.find((candidate) => candidate.host.test(host));
  if (known === undefined) return { place: unknownPlace(store, host, port, corrections), corrections };
  const named = known.host.exec(host)?.[1];
  const isAccount = known.provider === 'r2';
  const region = isAccount ? undefined : (named ?? store.region);
  if (!isAccount && named !== undefined && store.region !== undefined && store.region !== named) {
    corrections.push({
      about: 'region',
      why: `The region was ${store.region}, and the endpoint ${host} is in ${named}: the store refuses requests signed for another region.`,
    });
  }
  if (store.pathStyle === true && providerFacts(known.provider).uriStyle === 'host') {
    corrections.push({
      about: 'style',
      why: `${host} takes the bucket in the host name, as the provider says.`,
    });
  }
  const place = { provider: known.provider, endpoint: undefined, port, region, uriStyle: undefined };
  return { place: { ...place, account: isAccount ? named : undefined }, corrections };
}

/** A store of one's own: MinIO and what speaks like it. Its certificate rarely covers the bucket as a host name. */
function unknownPlace(
  store: StoreDescription,
  host: string,
  port: number | undefined,
  corrections: StoreCorrection[],
): StorePlace {
  if (store.pathStyle === undefined) {
    corrections.push({
      about: 'style',
      why: `${host} is a store of your own: the bucket stands in the path. Where it must stand in the host name, write uriStyle: host.`,
    });
  }
  const region = store.region === undefined || store.region === 'stub' ? undefined : store.region;
  return {
    provider: 'minio',
    account: undefined,
    endpoint: host,
    port,
    region,
    uriStyle: store.pathStyle === false ? 'host' : undefined,
  };
}

function readEndpoint(
  { endpoint, bucket }: StoreDescription,
  corrections: StoreCorrection[],
): { host: string | undefined; port: number | undefined; plain: boolean } {
  if (endpoint === undefined) return { host: undefined, port: undefined, plain: false };
  const parts = /^(?:(https?):\/\/)?(?:[^/@\s]*@)?([^/:?#\s]+)(?::(\d+))?(.*)$/i.exec(endpoint);
  const scheme = parts?.[1]?.toLowerCase();
  const full = (parts?.[2] ?? endpoint).toLowerCase();
  const host = full.startsWith(`${bucket.toLowerCase()}.`) ? full.slice(bucket.length + 1) : full;
  if (/^\/./.test(parts?.[4] ?? '')) {
    corrections.push({
      about: 'endpoint',
      why: `The endpoint had a path, which pgBackRest passes over: it takes the host and the port of it.`,
    });
  }
  if (host !== full) {
    corrections.push({
      about: 'endpoint',
      why: 'The endpoint had the bucket in its host name; pgBackRest puts it there itself.',
    });
  }
  const port = parts?.[3] === undefined || parts[3] === '443' ? undefined : Number(parts[3]);
  return { host, port, plain: scheme === 'http' };
}
