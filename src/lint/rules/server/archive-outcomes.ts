import type { PlacedText } from '../../lint-document.ts';
import { commandOutcomes, type CommandOutcome } from './command-outcomes.ts';
import { runArchiver } from './run-program.ts';

/**
 * Every way that an archive_command can end. Each program may succeed or fail, except those that always do the same.
 * `%p` is put in by the server, so a program that is not given it archives nothing; and where pgbackrest is called, a
 * copy beside it does not count.
 *
 * @returns undefined when it cannot be told
 */
export function archiveOutcomes(command: PlacedText): readonly CommandOutcome[] | undefined {
  const pushes = /(?:^|[\s'"])archive-push(?:$|[\s'"])/.test(command.value);
  return commandOutcomes(command, 'archive_command', (run) => runArchiver(run, pushes));
}
