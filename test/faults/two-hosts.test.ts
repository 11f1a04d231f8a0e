import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src/process/run-command.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { writeConfiguration, type TestConfiguration } from '../support/configuration.ts';
import { engineUnderTest } from '../support/engines.ts';
import { overlappingRuns, readEngineRuns, type EngineRun } from '../support/engine-runs.ts';
import { runHoldfast, type HoldfastOptions, type HoldfastResult } from '../support/holdfast.ts';
import { createNetworkHost } from '../support/network-hosts.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

/*
 * Two hosts with one cluster and one repository, as two containers with the same volumes are: each has a network, a lock
 * path, a state directory and a log of its own. Both start a backup at the same moment, again and again. The engine alone
 * does not prevent what then happens: newer ones take no lock in the database, and the second resumes the first one's
 * live set.
 */
const rounds = Number(process.env['HOLDFAST_TEST_ROUNDS'] ?? '4');

interface Host {
  readonly name: string;
  readonly configuration: TestConfiguration;
  readonly namespace: string | undefined;
}

let sandbox: Sandbox;
let cluster: TestCluster;
let hosts: readonly [Host, Host];
const results: HoldfastResult[] = [];

beforeAll(async () => {
  sandbox = await createSandbox('twins');
  cluster = await createCluster({ sandbox, walSegmentMegabytes: 1 });
  hosts = [await createHost('a'), await createHost('b')];
  const [{ configuration }] = hosts;
  const setup = ['--config', configuration.file, 'setup', '--yes', '--restart', '--no-backup'];
  expect((await runHoldfast(setup)).code).toBe(0);
  // The second host finds everything but its own files.
  const again = ['--config', hosts[1].configuration.file, 'setup', '--yes', '--no-backup'];
  expect((await runHoldfast(again)).code).toBeLessThan(2);
});
afterAll(() => sandbox[Symbol.asyncDispose]());

async function createHost(name: string): Promise<Host> {
  const repositories = { local: { path: sandbox.file('repository'), retention: { full: 1000 } } };
  const keys = { options: { 'archive-async': 'n' } };
  const configuration = writeConfiguration(
    sandbox,
    { main: { cluster, repositories, keys } },
    {},
    `host-${name}`,
  );
  // As another user than root there is no other network, but still another lock path.
  const network = sandbox.runAs === undefined ? undefined : await createNetworkHost(sandbox);
  return { name, configuration, namespace: network?.namespace };
}

function run(
  { configuration, namespace }: Host,
  args: readonly string[],
  options: HoldfastOptions = {},
): Promise<HoldfastResult> {
  return runHoldfast(['--config', configuration.file, ...args], { namespace, ...options });
}

interface Listed {
  readonly label: string;
  readonly type: string;
  readonly error: boolean;
}

/** The engine without Holdfast around it, with the files of a host. */
function runEngine({ configuration }: Host, args: readonly string[]): Promise<CommandResult> {
  const { engineFile, includeDirectory } = configuration;
  const place = [`--config=${engineFile}`, `--config-include-path=${includeDirectory}`, '--stanza=main'];
  return sandbox.run(engineUnderTest(), [...place, ...args]);
}

async function listSets(host: Host): Promise<readonly Listed[]> {
  const { stdout } = await runEngine(host, ['--output=json', 'info']);
  const [stanza] = JSON.parse(stdout) as { backup: Listed[] }[];
  return stanza?.backup ?? [];
}

const allRuns = (): readonly EngineRun[] =>
  hosts.flatMap(({ name, configuration }) => {
    const log = `${configuration.logDirectory}/main-backup.log`;
    return existsSync(log) ? readEngineRuns(name, log) : [];
  });

describe('what tells two backups at once', () => {
  const at = (begin: number, end: number | undefined): EngineRun => ({ host: 'a', begin, end, lines: [] });

  it('sees them when there are some', () => {
    expect(overlappingRuns([at(1, 3), at(3, 4), at(5, 6)])).toEqual([]);
    expect(overlappingRuns([at(5, 6), at(1, 3), at(2, 4)])).toHaveLength(1);
    expect(overlappingRuns([at(1, undefined), at(8, 9)])).toHaveLength(1);
  });
});

describe('two hosts that back up the same cluster into the same repository', () => {
  it(
    `start at the same moment ${rounds} times, and one waits for the other`,
    { timeout: rounds * 60_000 },
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        const type = ['full', 'incr', 'diff'][round % 3] as string;
        await cluster.sql(`CREATE TABLE round_${round} AS SELECT generate_series(1, 1000) AS id`);
        const backup = ['backup', '--type', type, '--json'];
        const both = await Promise.all(hosts.map((host) => run(host, backup)));
        for (const result of both) {
          if (result.code === 0) continue;
          // Whoever had to wait too long is told by whom.
          expect(result.code, result.stdout).toBe(99);
          expect(result.stdout).toMatch(/run backup-\S+ on \S+ holds it since /);
        }
        expect(both.some(({ code }) => code === 0)).toBe(true);
        results.push(...both);
      }
    },
  );

  it('have made as many sets as they say, under different labels and all sound', async () => {
    const sets = await listSets(hosts[0]);
    const successes = results.filter(({ code }) => code === 0);
    expect(sets).toHaveLength(successes.length);
    expect(new Set(sets.map(({ label }) => label)).size).toBe(sets.length);
    expect(sets.filter(({ error }) => error)).toEqual([]);
    const made = successes.map(
      (result) => result.json<{ repositories: { label: string }[] }>().repositories[0]?.label,
    );
    expect(made.toSorted()).toEqual(sets.map(({ label }) => label).toSorted());
  });

  it('never had two engines at work, and none resumed what was not its own', () => {
    const runs = allRuns();
    expect(runs.length).toBeGreaterThanOrEqual(results.filter(({ code }) => code === 0).length);
    expect(new Set(runs.map(({ host }) => host))).toEqual(new Set(['a', 'b']));
    expect(overlappingRuns(runs)).toEqual([]);
    const resumed = runs.flatMap(({ lines }) => lines).filter((line) => /resum/i.test(line));
    expect(resumed).toEqual([]);
  });

  it('left a repository in which every file of every set is what its manifest says', async () => {
    const [host] = hosts;
    const verify = ['--output=text', '--verbose', '--log-level-console=warn', 'verify'];
    const { stdout } = await runEngine(host, verify);
    expect(stdout).toMatch(/status: ok/);
    expect(stdout).not.toMatch(
      /status: error|: invalid|invalid checksum|(missing|checksum invalid|size invalid|other): [1-9]/,
    );
    const counted = stdout.match(/^ *backup: /gm)?.length;
    expect(counted).toBe((await listSets(host)).length);
  });
});

describe('a Holdfast that is killed while its engine works', () => {
  it('leaves the lease to the engine: the other host waits for that, and both sets are sound', async () => {
    const [a, b] = hosts;
    await cluster.sql('CREATE TABLE bulk AS SELECT md5(id::text) FROM generate_series(1, 300000) id');
    const known = (await listSets(b)).length;
    const before = allRuns().length;
    const atWork = (): boolean => {
      const last = allRuns()
        .filter(({ host }) => host === a.name)
        .at(-1);
      return allRuns().length > before && last?.end === undefined;
    };
    const killed = await run(a, ['backup', '--type', 'full', '--json'], { killAt: atWork });
    expect(killed.signal).toBe('SIGKILL');
    const other = await run(b, ['backup', '--type', 'full', '--wait', '2m', '--json']);
    expect(other.code, other.stdout + other.stderr).toBe(0);
    expect(overlappingRuns(allRuns())).toEqual([]);
    const [orphan, next] = allRuns()
      .toSorted((left, right) => left.begin - right.begin)
      .slice(-2);
    expect([orphan?.host, next?.host]).toEqual([a.name, b.name]);
    expect((await listSets(b)).filter(({ error }) => !error)).toHaveLength(known + 2);
  });
});

describe('two engines without Holdfast', () => {
  it('are at work at once, and that is seen', async () => {
    await Promise.all(hosts.map((host) => runEngine(host, ['--type=full', '--repo=1', 'backup'])));
    expect(overlappingRuns(allRuns())).toHaveLength(1);
  });
});
