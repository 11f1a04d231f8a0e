/** What PostgreSQL has where no file says otherwise (`src/backend/utils/misc/guc_tables.c`, 13 to 18). */
const builtIn: Readonly<Record<string, number>> = {
  max_connections: 100,
  max_worker_processes: 8,
  max_wal_senders: 10,
  max_prepared_transactions: 0,
  max_locks_per_transaction: 64,
};

/**
 * The parameters that may be configured below what recovery needs: all but those that every mention in the files sets
 * to a sufficient number, and those that no file mentions and whose built-in value is enough. To ask the server's program for one of them costs a start of it.
 *
 * @param needs what the control file says
 * @param texts the configuration files; undefined for one that cannot be read, which may say anything
 */
export function parametersToRead(
  needs: Readonly<Record<string, number>>,
  texts: readonly (string | undefined)[],
): string[] {
  const all = Object.keys(needs).filter((name) => (needs[name] ?? 0) > 0);
  if (texts.some((text) => text === undefined || /^\s*include/im.test(text))) return all;
  return all.filter((name) => {
    const needed = needs[name] ?? 0;
    const values = texts.flatMap((text) => mentionsOf(name, text ?? ''));
    return values.length === 0 ? needed > (builtIn[name] ?? 0) : !values.every((value) => value >= needed);
  });
}

/** What a file sets a parameter to, as often as it does; not a number where it is not simply one. */
function mentionsOf(name: string, text: string): number[] {
  const mentions = text.matchAll(new RegExp(`^[ \\t]*${name}\\b[ \\t]*=?[ \\t]*(.*)$`, 'gim'));
  return Array.from(mentions, ([, value = '']) =>
    Number(/^('?)(\d{1,9})\1[ \t]*(?:#.*)?$/.exec(value.trim())?.[2] ?? Number.NaN),
  );
}
