/**
 * Rows of `psql --csv -P null='\N'`, without its last line end: RFC 4180 with a header line.
 *
 * psql (print.c, csv_escaped_print) quotes only where it must, so a text that is exactly `\N` reads as null; no test
 * stores that.
 */
export function parseCsvRows(text: string): Record<string, string | null>[] {
  const [header, ...rows] = parseRecords(text === '' ? '' : `${text}\n`);
  if (header === undefined) return [];
  return rows.map((row) =>
    Object.fromEntries(
      header.map((name, index) => [name, row[index] === '\\N' ? null : (row[index] ?? null)]),
    ),
  );
}

function parseRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  // One field and what ends it: quoted with doubled quotes, or plain.
  const field = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/gy;
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) throw new Error(`not CSV: ${text.slice(0, 200)}`);
    record.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}
