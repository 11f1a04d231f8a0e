import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitoringTool } from './monitoring-tools.ts';
import { reservePort } from './ports.ts';
import { serveProgram } from './served-program.ts';

/** A check as `GET /v1/agent/checks` shows it. */
export interface SeenCheck {
  readonly CheckID: string;
  readonly Name: string;
  readonly Status: string;
  readonly Output: string;
  readonly ServiceID: string;
  readonly ServiceName: string;
  readonly Type: string;
}

/** A real Consul in development mode on loopback, without gossip beyond it. */
export interface TestConsul extends AsyncDisposable {
  readonly url: string;
  /** By their ids. */
  readonly checks: () => Promise<Readonly<Record<string, SeenCheck>>>;
  /** What Consul's DNS and proxies would be given: instances of a service that pass. */
  readonly passing: (service: string) => Promise<number>;
  readonly put: (path: string, body: unknown) => Promise<Response>;
}

export interface ConsulRequest {
  /** When given: every request without it is refused (ACLs with default policy deny). */
  readonly token?: string | undefined;
  /** Of the agent's configuration, where scripts are allowed. */
  readonly services?: readonly unknown[];
}

export async function startConsul({ token, services = [] }: ConsulRequest = {}): Promise<TestConsul> {
  await using resources = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-consul-'));
  resources.defer(() => rmSync(directory, { recursive: true, force: true }));
  const ports: number[] = [];
  for (let count = 0; count < 4; count += 1) ports.push(resources.use(await reservePort()).number);
  const [http = 0, serf = 0, wan = 0, server = 0] = ports;
  const url = `http://127.0.0.1:${http}`;
  const headers: Record<string, string> = token === undefined ? {} : { 'X-Consul-Token': token };
  const ask = (path: string): Promise<Response> => fetch(`${url}${path}`, { headers });
  const access = {
    acl: { enabled: true, default_policy: 'deny', tokens: { master: token, agent: token } },
  };
  const settings = JSON.stringify({
    ports: { http, serf_lan: serf, serf_wan: wan, server, dns: -1, grpc: -1 },
    enable_local_script_checks: true,
    services,
    ...(token === undefined ? {} : access),
  });
  const file = join(directory, 'agent.json');
  writeFileSync(file, settings);
  resources.use(
    await serveProgram(
      monitoringTool('consul'),
      [
        'agent',
        '-dev',
        '-node=holdfast-test',
        '-bind=127.0.0.1',
        '-client=127.0.0.1',
        `-config-file=${file}`,
      ],
      {
        cwd: directory,
        isReady: async () => {
          const leader = (await (await ask('/v1/status/leader')).text()).includes(':');
          return leader && (await ask('/v1/agent/checks')).ok;
        },
      },
    ),
  );
  const kept = resources.move();
  return {
    url,
    checks: async () => (await (await ask('/v1/agent/checks')).json()) as Record<string, SeenCheck>,
    passing: async (service) =>
      ((await (await ask(`/v1/health/service/${service}?passing`)).json()) as unknown[]).length,
    put: (path, body) => fetch(`${url}${path}`, { method: 'PUT', headers, body: JSON.stringify(body) }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
