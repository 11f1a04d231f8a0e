import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates, type TestCertificates } from '../support/certificates.ts';
import { createDaemonBed, type DaemonBed } from '../support/daemon-bed.ts';
import { startHookServer, type HookServer } from '../support/hook-server.ts';
import { waitUntil } from '../support/wait-until.ts';

let bed: DaemonBed;
let certificates: TestCertificates;
let server: HookServer;
const signingKey = 'the key of the signature';

beforeAll(async () => {
  bed = await createDaemonBed({ name: 'hf-g-notify', bare: true });
  certificates = makeCertificates(bed.sandbox.directory('tls', 0o755));
  server = await startHookServer(certificates);
  bed.configure({}, { notify: { ops: channel(), pings: ping(), nowhere: nowhere() } });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await bed?.[Symbol.asyncDispose]();
});

const env = { HOOK_URL: '', SIGNING_KEY: signingKey };
function channel() {
  env.HOOK_URL = `${server.url}/hook/s3cret-part-of-the-url`;
  const { caFile } = certificates;
  return { webhook: '${HOOK_URL}', secret: '${SIGNING_KEY}', caFile, wait: '1s' };
}
const ping = () => ({
  healthchecks: `${server.url}/ping`,
  caFile: certificates.caFile,
  every: '2s',
  on: ['resolved'],
});
const nowhere = () => ({ webhook: 'http://127.0.0.1:1/hook' });

const documentOf = ({ stdout }: { readonly stdout: string }): unknown => JSON.parse(stdout);

interface Told {
  readonly id: string;
  readonly status: string;
  readonly kind: string;
  readonly began: readonly { readonly rule: string }[];
  readonly ended: readonly { readonly rule: string }[];
}
const hooks = (): Told[] => {
  const requests = server.requests.filter(({ url }) => url.startsWith('/hook'));
  const messages = requests.map(({ body }) => JSON.parse(body) as Told);
  // A daemon that ends before it has read the answer sends the same message again: its id says so.
  return messages.filter(({ id }, index) => messages.findIndex((one) => one.id === id) === index);
};
const about = (rule: string) => ({
  began: () => hooks().filter(({ began }) => began.some((one) => one.rule === rule)),
  ended: () => hooks().filter(({ ended }) => ended.some((one) => one.rule === rule)),
});

describe('a daemon that tells', () => {
  it('tests channels with its own environment, tells what begins and ends once, and pings', async () => {
    const file = bed.configuration.file;
    const good = readFileSync(file, 'utf8');
    const refused = about('configuration-refused');
    {
      await using daemon = await bed.serve({ env });
      const tested = await bed.run(['notify', 'test', '--json']);
      expect(tested.code).toBe(1);
      expect(documentOf(tested)).toMatchObject({
        through: 'daemon',
        tests: [
          { channel: 'ops', delivered: true, outcome: 'HTTP 200' },
          { channel: 'pings', delivered: true },
          { channel: 'nowhere', delivered: false, outcome: 'the connection was refused' },
        ],
      });
      expect(hooks().filter(({ kind }) => kind === 'test')).toHaveLength(1);
      writeFileSync(file, `${good}\nnonsense: true\n`);
      daemon.signal('SIGHUP');
      await waitUntil('the refusal is told', () => refused.began().length > 0, { timeoutMs: 60_000 });
      expect(server.requests.filter(({ url }) => url === '/ping').length).toBeGreaterThan(1);
      writeFileSync(file, good);
    }
    await waitUntil('its connections are closed', () => server.connections === 0);
    const pings = server.requests.filter(({ url }) => url === '/ping').length;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(server.requests.filter(({ url }) => url === '/ping')).toHaveLength(pings);
    {
      await using daemon = await bed.serve({ env });
      await waitUntil('the end is told', () => refused.ended().length > 0, { timeoutMs: 60_000 });
      expect(refused.began(), JSON.stringify(hooks())).toHaveLength(1);
      expect(refused.ended()).toHaveLength(1);
      const shown = await bed.run(['notify', '--json']);
      expect(documentOf(shown)).toMatchObject({
        channels: [{ channel: 'ops', waiting: 0 }, { channel: 'pings' }, { channel: 'nowhere' }],
      });
      const said = [...daemon.events.map((event) => JSON.stringify(event)), ...daemon.other].join('\n');
      expect(said).toContain('notification-delivered');
      expect(said).not.toContain('s3cret-part');
      expect(JSON.stringify(documentOf(shown))).not.toMatch(/s3cret-part|the key of/);
    }
  });

  it('says without a daemon what cannot be looked up, and which channel there is not', async () => {
    const here = await bed.run(['notify', 'test', 'ops', '--json']);
    expect(documentOf(here)).toMatchObject({ through: 'command', tests: [{ delivered: false }] });
    expect(JSON.stringify(documentOf(here))).toContain('${HOOK_URL}');
    expect(here.code).toBe(2);
    const missing = await bed.run(['notify', 'test', 'opz', '--json']);
    expect(documentOf(missing)).toMatchObject({
      error: { kind: 'nothing-found', hint: 'Did you mean ops?' },
    });
  });
});
