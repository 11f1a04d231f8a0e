import { describe, expect, it } from 'vitest';
import { node } from '../../test/support/conf-parts.ts';
import { restartCommand, restartServer } from './restart-server.ts';
import type { Server } from './server.ts';
import { startCommand } from './start-server.ts';
import { stopCommand } from './stop-server.ts';

/** Its postmaster.pid names a process of another container, and that number is somebody else's here. */
const server: Server = {
  node: node(undefined, { elsewhere: { stop: 'docker compose stop db', start: 'docker compose start db' } }),
  major: 17,
  binDirectory: '/nowhere',
  psql: '/nowhere/psql',
  runAs: undefined,
  owner: { name: 'postgres', uid: 1, gid: 1, home: '/' },
  control: { kind: 'pg_ctl' },
  socketDirectory: '/run',
  configFile: undefined,
};

describe('a server that another container runs', () => {
  it('is not restarted from here', async () => {
    await expect(restartServer(server, { timeoutMs: 1000 })).rejects.toMatchObject({
      kind: 'server-running',
      hint: 'Restart it: `docker compose stop db`, then `docker compose start db`.',
    });
  });

  it('is started and stopped by the commands of its container', () => {
    expect([stopCommand(server), startCommand(server), restartCommand(server)]).toEqual([
      'docker compose stop db',
      'docker compose start db',
      'docker compose stop db && docker compose start db',
    ]);
  });
});
