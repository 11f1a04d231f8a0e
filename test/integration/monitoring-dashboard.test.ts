import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createDaemonBed, type DaemonBed } from '../support/daemon-bed.ts';
import { startHookServer } from '../support/hook-server.ts';
import { monitoringTool, type MonitoringTool } from '../support/monitoring-tools.ts';
import { startPrometheus, type TestPrometheus } from '../support/prometheus.ts';
import { waitUntil } from '../support/wait-until.ts';

/* What is rendered for monitoring, with the real programs: Prometheus reads a real daemon by the rendered file. */
const cleanUp = new AsyncDisposableStack();
const token = 'a-token-for-tests-only';
let bed: DaemonBed;
let prometheus: TestPrometheus;
let out: string;

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

beforeAll(async () => {
  const hook = cleanUp.use(await startHookServer());
  bed = cleanUp.use(
    await createDaemonBed({ name: 'board', repositories: { local: { price: { storage: 0.02 } } } }),
  );
  const tokenFile = bed.sandbox.write('token', token, 0o644);
  bed.configure(
    {
      schedule: { timezone: 'UTC', full: '0 2 * * 0', drill: '0 5 * * 6' },
      // So short that there is a finding to show.
      objectives: { rpo: '1m', rto: '30m', backupAge: '1s', drillAge: '8d' },
    },
    {
      server: { listen: `127.0.0.1:${bed.httpPort}`, token: `file:${tokenFile}` },
      notify: { ops: { webhook: hook.url } },
      watch: { catalogue: '5s', archive: '5s', primary: '2s' },
      deploy: { monitoring: { interval: '1s', tokenFile } },
    },
  );
  await bed.backup('full');
  await bed.mustRun(['drill', '--target', 'latest', '--checks', 'read']);
  cleanUp.use(await bed.serve());
  out = bed.sandbox.directory('monitoring', 0o755);
  await bed.mustRun(['render', 'monitoring', '--out', out]);
  const file = `${out}/prometheus.yml`;
  const scrape = parse(readFileSync(`${out}/prometheus/holdfast-scrape.yml`, 'utf8')) as object;
  writeFileSync(file, stringify({ ...scrape, rule_files: ['prometheus/holdfast-rules.yml'] }));
  prometheus = cleanUp.use(await startPrometheus(file));
});
afterAll(() => cleanUp.disposeAsync());

function run(tool: MonitoringTool, ...args: readonly string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(monitoringTool(tool), args, { encoding: 'utf8', cwd: out });
  return { status, said: `${stdout}${stderr}` };
}

describe('the scrape configuration', () => {
  it('is one that promtool takes, and has no token in it', () => {
    expect(run('promtool', 'check', 'config', `${out}/prometheus.yml`)).toMatchObject({ status: 0 });
    expect(readFileSync(`${out}/prometheus/holdfast-scrape.yml`, 'utf8')).not.toContain(token);
  });

  it('lets a real Prometheus read a real Holdfast that asks for a token', async () => {
    await waitUntil('the target is up', async () => {
      const [up] = await prometheus.query('up{job="holdfast"}');
      return up?.value[1] === '1';
    });
  });
});

describe('the routes of Alertmanager', () => {
  const route = (...labels: readonly string[]): string => {
    const file = `--config.file=${out}/alertmanager/holdfast-alertmanager.yml`;
    const { status, said } = run('amtool', 'config', 'routes', 'test', file, ...labels);
    expect(status).toBe(0);
    return said.split('\n')[0] ?? '';
  };

  it('are a configuration that amtool takes', () => {
    const checked = run('amtool', 'check-config', `${out}/alertmanager/holdfast-alertmanager.yml`);
    expect(checked.said).toContain('SUCCESS');
    expect(checked.status).toBe(0);
  });

  it('bring each alert of ours to who is to have it, and no other', () => {
    expect(route('alertname=HoldfastWalHole', 'severity=critical')).toBe('holdfast-critical');
    expect(route('alertname=HoldfastWalHole', 'severity=warning')).toBe('holdfast-warning');
    expect(route('alertname=NodeDown', 'severity=critical')).toBe('nobody');
  });
});

describe('the dashboard of Grafana', () => {
  it('has data in every query of every panel', { timeout: 200_000 }, async () => {
    const model = JSON.parse(readFileSync(`${out}/grafana/holdfast-dashboard.json`, 'utf8')) as {
      panels: readonly Panel[];
    };
    const queries = model.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ title, expr: fill(expr) })),
    );
    expect(queries.length).toBeGreaterThan(35);
    let empty: readonly string[] = [];
    const deadline = performance.now() + 90_000;
    do {
      const answers = await Promise.all(
        queries.map(async (one) => ({ ...one, series: await prometheus.query(one.expr) })),
      );
      empty = answers
        .filter(({ series }) => series.length === 0)
        .map(({ title, expr }) => `${title}: ${expr}`);
      if (empty.length > 0) await new Promise((resolve) => setTimeout(resolve, 2000));
    } while (empty.length > 0 && performance.now() < deadline);
    expect(empty).toEqual([]);
    expect(await prometheus.query(fill('holdfast_sets_of_nobody{stanza=~"$stanza"}'))).toEqual([]);
  });
});

/** As Grafana fills variables in when all is chosen. */
function fill(expr: string): string {
  return expr
    .replaceAll('$stanza', '.*')
    .replaceAll('$repository', '.*')
    .replaceAll('$job', 'holdfast')
    .replaceAll('$__rate_interval', '30s');
}
