import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitoringTool } from './monitoring-tools.ts';
import { reservePort } from './ports.ts';
import { serveProgram } from './served-program.ts';

/** One series of an answer. */
export interface QueriedSeries {
  readonly metric: Readonly<Record<string, string>>;
  /** Of an instant query: time and value. */
  readonly value: readonly [number, string];
}

/** A real Prometheus on loopback. */
export interface TestPrometheus extends AsyncDisposable {
  readonly url: string;
  /** What an expression gives now. @throws Error when Prometheus does not take it */
  readonly query: (expr: string) => Promise<readonly QueriedSeries[]>;
}

/** @param file prometheus.yml */
export async function startPrometheus(file: string): Promise<TestPrometheus> {
  await using resources = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-prometheus-'));
  resources.defer(() => rmSync(directory, { recursive: true, force: true }));
  const port = resources.use(await reservePort());
  const url = `http://127.0.0.1:${port.number}`;
  resources.use(
    await serveProgram(
      monitoringTool('prometheus'),
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${port.number}`,
      ],
      { cwd: directory, isReady: async () => (await fetch(`${url}/-/ready`)).ok },
    ),
  );
  const kept = resources.move();
  return {
    url,
    async query(expr) {
      const answer = await fetch(`${url}/api/v1/query`, {
        method: 'POST',
        body: new URLSearchParams({ query: expr }),
      });
      const { status, error, data } = (await answer.json()) as {
        status: string;
        error?: string;
        data?: { result: readonly QueriedSeries[] };
      };
      if (status !== 'success' || data === undefined) throw new Error(`${expr}: ${error}`);
      return data.result;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
