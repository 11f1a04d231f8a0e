import { describe, expect, it } from 'vitest';
import { lookupUser, standardPath } from './os-user.ts';
import { runCommand, type RunAs, SpawnError } from './run-command.ts';

async function postgres(): Promise<RunAs> {
  const user = await lookupUser('postgres');
  if (user === undefined) throw new Error('these tests need the user postgres');
  return user;
}

/** As root this steps down; as postgres setpriv changes nothing, and nothing is to be changed. */
async function runAsPostgres(command: string, ...args: string[]): Promise<string> {
  const runAs = process.getuid?.() === 0 ? await postgres() : undefined;
  const { stdout } = await runCommand({ command, args, env: { PATH: standardPath }, runAs });
  return stdout;
}

describe('stepping down', () => {
  it('takes the user and its group', async () => {
    const { uid, gid } = await postgres();
    expect(await runAsPostgres('id', '-u')).toBe(String(uid));
    expect(await runAsPostgres('/usr/bin/id', '-g')).toBe(String(gid));
  });

  it('keeps all groups of the user', async () => {
    const member = await runCommand({ command: 'id', args: ['-G', 'postgres'], env: { PATH: standardPath } });
    expect(new Set((await runAsPostgres('id', '-G')).split(' '))).toEqual(new Set(member.stdout.split(' ')));
  });

  it('keeps the pid, so that signals reach the program itself', async () => {
    let pid = 0;
    const runAs = process.getuid?.() === 0 ? await postgres() : undefined;
    const { stdout } = await runCommand({
      command: '/bin/sh',
      args: ['-c', 'echo $$'],
      env: {},
      runAs,
      onSpawn: (spawned) => void (pid = spawned),
    });
    expect(stdout).toBe(String(pid));
  });

  it('says that a program is missing as it does for our own user', async () => {
    const runAs = await postgres();
    for (const command of ['/nonexistent/program', 'no-such-program']) {
      const run = runCommand({ command, args: [], env: { PATH: standardPath }, runAs });
      await expect(run).rejects.toThrow(SpawnError);
      await expect(run).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });
});
