import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { archiveWal, createKnownRows, readKnownRows } from '../support/data.ts';
import { createDaemonBed } from '../support/daemon-bed.ts';
import { processesOf } from '../support/processes.ts';
import { waitUntil } from '../support/wait-until.ts';

it('a drill of the daemon keeps no backup waiting, is the only one, and gives way to a restore', async () => {
  await using bed = await createDaemonBed({
    name: 'drillbeside',
    stanza: {
      drills: { proof: 'journal', queries: [{ name: 'long', sql: 'SELECT pg_sleep(600)', expect: '' }] },
    },
    keys: { jobs: { parallel: 1 } },
  });
  const known = await createKnownRows(bed.cluster, 5);
  await bed.backup('full');
  await archiveWal(bed.cluster);
  await using _daemon = await bed.serve();
  const copies = join(bed.configuration.stateDirectory, 'copies');
  const drilling = bed.run(['drill', '--target', 'latest', '--checks', 'target,queries', '--json']);
  await waitUntil('its server', () =>
    processesOf(copies).some(({ command }) => command.includes('/bin/postgres')),
  );
  await bed.backup('incr');
  const second = await bed.run(['drill', '--direct', '--checks', 'target', '--json']);
  expect([second.code, second.stdout]).toEqual([73, expect.stringContaining('another drill is going on')]);
  const restore = await bed.run(['restore', '--to', 'latest', '--yes', '--json']);
  expect(restore.code, restore.stdout).toBeLessThan(2);
  const drill = await drilling;
  expect([drill.code, drill.stdout]).toEqual([130, expect.stringContaining('interrupted')]);
  expect(existsSync(copies) ? readdirSync(copies) : []).toEqual([]);
  expect(processesOf(copies)).toEqual([]);
  expect(await readKnownRows(bed.cluster)).toEqual(known);
});
