/**
 * One look at a WAL archive in a process of its own, so that its memory can be told apart:
 * ledger-driver.ts CONFIGURATION STATE-DIRECTORY nothing|look. Prints one JSON document.
 */
import { readFileSync } from 'node:fs';
import { loadConfiguration } from '../../src/config/load.ts';
import { readCatalogue } from '../../src/engine/info.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { observeArchiveLedger } from '../../src/jobs/observe/observe-archive-ledger.ts';
import { countRows } from '../../src/recovery/wal/archive-directory.ts';
import { listStretches } from '../../src/recovery/wal/ledger.ts';
import { buildChain } from '../../src/recovery/wal/timeline-chain.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { testUser } from '../../test/support/test-user.ts';

/** What a look took. */
export interface MeasuredLook {
  readonly milliseconds: number;
  /** Most resident memory of the process. */
  readonly peakBytes: number;
  readonly commands: number;
  readonly segments: number;
  readonly stretches: number;
}

async function look(file: string, state: string, what: string): Promise<Omit<MeasuredLook, 'peakBytes'>> {
  const { configuration } = await loadConfiguration(file, {
    readText: (path) => Promise.resolve(readFileSync(path, 'utf8')),
  });
  const [stanza] = configuration?.stanzas ?? [];
  const [repository] = stanza?.repositories ?? [];
  if (configuration === undefined || stanza === undefined || repository === undefined)
    throw new Error('no configuration');
  const { runAs } = testUser();
  const engine = await openEngine(configuration.engine, { path: '/usr/bin:/bin', runAs });
  using journal = openJournal(state, { owner: undefined, now: Date.now });
  if (what === 'nothing') return { milliseconds: 0, commands: 0, segments: 0, stretches: 0 };
  // The daemon has it from its other look.
  const { databases, sets } = await readCatalogue(engine, stanza.name);
  const started = performance.now();
  const seen = await observeArchiveLedger(
    stanza,
    repository,
    { engine, memory: journal.wal, clock: { now: Date.now }, recheck: 86_400, databases, sets },
    new AbortController().signal,
  );
  const ledger = seen.ledgers.get(seen.archiveId ?? '');
  if (ledger === undefined) throw new Error('there is no archive');
  const stretches = listStretches(ledger, buildChain(1, [], ledger.segmentSize)).length;
  const milliseconds = performance.now() - started;
  let segments = 0;
  for (const directory of ledger.directories.values()) segments += countRows(directory);
  return { milliseconds, commands: seen.requests, segments, stretches };
}

if (import.meta.main) {
  const [file = '', state = '', what = ''] = process.argv.slice(2);
  const seen = await look(file, state, what);
  const measured: MeasuredLook = { ...seen, peakBytes: process.resourceUsage().maxRSS * 1024 };
  console.log(JSON.stringify(measured));
}
