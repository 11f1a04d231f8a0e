import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { lookWithin } from '../../src/jobs/observe/look-within.ts';
import { createLooks } from '../../src/jobs/observe/looks.ts';
import { KeptSessions } from '../../src/postgres/kept-sessions.ts';
import { appendKnownRows, createKnownRows } from '../support/data.ts';
import { listFiles } from '../support/hash-tree.ts';
import { createJobHost } from '../support/job-host.ts';
import { processesOf } from '../support/processes.ts';
import { createRepositoryHost, type RepositoryHost } from '../support/repository-host.ts';
import { forArchiving, waitUntil } from '../support/wait-until.ts';
import { createStatusBed, type StatusBed } from './status-bed.ts';

/*
 * Two repositories, one of them on another host, and the way to it: nobody listens there, packets vanish, or it is slow.
 * What is said of the repository here stays as new as ever, and nothing false is said of it.
 */
let bed: StatusBed;
let far: RepositoryHost;

beforeAll(async () => {
  bed = await createStatusBed({
    name: 'hf-far',
    // archive-push waits twice as long for a host that refuses, and four times as long for one that is silent.
    stanza: { options: { 'io-timeout': '2s', 'db-timeout': '20s', 'protocol-timeout': '30s' } },
    async prepare(sandbox, cluster) {
      far = await createRepositoryHost(sandbox, cluster);
      await far.serve();
      await far.mustRun('stanza-create');
      return { local: {}, far: far.request };
    },
  });
  await far.mustRun('backup', '--type=full');
  await createKnownRows(bed.cluster, 10);
});
afterAll(async () => {
  // While the host is there: what archives would otherwise wait for it in vain, longer than the sandbox waits.
  await bed?.cluster.stop('immediate');
  await bed?.[Symbol.asyncDispose]();
});

interface RepositorySeen {
  readonly name: string;
  readonly known: boolean;
  readonly observedAt: string | null;
  readonly archive: { readonly observedAt?: string; readonly unknown?: string } | null;
}

async function repositoryOf(name: string): Promise<RepositorySeen> {
  const health = (await bed.health()) as unknown as {
    readonly stanzas: readonly { readonly repositories: readonly RepositorySeen[] }[];
  };
  const found = health.stanzas[0]?.repositories.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no repository ${name} in /health`);
  return found;
}

/** Seconds since the sets and the WAL of the repository here were seen. */
async function agesHere(): Promise<readonly number[]> {
  const { observedAt, archive } = await repositoryOf('local');
  return [observedAt, archive?.observedAt].map((at) => (Date.now() - Date.parse(at ?? '')) / 1000);
}

/** Both repositories are as they should be. */
async function expectPeace(): Promise<void> {
  await waitUntil(
    'nothing is unknown',
    async () => !(await bed.health()).findings.some(({ rule }) => /unknown|not-ok|behind/.test(rule)),
    { timeoutMs: 90_000, everyMs: 500 },
  );
}

async function expectDead(evidence: RegExp): Promise<void> {
  for (const rule of ['archive-unknown', 'repository-not-ok']) {
    const seen = await bed.expectFinding(rule, { timeoutMs: 90_000 });
    expect(seen).toMatchObject({ subject: 'stanza main, repository far' });
    // A look that was going on when the way was cut ends in another manner; the next one says how it is now.
    const toldNow = async () =>
      (await bed.health()).findings.find((one) => one.rule === rule)?.evidence ?? '';
    await waitUntil(`${rule} says why`, async () => evidence.test(await toldNow()), { timeoutMs: 90_000 });
  }
  expect((await repositoryOf('far')).known).toBe(false);
}

async function expectAlive(): Promise<void> {
  await bed.expectEnded('archive-unknown');
  await bed.expectEnded('repository-not-ok');
  expect((await repositoryOf('far')).known).toBe(true);
}

/** While the other one is looked at in vain: what is here is looked at as often as ever. */
async function expectFreshHere(forMs: number): Promise<void> {
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    // A look at what is dead takes 40 s: whoever waited for it would be older than that.
    for (const age of await agesHere()) expect(age).toBeLessThan(30);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** Processes of the engine that ask the repository there. */
function askers(): readonly number[] {
  return processesOf(bed.sandbox.path)
    .filter(({ command }) => command.includes('--repo=2') && / info( |$)/.test(command))
    .map(({ pid }) => pid);
}

describe('a repository on another host', () => {
  it('is refused at once: only it is unknown, and WAL goes on to the other', async () => {
    await expectPeace();
    await far.stop();
    await expectDead(/refused/);
    await expectFreshHere(3000);
    // Asynchronous archiving (Holdfast's choice) stores here what it cannot store there; PostgreSQL keeps it all.
    const written: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      await appendKnownRows(bed.cluster, 10);
      written.push(await bed.cluster.value('SELECT pg_walfile_name(pg_current_wal_lsn())'));
      await bed.cluster.sql('SELECT pg_switch_wal()');
    }
    const root = `${bed.configuration.repository('local')}/archive/main`;
    const isHere = (segment: string): boolean =>
      listFiles(root).some((path) => path.includes(`/${segment}-`));
    await waitUntil('WAL comes here', () => written.every(isHere), { ...forArchiving, everyMs: 500 });
    await bed.expectFinding('archiver-failing', { timeoutMs: 90_000 });
    await far.serve();
    await expectAlive();
    await bed.expectEnded('archiver-failing', { timeoutMs: 90_000 });
  }, 240_000);

  it('is half-open: packets vanish, and nobody is told', async () => {
    await expectPeace();
    await far.swallow();
    onTestFinished(() => far.deliver().catch(() => {}));
    await Promise.all([expectFreshHere(45_000), expectDead(/timeout|timed out|no answer/)]);
    await far.deliver();
    await expectAlive();
  }, 240_000);

  it('vanishes in the middle of a look: it ends at its deadline, and its children with it', async () => {
    bed.daemon.signal('SIGTERM');
    await bed.daemon.ended;
    using host = await createJobHost(bed.sandbox, 'looks', bed.configuration.file);
    const sessions = new KeptSessions();
    const looks = createLooks({ ...host.deps, engine: async () => host.deps.engine, sessions });
    const repository = host.stanza.repositories.find(({ name }) => name === 'far');
    if (repository === undefined) throw new Error('no repository far');
    const look = (deadlineMs: number) =>
      lookWithin({
        look: (signal) => looks.catalogue(host.stanza, signal, repository),
        clock: host.deps.clock,
        deadlineMs,
        signal: new AbortController().signal,
      });
    await far.throttle(40);
    try {
      const began = performance.now();
      expect((await look(30_000).seen).repositories).toMatchObject([{ name: 'far', code: 0 }]);
      expect(performance.now() - began).toBeGreaterThan(300);
      // Slower, so that it is not over before anything is cut.
      await far.throttle(8);
      const cut = look(3000);
      const ended = cut.seen.then(
        () => 'seen',
        (error: unknown) => String(error),
      );
      await waitUntil('it is under way', () => askers().length > 0);
      await far.swallow();
      expect(await ended).toMatch(/no answer within 3/);
      await cut.over;
      expect(askers()).toEqual([]);
    } finally {
      await far.deliver();
      await far.throttle(undefined);
    }
  }, 300_000);
});
