import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { restoreCommand } from '../../engine/conf/archive-command.ts';
import type { Engine } from '../../engine/engine.ts';
import { inspectServer } from '../../postgres/inspect-server.ts';
import { promoteServer } from '../../postgres/promote.ts';
import { runStatements } from '../../postgres/query.ts';
import { startServer } from '../../postgres/start-server.ts';
import type { Server } from '../../postgres/server.ts';
import type { ServerGuard } from '../../postgres/server-guard.ts';
import { writeOwnedFile } from '../../postgres/write-owned-file.ts';
import { exists } from '../apply/durable-files.ts';
import { resetStatements } from '../apply/prepare-server.ts';
import { appendOverrides, hasOverrides, ownValue, recoveryOverrides } from '../apply/recovery-overrides.ts';

/**
 * Starts a server that was a primary as one that recovers, and promotes it: it goes on with the same data on the next
 * timeline that nobody has. It asks the archive which these are, and stays on its own until then; with `latest` it would
 * refuse to start, because the timeline of the restore is no child of where it stands.
 *
 * A crash may come anywhere: the signal file is written first and taken away by PostgreSQL itself when it was promoted,
 * so that settings of the recovery without the file say that this is behind us.
 *
 * @returns the new timeline
 */
export async function startOnNewTimeline(
  server: Server,
  {
    engine,
    stanza,
    ...options
  }: {
    readonly engine: Pick<Engine, 'settings'>;
    readonly stanza: string;
    readonly timeoutMs: number;
    readonly guard?: ServerGuard | undefined;
  },
): Promise<number> {
  const directory = server.node.path;
  const [signal, file] = [join(directory, 'standby.signal'), join(directory, 'postgresql.auto.conf')];
  const text = (await exists(file)) ? await readFile(file, 'utf8') : '';
  const overrides = {
    ...recoveryOverrides,
    recovery_target_timeline: 'current',
    restore_command: restoreCommand(engine.settings, stanza),
  };
  const isPromoted = hasOverrides(text) && !(await exists(signal));
  if (!isPromoted && !(await inspectServer(server)).running) {
    await writeOwnedFile(signal, '', server.owner, 0o600);
    await writeOwnedFile(file, appendOverrides(text, overrides), server.owner, 0o600);
  }
  if (!(await inspectServer(server)).running) await startServer(server, options);
  const { timeline } = await promoteServer(server, { timeoutMs: options.timeoutMs });
  const previous = Object.fromEntries(
    Object.keys(overrides).map((name) => [name, ownValue(text, name) ?? null]),
  );
  const statements = resetStatements(previous, await readFile(file, 'utf8'));
  await runStatements(server, statements, { database: 'postgres', repeatable: true });
  return timeline;
}
