import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stanza } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';
import type { RestoreTarget } from '../../model/restore-target.ts';
import { findPrimary } from '../../postgres/find-primary.ts';
import type { RunAs } from '../../process/run-command.ts';
import { listNames, makeOwnedDirectory, syncPath } from '../apply/durable-files.ts';
import type { CopyDependencies } from '../copy/copy-deps.ts';
import { dropCopy } from '../copy/drop-copy.ts';
import { type CopyPlan, makeCopy, planCopy } from '../copy/make-copy.ts';
import type { TriggerChoice } from './change-script.ts';
import { chooseTables, type WantedTables } from './choose-tables.ts';
import { prepareChange } from './prepare-change.ts';
import { prepareSchema } from './prepare-schema.ts';
import type { Side } from './read-tables.ts';
import type { RescueFiles, RescueReport } from './rescue-report.ts';

/** What is wanted back. */
export interface RescueRequest extends WantedTables {
  readonly id: string;
  readonly stanza: Stanza;
  readonly target: RestoreTarget;
  readonly repositoryName: string | undefined;
  readonly setLabel: string | undefined;
  readonly timeline: number | undefined;
  /** Undefined: the one of the node. */
  readonly database: string | undefined;
  readonly intoSchema: string | undefined;
  readonly where: string | undefined;
  readonly deleteNew: boolean;
  readonly triggers: TriggerChoice;
  /** A directory that is not there yet or is empty. */
  readonly directory: string;
}

/** What it goes on with: a copy can be made, and nothing was written yet. */
export interface RescueDependencies extends CopyDependencies {
  readonly engineUser: RunAs;
  /** Told what is being done, in words. */
  readonly onPhase: (text: string) => void;
  /** The same, often: for a line that is drawn over. */
  readonly onProgress: (text: string) => void;
}

/** Both databases, and what is needed to write a change. */
export interface RescueWork {
  readonly request: RescueRequest;
  readonly sides: { readonly copy: Side; readonly live: Side };
  readonly files: RescueFiles;
  /** For parts of the scripts; removed in the end. */
  readonly parts: string;
  readonly planned: CopyPlan;
  readonly deps: RescueDependencies;
}

/** What was prepared: nothing of the live database was changed. */
export interface PreparedRescue {
  readonly report: RescueReport;
  readonly live: Side;
}

/**
 * Makes a copy of the moment, compares it with the live database, writes the change and its way back, and takes the
 * copy away. The live database is only read, in a transaction that cannot write.
 *
 * @throws Failure of planCopy and makeCopy; nothing-found; preflight-refused when a table cannot be rescued this way;
 *   server-unreachable; server-failed; file-unusable
 */
export async function prepareRescue(
  request: RescueRequest,
  deps: RescueDependencies,
): Promise<PreparedRescue> {
  const live = await findLive(request, deps);
  const { stanza, target, repositoryName, setLabel, timeline } = request;
  const wanted = {
    purpose: 'rescue',
    stanza: stanza.name,
    target,
    repositoryName,
    setLabel,
    timeline,
  } as const;
  const planned = await planCopy(wanted, deps);
  const files = await makeDirectory(request.directory, deps.engineUser);
  const parts = join(files.directory, 'parts');
  deps.onPhase(`making a copy of ${planned.plan.target.description}`);
  const made = await makeCopy(planned, deps);
  try {
    await mkdir(parts, { mode: 0o700 });
    const copy: Side = { server: made.server, database: live.database, user: undefined, signal: deps.signal };
    const sides = { copy, live };
    const chosen = await chooseTables(request, sides);
    refuse(
      chosen.items.flatMap((item) =>
        item.kind === 'refuse' && request.intoSchema === undefined ? [item] : [],
      ),
    );
    const work: RescueWork = { request, sides, files, parts, planned, deps };
    const report =
      request.intoSchema === undefined
        ? await prepareChange(work, chosen)
        : await prepareSchema(work, chosen, request.intoSchema);
    await writeReport(report, deps);
    return { report, live };
  } finally {
    await rm(parts, { recursive: true, force: true });
    deps.onPhase('taking the copy away');
    await dropCopy(made.record, deps);
  }
}

async function findLive({ stanza, database }: RescueRequest, deps: RescueDependencies): Promise<Side> {
  const { server, user } = await findPrimary(stanza, deps);
  return { server, user, database: database ?? server.node.database, signal: deps.signal };
}

/** All that cannot be done is told at once. */
function refuse(refused: readonly { readonly shown: string; readonly problem: string }[]): void {
  if (refused.length === 0) return;
  throw new Failure('preflight-refused', {
    operation: 'rescue tables',
    problem: refused.map(({ shown, problem }) => `${shown}: ${problem}`).join('; '),
    hint: 'Leave those tables out, or do what is said of each.',
    details: { tables: refused.map(({ shown, problem }) => ({ name: shown, problem })) },
  });
}

/** The engine's user owns it, also when root makes it: that user runs psql. */
async function makeDirectory(directory: string, owner: RunAs): Promise<RescueFiles> {
  if ((await listNames(directory)).length > 0) {
    throw new Failure('file-unusable', {
      operation: 'write the change',
      place: directory,
      problem: 'the directory is not empty',
      hint: 'Name another one with --out: nothing is overwritten.',
    });
  }
  await makeOwnedDirectory(directory, 0o700, owner);
  return {
    directory,
    change: join(directory, 'change.sql'),
    rollback: join(directory, 'rollback.sql'),
    report: join(directory, 'report.json'),
    byHand: undefined,
  };
}

async function writeReport(
  { files, ...report }: RescueReport,
  { currentUid, engineUser }: RescueDependencies,
): Promise<void> {
  const text = JSON.stringify({ ...report, files }, null, 2);
  await writeFile(files.report, `${text}\n`, { mode: 0o600, flush: true });
  if (currentUid === 0) {
    for (const file of [files.change, files.rollback, files.report, files.byHand])
      if (file !== undefined) await chown(file, engineUser.uid, engineUser.gid);
  }
  await syncPath(files.directory);
}
