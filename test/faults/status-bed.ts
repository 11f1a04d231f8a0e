import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Notification, NotifiedFinding } from '../../src/notify/notification.ts';
import {
  createDaemonBed,
  type DaemonBed,
  type DaemonBedRequest,
  type ServedDaemon,
  type ServeOptions,
} from '../support/daemon-bed.ts';
import { readMetrics } from '../support/metrics-text.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A protected cluster with a daemon that looks every few seconds, and a webhook that hears what it tells. */
export interface StatusBed extends DaemonBed {
  readonly daemon: ServedDaemon;
  /** The keys of the file that the bed needs, for `configure`. */
  readonly fileKeys: Readonly<Record<string, unknown>>;
  /** Everything that was told, oldest first. */
  readonly told: readonly Notification[];
  /** Waits until a finding is seen in the command, the endpoint, the metrics and a message. */
  expectFinding(rule: string, about?: About): Promise<FindingSeen>;
  /** Waits until it has ended in all of them. */
  expectEnded(rule: string, about?: About): Promise<void>;
  /** `/health` as it is now. */
  health(): Promise<HealthSeen>;
}

export interface About {
  /** False: advice, which no message tells. */
  readonly told?: boolean;
  readonly timeoutMs?: number;
}

export interface FindingSeen {
  readonly rule: string;
  readonly severity: string;
  readonly subject: string;
  readonly problem: string;
  readonly evidence: string;
  readonly remedy: string;
}

export interface HealthSeen {
  readonly status: string;
  readonly findings: readonly FindingSeen[];
  readonly incidents: readonly Readonly<Record<string, unknown>>[];
}

/** Seconds between looks; everything of an archive is listed again at each. */
const watch = { catalogue: '3s', archive: '2s', primary: '2s', recheck: '4s' };

export interface StatusBedRequest extends DaemonBedRequest {
  /** How the daemon is started. */
  readonly serve?: ((bed: DaemonBed) => ServeOptions) | undefined;
}

/** @param request `stanza` and `keys` of it come on top of what the bed needs */
export async function createStatusBed(request: StatusBedRequest): Promise<StatusBed> {
  const resources = new AsyncDisposableStack();
  try {
    const receiver = resources.use(await receiveWebhooks());
    const notify = { ops: { webhook: receiver.url, on: ['critical', 'warning', 'resolved'], wait: '1s' } };
    const fileKeys = { watch, notify, ...request.keys };
    const bed = resources.use(await createDaemonBed({ ...request, keys: fileKeys }));
    await bed.cluster.sql(`ALTER SYSTEM SET archive_timeout = '60s'; SELECT pg_reload_conf()`);
    await bed.backup('full');
    const daemon = resources.use(await bed.serve(request.serve?.(bed)));
    const health = async (): Promise<HealthSeen> =>
      (await (await fetch(`http://127.0.0.1:${bed.httpPort}/health`)).json()) as HealthSeen;
    return {
      ...bed,
      daemon,
      fileKeys,
      told: receiver.told,
      health,
      expectFinding: (rule, about) => expectFinding(rule, about ?? {}, { bed, health, told: receiver.told }),
      expectEnded: (rule, about) => expectEnded(rule, about ?? {}, { bed, health, told: receiver.told }),
      [Symbol.asyncDispose]: () => resources.disposeAsync(),
    };
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

interface Places {
  readonly bed: DaemonBed;
  readonly health: () => Promise<HealthSeen>;
  readonly told: readonly Notification[];
}

async function expectFinding(
  rule: string,
  { told = true, timeoutMs = 90_000 }: About,
  places: Places,
): Promise<FindingSeen> {
  const options = { timeoutMs, everyMs: 500 };
  const seen = await explained(places, () =>
    waitUntil(`/health has ${rule}`, async () => find(rule, (await places.health()).findings), options),
  );
  await waitUntil(`holdfast status has ${rule}`, async () => find(rule, await statusOf(places)), options);
  await waitUntil(`the metrics have ${rule}`, () => isInMetrics(rule, places), options);
  if (seen === undefined) throw new Error(`nothing was seen of ${rule}`);
  if (told) {
    const heard = (): boolean =>
      places.told.some(({ began, changed, repeated }) => has(rule, [...began, ...changed, ...repeated]));
    await waitUntil(`a message tells of ${rule}`, heard, options);
  }
  return seen;
}

async function expectEnded(
  rule: string,
  { told = true, timeoutMs = 90_000 }: About,
  places: Places,
): Promise<void> {
  const options = { timeoutMs, everyMs: 500 };
  await explained(places, () =>
    waitUntil(
      `/health is rid of ${rule}`,
      async () => find(rule, (await places.health()).findings) === undefined,
      options,
    ),
  );
  const isGone = async (): Promise<boolean> => find(rule, await statusOf(places)) === undefined;
  await waitUntil(`holdfast status is rid of ${rule}`, isGone, options);
  await waitUntil(`the metrics are rid of ${rule}`, async () => !(await isInMetrics(rule, places)), options);
  if (!told) return;
  const heard = (): boolean => places.told.some(({ ended, missed }) => has(rule, [...ended, ...missed]));
  await waitUntil(`a message tells that ${rule} has ended`, heard, options);
}

async function explained<Value>({ health, told }: Places, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const { findings } = await health();
    const all = findings.map((one) => `${one.rule} (${one.subject}): ${one.problem}; ${one.evidence}`);
    const summaries = told.map(({ summary }) => summary);
    throw new Error([(error as Error).message, ...all, 'told:', ...summaries].join('\n'), { cause: error });
  }
}

async function statusOf({ bed }: Places): Promise<readonly FindingSeen[]> {
  const { stdout } = await bed.run(['status', '--json']);
  return (JSON.parse(stdout) as HealthSeen).findings;
}

async function isInMetrics(rule: string, { bed }: Places): Promise<boolean> {
  const page = await (await fetch(`http://127.0.0.1:${bed.httpPort}/metrics`)).text();
  return readMetrics(page).samples.some(
    ({ name, labels, value }) => name === 'holdfast_findings' && labels['rule'] === rule && value > 0,
  );
}

function find(rule: string, findings: readonly FindingSeen[]): FindingSeen | undefined {
  return findings.find((one) => one.rule === rule);
}

function has(rule: string, findings: readonly NotifiedFinding[]): boolean {
  return findings.some((one) => one.rule === rule);
}

interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  readonly told: readonly Notification[];
}

async function receiveWebhooks(): Promise<WebhookReceiver> {
  const told: Notification[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      told.push(JSON.parse(body) as Notification);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    told,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
