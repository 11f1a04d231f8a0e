import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The five integrations that Holdfast is measured against lie beside the project. */
const directory = new URL('../../../shared/integrations/', import.meta.url);

/** Their file names; the number in front is how they are called. */
export const integrationFiles = [
  '0-pigsty-supabase.md',
  '1-compose-scheduler.md',
  '2-kubernetes-compose-vm.md',
  '3-patroni-ansible-consul.md',
  '4-setup-service-multicloud.md',
] as const;

/**
 * The text of one of the five integrations.
 *
 * @throws {Error} when the documents are not there, naming where they are to be
 */
export function readIntegration(file: (typeof integrationFiles)[number]): string {
  const path = fileURLToPath(new URL(file, directory));
  if (!existsSync(path))
    throw new Error(`the integrations that tests read must lie beside the project: ${path}`);
  return readFileSync(path, 'utf8');
}
