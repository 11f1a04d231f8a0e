import { quoteForShell } from '../../model/quote-for-shell.ts';
import type { RescueReport } from './rescue-report.ts';
import type { RescueWork } from './rescue-tables.ts';

/** How a person runs the scripts: as the user who is let in. */
export function psqlCommands({ sides, files, deps }: RescueWork): RescueReport['commands'] {
  const { server, user = server.owner.name, database } = sides.live;
  const words = ['-h', server.socketDirectory, '-p', String(server.node.port), '-U', user, '-d', database];
  const psql = `sudo -u ${deps.engineUser.name} psql -X ${words.map(quoteForShell).join(' ')} -f`;
  return {
    change: `${psql} ${quoteForShell(files.change)}`,
    rollback: `${psql} ${quoteForShell(files.rollback)}`,
  };
}
