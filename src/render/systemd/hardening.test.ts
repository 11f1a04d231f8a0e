import { describe, expect, it } from 'vitest';
import { configuration, node, repository, stanza } from '../../../test/support/conf-parts.ts';
import type { Configuration } from '../../config/configuration.ts';
import { hardening } from './hardening.ts';

const plain = configuration([stanza('main', [node(undefined)], [repository(1)])]);

function valueOf(key: string, change: Partial<Configuration> = {}): string | undefined {
  const found = hardening({ ...plain, ...change }).find((entry) => !('comment' in entry) && entry[0] === key);
  return found === undefined || 'comment' in found ? undefined : found[1];
}

describe('hardening', () => {
  it('lets a unit write where holdfast.yaml says, and nowhere else', () => {
    expect(valueOf('ReadWritePaths')).toBe(
      '-/repo1 -/run/pgbackrest -/tmp -/var/lib/holdfast -/var/log/pgbackrest -/var/spool/pgbackrest',
    );
  });

  it('names no repository that is on another host or no directory at all', () => {
    const s3 = repository(2, { access: { type: 's3' } as never, path: '/in-the-bucket' });
    const remote = repository(3, { path: '/elsewhere', host: { name: 'backup1' } as never });
    const stanzas = [stanza('main', [node(undefined)], [repository(1), s3, remote])];
    expect(valueOf('ReadWritePaths', { stanzas })).not.toMatch(/bucket|elsewhere/);
  });

  it('shows homes only where something that it needs lies in one', () => {
    expect(valueOf('ProtectHome')).toBe('yes');
    const { deploy } = plain;
    const systemd = { ...deploy.systemd, program: '/home/backup/bin/holdfast' };
    expect(valueOf('ProtectHome', { deploy: { ...deploy, systemd } })).toBe('read-only');
    expect(valueOf('ProtectHome', { file: '/root/holdfast.yaml' })).toBe('read-only');
    const elsewhere = { ...deploy.systemd, config: '/etc/holdfast/holdfast.yaml' };
    const rendered = { file: '/root/holdfast.yaml', deploy: { ...deploy, systemd: elsewhere } };
    expect(valueOf('ProtectHome', rendered)).toBe('yes');
  });
});
