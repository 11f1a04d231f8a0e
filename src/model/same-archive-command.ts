/**
 * True when two archive_commands do the same, although they are spelled differently: `%p` is a path inside the data
 * directory, in which the server has no blanks, so it needs no quotes; and pgBackRest's own documents call the
 * program without a path, which the packages put into /usr/bin.
 *
 * @see https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-ARCHIVING-WAL
 */
export function isSameArchiveCommand(one: string, other: string): boolean {
  return plainSpelling(one) === plainSpelling(other);
}

function plainSpelling(command: string): string {
  return command
    .trim()
    .replace(/(["'])%p\1/, '%p')
    .replace(/^\/usr\/bin\/(?=pgbackrest\b)/, '');
}
