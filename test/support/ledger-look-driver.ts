import { readFileSync } from 'node:fs';
import type { EngineProgram } from '../../src/engine/engine.ts';
import { observeArchiveLedger } from '../../src/jobs/observe/observe-archive-ledger.ts';
import type { DatabaseHistoryEntry } from '../../src/model/backup-set.ts';
import type { Repository } from '../../src/model/repository.ts';
import { decodeJson } from '../../src/store/journal-json.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import type { WalMemory } from '../../src/store/wal-memory.ts';

/** What the driver is to do, in the file that is its only argument (journal-json.ts). */
export interface LedgerLookRequest {
  readonly engine: EngineProgram;
  readonly repository: Repository;
  readonly database: DatabaseHistoryEntry;
  readonly stateDirectory: string;
  /** Where it kills itself: at the n-th start of the engine, before or after the n-th write, or in the middle of one. */
  readonly die: {
    readonly at: 'engine' | 'before-write' | 'after-write' | 'within-write';
    readonly count: number;
  };
}

/*
 * A Holdfast in a process of its own that looks at an archive and kills itself at a given place. Not part of the product.
 */
const request = decodeJson(readFileSync(process.argv[2] as string, 'utf8')) as LedgerLookRequest;
using journal = openJournal(request.stateDirectory, { owner: undefined, now: () => Date.now() });

const dieNow = (): void => void process.kill(process.pid, 'SIGKILL');
const seen = { engine: 0, 'before-write': 0, 'after-write': 0 };
function pass(place: keyof typeof seen): void {
  seen[place] += 1;
  if (request.die.at === place && request.die.count === seen[place]) dieNow();
}

/** After so many turns of the event loop, which a long write leaves to others. */
function dieInTurns(turns: number): void {
  if (turns === 0) dieNow();
  else setImmediate(() => dieInTurns(turns - 1));
}

const { wal } = journal;
const memory: WalMemory = {
  recallArchive: (archive) => wal.recallArchive(archive),
  forgetArchivesBefore: (time) => wal.forgetArchivesBefore(time),
  updateArchive(archive, change) {
    pass('before-write');
    wal.updateArchive(archive, change);
    pass('after-write');
  },
  async replaceArchive(archive, change) {
    pass('before-write');
    if (request.die.at === 'within-write') setImmediate(() => dieInTurns(request.die.count - 1));
    await wal.replaceArchive(archive, change);
    pass('after-write');
  },
};
await observeArchiveLedger(
  { name: 'main' },
  request.repository,
  {
    engine: request.engine,
    memory,
    clock: { now: () => Date.now() },
    recheck: 86_400,
    databases: [request.database],
    sets: [],
    onSpawn: () => pass('engine'),
  },
  new AbortController().signal,
);
