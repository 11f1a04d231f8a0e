import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfiguration } from '../config/load.ts';
import { Failure } from '../model/failure.ts';
import { parseEngineVersion } from '../model/engine-version.ts';
import type { LoadedConfiguration } from './daemon-parts.ts';
import { HeldConfiguration } from './held-configuration.ts';

let directory: string;
let binary: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-held-'));
  binary = join(directory, 'pgbackrest');
  writeFileSync(binary, 'one');
});
afterEach(() => rmSync(directory, { recursive: true }));

function loaded(more = '', version = '2.45'): LoadedConfiguration {
  const text = `stanzas: { main: { postgres: { path: /data }, repositories: { local: { type: posix, path: /repo, retention: { full: 2 } } } } }\n${more}`;
  const { configuration, problems } = parseConfiguration(text, '/etc/holdfast/holdfast.yaml');
  const parsed = parseEngineVersion(version);
  if (configuration === undefined || parsed === undefined) throw new Error(JSON.stringify(problems));
  return {
    configuration,
    engine: { settings: configuration.engine, binary, runAs: undefined, version: parsed },
  };
}

function hold(next: () => LoadedConfiguration, changes: string[] = []) {
  return new HeldConfiguration(loaded(), {
    load: async () => next(),
    openEngine: async () => next().engine,
    now: () => 1000,
    onEngine: (before, now) => changes.push(`${before} ${now}`),
  });
}

test('another configuration takes the place of the old one', async () => {
  const held = hold(() => loaded('jobs: { parallel: 7 }'));
  await held.reload();
  expect(held.configuration.jobs.parallel).toBe(7);
  expect(held.refused).toBeUndefined();
});

test('a refused one leaves the old one, and is remembered until a good one comes', async () => {
  let text: string | undefined;
  const held = hold(() => {
    if (text === undefined) throw new Failure('config-invalid', { operation: 'read', problem: 'nonsense' });
    return loaded(text);
  });
  const before = held.configuration;
  await expect(held.reload()).rejects.toMatchObject({ kind: 'config-invalid' });
  expect(held.configuration).toBe(before);
  expect(held.refused).toEqual({ at: 1000, problem: 'read: nonsense' });
  text = 'state: { directory: /elsewhere }';
  await expect(held.reload()).rejects.toMatchObject({ problem: expect.stringContaining('state.directory') });
  text = 'server: { listen: "127.0.0.1:9999" }';
  await expect(held.reload()).rejects.toMatchObject({ problem: expect.stringContaining('server') });
  text = '';
  await held.reload();
  expect(held.refused).toBeUndefined();
});

test('another engine in the same place is asked for its version before the next job, and the file is not read', async () => {
  const changes: string[] = [];
  const held = hold(() => loaded('jobs: { parallel: 7 }', '2.60'), changes);
  expect((await held.forJob()).engine.version.text).toBe('2.45');
  writeFileSync(binary, 'another one');
  const { engine, configuration } = await held.forJob();
  expect(engine.version.text).toBe('2.60');
  expect(configuration.jobs.parallel).toBe(2);
  expect(changes).toEqual(['2.45 2.60']);
  await held.forJob();
  expect(changes).toHaveLength(1);
});
