import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isExecutable } from './postgres-versions.ts';

/** Programs of others that the monitoring tests talk to; test/tools/get-tools.sh unpacks them from Debian. */
export type MonitoringTool =
  | 'amtool'
  | 'consul'
  | 'cron'
  | 'crontab'
  | 'prometheus'
  | 'prometheus-alertmanager'
  | 'prometheus-pgbackrest-exporter'
  | 'promtool';

/** Where a program is. @throws Error when it was not got yet */
export function monitoringTool(name: MonitoringTool): string {
  const path = join(toolsDirectory(), 'bin', name);
  if (isExecutable(path)) return path;
  throw new Error(`${path} is not here: \`sh test/tools/get-tools.sh\` gets it, and \`npm test\` calls that`);
}

/** The folder of test/tools/get-tools.sh. */
export function toolsDirectory(): string {
  const asked = process.env.HOLDFAST_TOOLS_DIR;
  if (asked !== undefined && asked !== '') return asked;
  const shared = '/var/cache/holdfast-tools';
  return existsSync(shared) ? shared : join(import.meta.dirname, '../../.cache/tools');
}
