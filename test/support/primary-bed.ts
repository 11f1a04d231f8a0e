import type { Stanza } from '../../src/config/configuration.ts';
import type { Clock } from '../../src/jobs/job-deps.ts';
import type { ObservePrimaryDeps } from '../../src/jobs/observe/observe-primary.ts';
import { KeptSessions } from '../../src/postgres/kept-sessions.ts';
import type { Journal } from '../../src/store/journal.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { createCluster, type ClusterRequest, type TestCluster } from './cluster.ts';
import { stanza } from './conf-parts.ts';
import { realClock } from './lease-bed.ts';
import { nodeOf } from './postgres-node.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';

/** A server whose segments are archived nowhere but taken for archived, and what a look at it needs. */
export interface PrimaryBed extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly cluster: TestCluster;
  readonly stanza: Stanza;
  readonly journal: Journal;
  readonly deps: ObservePrimaryDeps & { readonly clock: Clock };
}

/** @param name short; of its folder */
export async function createPrimaryBed(name: string, request: ClusterRequest = {}): Promise<PrimaryBed> {
  const sandbox = await createSandbox(name);
  const settings = { archive_mode: 'on', archive_command: 'true', ...request.settings };
  const cluster = await createCluster({ walSegmentMegabytes: 1, ...request, settings, sandbox });
  const journal = openJournal(sandbox.directory('state'), {
    owner: sandbox.runAs,
    now: () => Date.now(),
  });
  const sessions = new KeptSessions();
  return {
    sandbox,
    cluster,
    stanza: stanza('main', [nodeOf(cluster)], []),
    journal,
    deps: {
      path: '/usr/bin:/bin',
      currentUid: process.getuid?.() ?? -1,
      engineUser: sandbox.owner,
      sessions,
      clock: { now: () => Date.now(), ...realClock },
      journal,
    },
    async [Symbol.asyncDispose]() {
      await sessions[Symbol.asyncDispose]();
      journal[Symbol.dispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}
