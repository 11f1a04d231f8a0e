import type { Configuration } from '../../config/configuration.ts';

/**
 * What systemd-tmpfiles is to do with the directory of locks (tmpfiles.d(5)). Below /run it must be made at each boot:
 * PostgreSQL archives before anything of Holdfast starts, and its user cannot make it. Below /tmp nothing in it may be
 * cleaned away while it is old and in use.
 */
export function lockDirectoryFile({
  engine,
}: Pick<Configuration, 'engine'>): readonly { readonly path: string; readonly text: string }[] {
  const { lockDirectory, user } = engine;
  const path = '/etc/tmpfiles.d/holdfast.conf';
  const word = lockDirectory.replaceAll('%', '%%').replaceAll(' ', String.raw`\x20`);
  if (/^\/(?:var\/)?run\//.test(lockDirectory))
    return [{ path, text: `d ${word.replace(/^\/var\/run/, '/run')} 0770 ${user} ${user} -\n` }];
  if (lockDirectory.startsWith('/tmp/') || lockDirectory.startsWith('/var/tmp/'))
    return [{ path, text: `x ${word}\n` }];
  return [];
}
