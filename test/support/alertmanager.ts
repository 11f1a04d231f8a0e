import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitoringTool, toolsDirectory } from './monitoring-tools.ts';
import { reservePort } from './ports.ts';
import { serveProgram } from './served-program.ts';

/** An alert as `GET /api/v2/alerts` shows it. */
export interface SeenAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  /** `unprocessed` until it was looked at, then `active` or `suppressed`. */
  readonly status: { readonly state: string };
}

/** A real Alertmanager on loopback that sends what it is told to one webhook. */
export interface TestAlertmanager extends AsyncDisposable {
  readonly url: string;
  /** What fires now. */
  readonly alerts: () => Promise<readonly SeenAlert[]>;
}

/** @param webhook where it sends, at once, what fires and what is resolved */
export function startAlertmanager(webhook: string): Promise<TestAlertmanager> {
  return startAlertmanagerWith(configurationFor(webhook));
}

/** @param configuration text of alertmanager.yml */
export async function startAlertmanagerWith(configuration: string): Promise<TestAlertmanager> {
  await using resources = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-alertmanager-'));
  resources.defer(() => rmSync(directory, { recursive: true, force: true }));
  const port = resources.use(await reservePort());
  const url = `http://127.0.0.1:${port.number}`;
  const file = join(directory, 'alertmanager.yml');
  writeFileSync(file, configuration);
  for (const template of ['default.tmpl', 'email.tmpl'])
    copyFileSync(join(toolsDirectory(), template), join(directory, template));
  resources.use(
    await serveProgram(
      monitoringTool('prometheus-alertmanager'),
      [
        `--config.file=${file}`,
        `--storage.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${port.number}`,
        // No cluster: nothing else listens.
        '--cluster.listen-address=',
      ],
      { cwd: directory, isReady: async () => (await fetch(`${url}/-/ready`)).ok },
    ),
  );
  const kept = resources.move();
  return {
    url,
    alerts: async () => (await (await fetch(`${url}/api/v2/alerts`)).json()) as readonly SeenAlert[],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Groups of one alert each, so that every message tells of one. */
function configurationFor(webhook: string): string {
  return `route:
  receiver: test
  group_by: ['...']
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: test
    webhook_configs:
      - url: ${webhook}
        send_resolved: true
`;
}
