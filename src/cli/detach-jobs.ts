import type { JobRequest } from '../model/job.ts';
import type { CommandResult } from './command-definition.ts';
import type { CommandContext } from './context.ts';
import { requireDaemon } from './find-daemon.ts';
import { leaveToDaemon } from './through-daemon.ts';

/** `--detach`: hands jobs to the daemon and does not wait. @throws Failure daemon-unreachable when there is none */
export async function detachJobs(
  requests: readonly JobRequest[],
  context: CommandContext,
): Promise<CommandResult> {
  const note = await leaveToDaemon(await requireDaemon(context), requests);
  const stanza = requests[0]?.stanza;
  return { data: { stanza, queued: requests.length }, text: `${note}\n` };
}
