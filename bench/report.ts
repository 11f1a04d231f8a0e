/**
 * Writes the tables of docs/performance.md from bench/results/*.json. What stands between the markers is generated;
 * everything else in the file is kept.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { daemonIdleTables } from './daemon-idle.ts';
import { daemonLimitsTables } from './daemon-limits.ts';
import { overheadBackupTables } from './overhead-backup.ts';
import { overheadDrillTables } from './overhead-drill.ts';
import { overheadRestoreTables } from './overhead-restore.ts';
import { scrapeTables } from './scrape.ts';
import { formatMegabytes } from './support/format.ts';
import { readResult, resultsDirectory, type BenchmarkResult } from './support/result.ts';
import { settingsTables } from './support/settings-table.ts';
import { readStartup, startupTable } from './support/startup-table.ts';
import { renderMarkdown, type Table } from './support/table.ts';
import { walLedgerTables } from './wal-ledger.ts';

const document = fileURLToPath(new URL('../docs/performance.md', import.meta.url));

/** A generated section: its marker, the results that belong to it, and how they are shown. */
interface Section {
  readonly name: string;
  readonly results: RegExp;
  tables(result: BenchmarkResult): readonly Table[];
}

const sections: readonly Section[] = [
  { name: 'overhead-backup', results: /^overhead-backup$/, tables: overheadBackupTables },
  { name: 'overhead-restore', results: /^overhead-restore$/, tables: overheadRestoreTables },
  { name: 'overhead-drill', results: /^overhead-drill$/, tables: overheadDrillTables },
  { name: 'engine-settings', results: /^engine-settings-[\d.]+$/, tables: settingsTables },
  { name: 'daemon-limits', results: /^daemon-limits$/, tables: daemonLimitsTables },
  { name: 'daemon-idle', results: /^daemon-idle$/, tables: daemonIdleTables },
  { name: 'wal-ledger', results: /^wal-ledger$/, tables: walLedgerTables },
  { name: 'scrape', results: /^scrape$/, tables: scrapeTables },
];

/** The text with every generated section anew. @throws Error when the markers of a section are not there */
export function renderReport(text: string, directory: string): string {
  const startup = readStartup(join(directory, 'startup.json'));
  const content = startup === undefined ? notMeasured('startup') : renderMarkdown(startupTable(startup));
  return sections.reduce(
    (report, section) => replaceSection(report, section.name, renderSection(section, directory)),
    replaceSection(text, 'startup', content),
  );
}

function notMeasured(name: string): string {
  return `Not measured yet: \`npm run bench -- ${name}\`.`;
}

function replaceSection(text: string, name: string, content: string): string {
  const begin = `<!-- begin generated: ${name} -->`;
  const end = `<!-- end generated: ${name} -->`;
  const start = text.indexOf(begin);
  const stop = text.indexOf(end);
  if (start < 0 || stop < start) throw new Error(`docs/performance.md lacks the markers of ${name}`);
  return `${text.slice(0, start + begin.length)}\n\n${content}\n\n${text.slice(stop)}`;
}

function renderSection(section: Section, directory: string): string {
  const names = resultNames(directory).filter((name) => section.results.test(name));
  const results = names.map((name) => readResult(directory, name)).filter((result) => result !== undefined);
  if (results.length === 0) return notMeasured(section.name);
  return results
    .map((result) => [describeRun(result), ...section.tables(result).map(renderMarkdown)].join('\n\n'))
    .join('\n\n');
}

function resultNames(directory: string): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted();
}

function describeRun({ date, machine, versions, parameters }: BenchmarkResult): string {
  const { cores, cpu, memoryBytes, kernel, fileSystem } = machine;
  const asked = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  return `Measured ${date} on ${cores} cores (${cpu}), ${formatMegabytes(memoryBytes)} of memory, ${fileSystem}, Linux ${kernel}; PostgreSQL ${versions.postgres}, pgBackRest ${versions.pgbackrest}, Node ${versions.node}; ${asked.join(', ')}.`;
}

if (import.meta.main) {
  const before = readFileSync(document, 'utf8');
  const after = renderReport(before, resultsDirectory);
  writeFileSync(document, after);
  console.log(after === before ? 'docs/performance.md is up to date' : 'docs/performance.md is written');
}
