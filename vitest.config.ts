import { defineConfig } from 'vitest/config';

/** Unit tests lie beside the code; what needs real servers lies in test/. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'test/architecture/**/*.test.ts',
            'test/golden/**/*.test.ts',
            'test/lint/**/*.test.ts',
          ],
          testTimeout: 30_000,
          setupFiles: ['test/support/seed-properties.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'],
          // On two cores: what is tried waits more than it works, for archiving, for clocks, for a server that starts.
          maxWorkers: 3,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          globalSetup: ['test/support/global-setup.ts'],
          setupFiles: ['test/support/seed-properties.ts'],
        },
      },
      {
        test: {
          // Of its own, with scripts/test-pages.sh: it needs a browser.
          name: 'pages',
          include: ['test/pages/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          // Minutes of waiting each: `npm run test:matrix` runs them once.
          name: 'slow',
          include: ['test/slow/**/*.test.ts'],
          maxWorkers: 2,
          testTimeout: 900_000,
          hookTimeout: 240_000,
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
      {
        test: {
          // Of its own, once with scripts/test-matrix.sh: it needs two versions of PostgreSQL and a pg_upgrade.
          name: 'upgrade',
          include: ['test/upgrade/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
      {
        test: {
          // Of its own, with scripts/test-docker.sh: it starts a Docker engine, and needs 200 MB of packages once.
          name: 'docker',
          include: ['test/docker/**/*.test.ts'],
          maxWorkers: 1,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          globalSetup: ['test/docker/start-engine.ts'],
        },
      },
      {
        test: {
          // Of its own, with scripts/test-patroni.sh: it needs packages that nothing else needs.
          name: 'patroni',
          include: ['test/patroni/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
      {
        test: {
          // Of its own, with scripts/test-ansible.sh: it needs Ansible, and machines made of namespaces.
          name: 'ansible',
          include: ['test/ansible/**/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 300_000,
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
  },
});
