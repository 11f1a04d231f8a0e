/**
 * Takes a dump's section post-data apart: foreign keys lead to keys that another dump may make, so they come last. The
 * head with its settings goes before both. Entries begin with a comment of three lines (pg_backup_archiver.c,
 * _printTocEntry), in which names have no line ends.
 */
export function splitForeignKeys(dump: string): { readonly others: string; readonly foreignKeys: string } {
  // What keeps psql from obeying a hostile dump: a key is made for one whole file.
  const text = dump.replaceAll(/^\\(?:un)?restrict .*\n/gm, '');
  const [head = '', ...entries] = text.split(/(?=^--\n-- Name: .*; Type: .*; Schema: .*; Owner: .*\n--\n)/m);
  const isKey = (entry: string): boolean => /^--\n-- Name: .*; Type: FK CONSTRAINT; Schema: /.test(entry);
  return {
    others: head + entries.filter((entry) => !isKey(entry)).join(''),
    foreignKeys: head + entries.filter(isKey).join(''),
  };
}
