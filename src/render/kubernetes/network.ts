import { isIP } from 'node:net';
import type { Repository } from '../../model/repository.ts';
import type { Manifest } from './containers.ts';
import { type KubernetesSite, labels, tlsPort } from './kubernetes-site.ts';

/** A Service for clients, and one that gives the pod a name of its own. */
export function services(site: KubernetesSite): Manifest[] {
  const { name, node, settings } = site;
  const own = labels(site, 'database');
  const postgres = { name: 'postgres', port: node.port, targetPort: 'postgres' };
  const engine = { name: 'pgbackrest', port: tlsPort, targetPort: tlsPort };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, labels: own },
      spec: { selector: own, ports: [postgres] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `${name}-headless`, labels: own },
      spec: {
        clusterIP: 'None',
        // Also while it recovers: whoever looks for the pod must find it.
        publishNotReadyAddresses: true,
        selector: own,
        ports: settings.form === 'cronjobs' ? [postgres, engine] : [postgres],
      },
    },
  ];
}

/** Nothing may be reached that is not named here, in both directions. */
export function networkPolicies(site: KubernetesSite): Manifest[] {
  const { name, settings } = site;
  const instance = { 'app.kubernetes.io/instance': name };
  const policy = (suffix: string, spec: Manifest): Manifest => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${name}-${suffix}`, labels: labels(site, 'network') },
    spec,
  });
  const jobs = settings.form === 'cronjobs';
  return [
    policy('deny', {
      podSelector: { matchLabels: instance },
      policyTypes: ['Ingress', 'Egress'],
    }),
    policy('database', {
      podSelector: { matchLabels: labels(site, 'database') },
      policyTypes: ['Ingress'],
      ingress: databaseIngress(site),
    }),
    policy('names', {
      podSelector: { matchLabels: instance },
      policyTypes: ['Egress'],
      egress: [dnsEgress],
    }),
    policy('stores', {
      podSelector: { matchLabels: instance },
      policyTypes: ['Egress'],
      egress: storeEgress(site),
    }),
    ...(jobs
      ? [
          policy('jobs', {
            podSelector: { matchLabels: labels(site, 'job') },
            policyTypes: ['Egress'],
            egress: [
              {
                to: [{ podSelector: { matchLabels: labels(site, 'database') } }],
                ports: [tcp(site.node.port), tcp(tlsPort)],
              },
            ],
          }),
        ]
      : []),
  ].filter(({ spec }) => !isEmptyEgress(spec as Manifest));
}

function isEmptyEgress({ egress }: Manifest): boolean {
  return Array.isArray(egress) && egress.length === 0;
}

function tcp(port: number): Manifest {
  return { protocol: 'TCP', port };
}

function databaseIngress(site: KubernetesSite): Manifest[] {
  const { settings, node, configuration } = site;
  const namespaces = settings.clientNamespaces.map((namespace) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  }));
  const clients = { from: [{ podSelector: {} }, ...namespaces], ports: [tcp(node.port)] };
  if (settings.form === 'cronjobs') {
    return [
      clients,
      { from: [{ podSelector: { matchLabels: labels(site, 'job') } }], ports: [tcp(tlsPort)] },
    ];
  }
  const monitoring = { matchLabels: { 'kubernetes.io/metadata.name': settings.monitoringNamespace } };
  return [
    clients,
    { from: [{ namespaceSelector: monitoring }], ports: [tcp(configuration.server.listen.port)] },
  ];
}

/** The cluster's DNS, and the cache that some clusters have on each node (always at this address). */
const dnsEgress: Manifest = {
  to: [
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
    { ipBlock: { cidr: '169.254.20.10/32' } },
  ],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

/** Everything that is outside: a policy knows addresses, not names, so a store by name may be anywhere. */
function storeEgress(site: KubernetesSite): Manifest[] {
  const rules = new Map<string, { to: Manifest | undefined; ports: Set<number> }>();
  const allow = (address: string | undefined, port: number): void => {
    const cidr = address === undefined || isIP(address) === 0 ? undefined : hostBlock(address);
    const rule = rules.get(cidr ?? '') ?? {
      to: cidr === undefined ? undefined : { ipBlock: { cidr } },
      ports: new Set(),
    };
    rule.ports.add(port);
    rules.set(cidr ?? '', rule);
  };
  for (const repository of site.stanza.repositories) {
    for (const { address, port } of placesOf(repository)) allow(address, port);
  }
  for (const port of otherPorts(site)) allow(undefined, port);
  return [...rules.values()].map(({ to, ports }) => ({
    ...(to === undefined ? {} : { to: [to] }),
    ports: [...ports].toSorted((one, other) => one - other).map(tcp),
  }));
}

function hostBlock(address: string): string {
  return `${address}/${isIP(address) === 6 ? 128 : 32}`;
}

interface Place {
  readonly address: string | undefined;
  readonly port: number;
}

/** Where a repository is reached, and where its cloud gives out keys: the node's metadata, or the pod's own. */
function placesOf({ access }: Repository): readonly Place[] {
  if (access.type === 'sftp') return [{ address: access.host, port: access.port }];
  if (!('keyType' in access)) return [];
  const endpoint = readEndpoint(access.endpoint);
  const place = {
    address: access.host ?? endpoint?.address,
    port: access.port ?? endpoint?.port ?? 443,
  };
  if (access.keyType === 'auto') return [place, { address: '169.254.169.254', port: 80 }];
  if (access.keyType === 'pod-id') return [place, { address: '169.254.170.23', port: 80 }];
  // The role is had from the security token service, which is elsewhere.
  return access.keyType === 'web-id' ? [place, { address: undefined, port: 443 }] : [place];
}

/** `host`, `host:port`, or a URL. */
function readEndpoint(endpoint: string | undefined): Place | undefined {
  if (endpoint === undefined) return undefined;
  const text = /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`;
  if (!URL.canParse(text)) return undefined;
  const { hostname, port, protocol } = new URL(text);
  const usual = protocol === 'http:' ? 80 : 443;
  return { address: hostname.replaceAll(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
}

const channelPorts: Readonly<Record<string, readonly number[]>> = {
  email: [465, 587],
  alertmanager: [9093],
};

/** Where channels are is a secret, so the usual ports are allowed; others are named in the file. */
function otherPorts({ configuration, settings }: KubernetesSite): readonly number[] {
  const consul = configuration.consul === undefined ? undefined : new URL(configuration.consul.url);
  const consulPort = consul?.port === '' ? (consul.protocol === 'http:' ? 80 : 443) : Number(consul?.port);
  return [
    ...settings.egressPorts,
    ...(settings.form === 'sidecar'
      ? configuration.notify.flatMap(({ kind }) => channelPorts[kind] ?? [443])
      : []),
    ...(settings.form === 'sidecar' && consul !== undefined ? [consulPort] : []),
  ];
}
