import { startHeldChild, type HeldChild } from '../process/held-child.ts';
import { beat, clientParameters, endWord } from './lease-script.ts';
import { psqlCommand, type SqlCall } from './psql-command.ts';
import type { Connectable } from './query.ts';

/**
 * Keeps psql alive while somebody has the lease's descriptor open, and ends with it. A shell does it, because it must
 * outlive this process as the engine does.
 *
 * 0 is the lease's descriptor, 3 the one that tells the engine's watcher that psql lives: only psql keeps it open. One
 * part feeds psql the script and then a beat each second, which is how psql comes to know that its connection broke;
 * another waits for the end of file that comes when the last holder has ended. The end of psql or of the last holder ends
 * the whole group, which is the keeper's own; so psql's exit code is said and not returned.
 */
const keeperScript = `exec 4<&0 </dev/null
{ printf '%s\n' "$HOLDFAST_SCRIPT"; while sleep 1; do printf '%s\n' "$HOLDFAST_BEAT"; done; } 3>&- 4<&- |
  { exec 4<&-; "$@"; code=$?; trap '' TERM PIPE; echo "$HOLDFAST_END $code"; kill -TERM 0; } &
{ while read -r line <&4; do :; done; kill -TERM 0; } 3>&- >/dev/null 2>&1 &
exec 3>&- 4<&-
wait`;

/** Starts a psql that runs the script and then beats for ever. @throws SpawnError */
export function startKeeper(
  server: Connectable,
  call: Pick<SqlCall, 'user' | 'database' | 'timeoutMs'>,
  { script, application }: { readonly script: string; readonly application: string },
): HeldChild {
  const psql = psqlCommand(server, call, clientParameters);
  return startHeldChild({
    command: '/bin/sh',
    args: ['-c', keeperScript, 'holdfast-lease', psql.command, ...psql.args],
    env: {
      ...psql.env,
      PGAPPNAME: application,
      HOLDFAST_SCRIPT: script,
      HOLDFAST_BEAT: beat,
      HOLDFAST_END: endWord,
    },
    runAs: psql.runAs,
  });
}

/**
 * Becomes the program that it is given, which keeps its pid, and leaves a watcher in its group. Once psql has ended,
 * descriptor 4 gives end of file, and the watcher ends the group. It looks each second instead of waiting: the descriptor
 * comes from Node, and reading it does not block (then cat fails, and at the end of file it does not). It does not hold
 * the lease itself (3); after the program's end it goes with the lease.
 */
const guardScript = `( { until cat <&4; do sleep 1; done; kill -TERM 0; } 3>&- </dev/null >/dev/null 2>&1 & )
exec 4<&-
exec "$@"`;

/** The command that runs a program under a lease: descriptors 3 and 4 are the lease and psql's sign of life. */
export function guardCommand(command: string, args: readonly string[]): { command: string; args: string[] } {
  return { command: '/bin/sh', args: ['-c', guardScript, 'holdfast-guard', command, ...args] };
}
