import { existsSync } from 'node:fs';
import { engineUnderTest, engineVersionUnderTest } from './engines.ts';
import { installForPostgres } from './installation.ts';
import { postgresBinaries } from './postgres-versions.ts';
import { testUser } from './test-user.ts';

let removeInstallation: () => void = () => {};

/** Before the integration tests: what they need is here, or the run ends with what to do. */
export function setup(): void {
  testUser();
  if (!existsSync('/usr/bin/pgbackrest')) {
    throw new Error('pgBackRest is not installed: run `npm test` once, it installs it');
  }
  const postgres = postgresBinaries();
  console.log(`PostgreSQL ${postgres.major} (${postgres.directory})`);
  console.log(`pgBackRest ${engineVersionUnderTest()} (${engineUnderTest()})`);
  removeInstallation = installForPostgres();
}

export function teardown(): void {
  removeInstallation();
}
