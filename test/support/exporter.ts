import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import type { TestConfiguration } from './configuration.ts';
import { engineUnderTest } from './engines.ts';
import { readMetrics, type MetricsPage, type Sample } from './metrics-text.ts';
import { monitoringTool } from './monitoring-tools.ts';
import type { Sandbox } from './sandbox.ts';
import { testEnvironment } from './test-user.ts';
import { waitUntil } from './wait-until.ts';

/** Debian's prometheus-pgbackrest-exporter at work. Disposing ends it. */
export interface RunningExporter extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  /** Its metrics of pgBackRest; those about itself (Go, HTTP) are left out. */
  metrics(): Promise<MetricsPage>;
}

export interface ExporterOptions {
  /** Between two looks; whole seconds, 1 unless given. */
  readonly everySeconds?: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the exporter as postgres with the configuration that Holdfast wrote, and waits until it looked once. */
export async function startExporter(
  sandbox: Sandbox,
  { engineFile, includeDirectory }: Pick<TestConfiguration, 'engineFile' | 'includeDirectory'>,
  { everySeconds = 1, args = [], env = {} }: ExporterOptions = {},
): Promise<RunningExporter> {
  const { owner, runAs } = sandbox;
  const url = `http://127.0.0.1:${await sandbox.port()}/metrics`;
  const words = [
    `--web.listen-address=${new URL(url).host}`,
    `--collect.interval=${everySeconds}`,
    `--backrest.config=${engineFile}`,
    `--backrest.config-include-path=${includeDirectory}`,
    ...args,
  ];
  const child = spawn(monitoringTool('prometheus-pgbackrest-exporter'), words, {
    cwd: sandbox.path,
    // It finds pgbackrest by its name.
    env: { ...testEnvironment(owner), PATH: `${dirname(engineUnderTest())}:/usr/bin:/bin`, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid }),
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'exit');
  const text = async (): Promise<string> =>
    fetch(url).then(
      (answer) => answer.text(),
      () => '',
    );
  const exporter: RunningExporter = {
    pid: child.pid ?? 0,
    url,
    metrics: async () => readMetrics(onlyPgbackrest(await text())),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
  try {
    await waitUntil('the exporter looked', async () => {
      if (child.exitCode !== null) throw new Error('the exporter ended');
      return (await text()).includes('\npgbackrest_exporter_status');
    });
  } catch (error) {
    await exporter[Symbol.asyncDispose]();
    throw new Error(`${(error as Error).message}\n${said}`, { cause: error });
  }
  return exporter;
}

function onlyPgbackrest(page: string): string {
  const lines = page.split('\n').filter((line) => /^(?:# (?:HELP|TYPE) )?pgbackrest_/.test(line));
  return lines.map((line) => `${line}\n`).join('');
}

/** What is not the same on two pages, in words. */
export interface SeriesComparison {
  /** Series of the exporter that Holdfast lacks, or has with another value. */
  readonly wrong: readonly string[];
  /** Series of pgbackrest_… that Holdfast alone has. */
  readonly more: readonly string[];
  readonly compared: number;
}

/** Values that are another one at each scrape, and by how much they may differ, seconds. */
const moving: Readonly<Record<string, number>> = { pgbackrest_backup_since_last_completion_seconds: 10 };

/** Compares every series of the exporter with Holdfast's, name, labels and value. An empty label is none. */
export function compareSeries(exporter: MetricsPage, holdfast: MetricsPage): SeriesComparison {
  const ours = new Map(holdfast.samples.map((sample) => [seriesOf(sample), sample.value]));
  const theirs = new Map(exporter.samples.map((sample) => [seriesOf(sample), sample]));
  const wrong = [...theirs].flatMap(([series, { name, value }]) => {
    const found = ours.get(series);
    if (found === undefined) return [`${series} is missing`];
    const allowed = moving[name] ?? 0;
    return Math.abs(found - value) > allowed ? [`${series} is ${found}, the exporter says ${value}`] : [];
  });
  const more = [...ours.keys()].filter((series) => series.startsWith('pgbackrest_') && !theirs.has(series));
  return { wrong, more, compared: theirs.size };
}

function seriesOf({ name, labels }: Sample): string {
  const shown = Object.entries(labels).filter(([, value]) => value !== '');
  return `${name}${JSON.stringify(Object.fromEntries(shown.toSorted()))}`;
}
