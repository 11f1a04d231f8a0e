import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createDaemonBed } from '../support/daemon-bed.ts';
import { holdfastProgram } from '../support/installation.ts';
import { monitoringTool } from '../support/monitoring-tools.ts';
import { requireRoot } from '../support/test-user.ts';
import { waitUntil } from '../support/wait-until.ts';

it('the real cron of Debian runs what is rendered, as the user of the crontab', async () => {
  requireRoot();
  await using bed = await createDaemonBed({ name: 'crond', stanza: { heartbeat: false } });
  bed.configure(
    { heartbeat: false, schedule: { check: '* * * * *' } },
    { deploy: { cron: { program: holdfastProgram(), directory: '/scripts' } } },
  );
  const out = bed.sandbox.directory('rendered', 0o755);
  chmodSync(bed.sandbox.path, 0o755);
  await bed.mustRun(['render', 'cron', '--out', out]);
  const table = `${bed.sandbox.path}/cron.d`;
  mkdirSync(table);
  const text = readFileSync(`${out}/etc/cron.d/holdfast`, 'utf8').replace(' /scripts/', ` ${out}/scripts/`);
  writeFileSync(`${table}/holdfast`, text, { mode: 0o644 });
  const mounts = `mount -t tmpfs none /var/spool && mkdir -p /var/spool/cron/crontabs && mount -t tmpfs none /run && mount --bind ${table} /etc/cron.d`;
  const script = `${mounts} && exec ${monitoringTool('cron')} -f`;
  const cron = spawn('unshare', ['--mount', '/bin/sh', '-c', script], {
    stdio: 'ignore',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  try {
    await waitUntil('cron has run the check', async () => (await checks(bed)).includes('check ok'), {
      timeoutMs: 150_000,
    });
    expect(await checks(bed)).toContain('check ok');
  } finally {
    cron.kill('SIGTERM');
    await once(cron, 'exit');
  }
});

async function checks(bed: Awaited<ReturnType<typeof createDaemonBed>>): Promise<readonly string[]> {
  const { runs } = (await bed.mustRun(['journal', '--json'])).json<{
    runs: { kind: string; result: string; actor: { user: string } }[];
  }>();
  const { owner } = requireRoot();
  return runs.filter(({ actor }) => actor.user === owner.name).map(({ kind, result }) => `${kind} ${result}`);
}
