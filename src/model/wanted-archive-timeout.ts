/**
 * Seconds after which a segment is ended although it is not full. Half of the tolerated loss, because a segment also
 * needs time to be compressed and sent; a minute where nothing is demanded.
 */
export function wantedArchiveTimeout(rpo: number | undefined): number {
  return rpo === undefined ? 60 : Math.min(3600, Math.max(10, Math.floor(rpo / 2)));
}
