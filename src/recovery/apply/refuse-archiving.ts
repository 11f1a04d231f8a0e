import { Failure } from '../../model/failure.ts';
import { readConfiguredSetting } from '../../postgres/read-configured-setting.ts';
import type { Server } from '../../postgres/server.ts';

/**
 * Refuses the start of a copy whose files would let it archive, however it is started: with the configuration file that
 * Holdfast wrote for it, and plainly (`pg_ctl -D DIR start`) with the one that was restored. PostgreSQL's own program reads
 * them, with all that they include. What Holdfast adds to the start itself is not counted here.
 *
 * @throws Failure preflight-refused; nothing was started
 */
export async function refuseArchiving(copy: Server): Promise<void> {
  const [own, plain] = await Promise.all([
    readConfiguredSetting(copy, 'archive_mode'),
    readConfiguredSetting(copy, 'archive_mode', copy.node.path),
  ]);
  // Debian keeps postgresql.conf elsewhere: then the directory cannot be started plainly.
  if (own === 'off' && (plain === undefined || plain === 'off')) return;
  throw new Failure('preflight-refused', {
    operation: 'start a restored copy',
    place: copy.node.path,
    problem:
      own === 'off'
        ? `started without Holdfast it could archive: archive_mode = ${String(plain)}`
        : `it could archive: archive_mode = ${own ?? 'not known'}`,
    hint: 'Nothing was started. Somebody or something changed the settings that were restored; look at its postgresql.auto.conf.',
  });
}
