import { appendFileSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Runbook } from '../../src/render/runbook/runbook.ts';
import { mustRunHoldfast } from '../support/holdfast.ts';
import { createRunbookBed, type RunbookBed } from '../support/runbook-bed.ts';
import { scenarioOf } from '../support/type-steps.ts';

/** A second host, as far as one machine can be two: a configuration of its own, other directories, another port. */
let runbook: RunbookBed;

beforeAll(async () => {
  runbook = await createRunbookBed('replica');
  await runbook.bed.backup('full', 'local');
});
afterAll(async () => {
  await runbook[Symbol.asyncDispose]();
});

interface Raw {
  engine: Record<string, string>;
  state: { directory: string };
  stanzas: { main: { postgres: Record<string, unknown>[] } };
}

describe('the runbook of a host without the primary', () => {
  it('makes a replica from a repository, which then follows the primary', async () => {
    const { sandbox, cluster, configuration } = runbook.bed;
    const raw = parse(readFileSync(configuration.file, 'utf8')) as Raw;
    const place = (name: string): string => sandbox.directory(`second/${name}`);
    const socket = place('run');
    const port = await sandbox.port();
    const [own = {}] = raw.stanzas.main.postgres;
    const data = sandbox.file('second/data');
    raw.stanzas.main.postgres = [
      { ...own, host: 'first' },
      { ...own, host: 'second', path: data, port, socket },
    ];
    raw.engine = {
      ...raw.engine,
      configFile: `${place('etc')}/pgbackrest.conf`,
      includeDirectory: place('etc/conf.d'),
      logDirectory: place('log'),
      lockDirectory: place('lock'),
      spoolDirectory: place('spool'),
    };
    raw.state = { directory: sandbox.file('second/state') };
    const file = sandbox.write('second/holdfast.yaml', stringify(raw), 0o644);
    await mustRunHoldfast(['render', 'pgbackrest', '--host', 'second', '--out', '/', '--config', file]);
    const words = ['runbook', '--host', 'second', '--json', '--config', file];
    const document = (await mustRunHoldfast(words)).json<{ runbook: Runbook }>();
    const scenario = scenarioOf(document.runbook, 'new-replica');
    expect(scenario.holdfast).toEqual(scenario.plain);
    const { steps, proof, back } = scenario.plain;
    const blanks = {
      PRIMARY: `host=${cluster.socketDirectory} port=${cluster.port}`,
      REPLICATOR: 'postgres',
    };
    await runbook.follow(steps.slice(0, -1), blanks);
    // On a host of its own it could have the port of the primary.
    appendFileSync(
      `${data}/postgresql.auto.conf`,
      `port = ${port}\nunix_socket_directories = '${socket}'\nlisten_addresses = ''\n`,
    );
    sandbox.defer(() => runbook.follow(back).then(() => {}));
    await runbook.follow(steps.slice(-1), blanks);
    await runbook.addRow();
    await expect
      .poll(() => runbook.follow(proof), { timeout: 60_000, interval: 2000 })
      .toBe('t\nstreaming\n');
  });
});
