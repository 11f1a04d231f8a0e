/** Rows of text below a header, for a terminal and for Markdown. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences below the table. */
  readonly notes: readonly string[];
  /** Long texts and no numbers: for documents only, too wide for a terminal. */
  readonly prose?: boolean | undefined;
}

/** Aligned columns: the first one to the left, numbers to the right. */
export function renderText(table: Table): string {
  const lines = [table.columns, ...table.rows];
  const widths = table.columns.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const text = lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const rule = '─'.repeat(Math.max(...text.map((line) => line.length)));
  return [
    `\n${table.title}`,
    text[0],
    rule,
    ...text.slice(1),
    ...table.notes.map((note) => `  ${note}`),
  ].join('\n');
}

/** A GitHub table with its title as a heading of the third level. */
export function renderMarkdown(table: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  const alignment = table.columns.map((_, column) => (column === 0 || table.prose === true ? '---' : '---:'));
  return [
    `### ${table.title}`,
    '',
    line(table.columns),
    line(alignment),
    ...table.rows.map(line),
    ...table.notes.flatMap((note) => ['', note]),
  ].join('\n');
}
