import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createDaemonBed } from '../support/daemon-bed.ts';
import { processesOf } from '../support/processes.ts';

test('a running holdfast serve drops a clone when its time is over', async () => {
  await using bed = await createDaemonBed({ name: 'clone-ttl', schedule: {} });
  await bed.mustRun(['backup', '--type', 'full']);
  await using daemon = await bed.serve();
  const made = await bed.mustRun(['clone', '--to', 'latest', '--ttl', '1s', '--json']);
  const { copy } = made.json<{ copy: { id: string; dataDirectory: string } }>();
  const dropped = await daemon.event(
    'the clone dropped',
    ({ event, copy: id }) => event === 'copy-dropped' && id === copy.id,
    100_000,
  );
  expect(dropped.text).toContain('its time is over');
  expect(existsSync(copy.dataDirectory)).toBe(false);
  expect(processesOf(copy.dataDirectory)).toEqual([]);
});
