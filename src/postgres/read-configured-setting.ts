import { dirname, join } from 'node:path';
import { runCommand } from '../process/run-command.ts';
import { serverEnvironment } from './server-environment.ts';
import type { Server } from './server.ts';

/**
 * What a setting would be after the next start, read from the configuration files by the server's own program
 * (`postgres -C`), so that includes and postgresql.auto.conf count. Works whether or not the server runs.
 *
 * @param dataDirectory defaults to the node's; another one reads that directory's own postgresql.conf
 * @returns undefined when there is no readable configuration or the setting is unknown
 *
 * @see https://www.postgresql.org/docs/current/app-postgres.html
 */
export async function readConfiguredSetting(
  server: Pick<Server, 'node' | 'binDirectory' | 'owner' | 'runAs' | 'configFile'>,
  name: string,
  dataDirectory?: string,
): Promise<string | undefined> {
  const ownConfig = dataDirectory === undefined && server.configFile !== undefined;
  const directory = ownConfig ? dirname(server.configFile) : (dataDirectory ?? server.node.path);
  const result = await runCommand({
    command: join(server.binDirectory, 'postgres'),
    args: ['-D', directory, ...(ownConfig ? ['-c', `data_directory=${server.node.path}`] : []), '-C', name],
    env: serverEnvironment(server.owner, server.binDirectory),
    runAs: server.runAs,
    timeoutMs: 10_000,
  });
  return result.code === 0 ? result.stdout.trim() : undefined;
}
