import { askDaemon, unreachable } from '../../daemon/control-client.ts';
import type { CommandModule } from '../command-definition.ts';
import { requireDaemon } from '../find-daemon.ts';

/** Milliseconds: the engine is asked for its version, and secrets are not. */
const patienceMs = 60_000;

/** `holdfast reload`. */
export const run: CommandModule['run'] = async (_input, context) => {
  const { socket, status } = await requireDaemon(context);
  const answer = await askDaemon(socket, { ask: 'reload' }, 'done', patienceMs);
  if (answer === undefined) throw unreachable(socket, 'it ended while it was asked');
  return { data: { pid: status.pid, file: status.configuration.file }, text: `${answer.note}\n` };
};
