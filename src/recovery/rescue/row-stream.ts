import type { StreamedCommand } from '../../process/stream-command.ts';
import { streamCommand } from '../../process/stream-command.ts';
import { psqlCommand } from '../../postgres/psql-command.ts';
import { queryFailure } from '../../postgres/query.ts';
import type { RowSource, StreamedRow } from './merge-rows.ts';
import type { Side } from './read-tables.ts';

/** Printed behind the rows of each query. COPY writes no such line: it doubles every backslash. */
const endOfRows = String.raw`\.`;

/**
 * Settings under which a value has one text only, the same on both sides; pg_dump sets the same.
 *
 * @see https://git.postgresql.org/gitweb/?p=postgresql.git;a=blob;f=src/bin/pg_dump/pg_dump.c (setup_connection)
 */
export const exactTexts = [
  `SET datestyle = 'ISO, YMD'`,
  'SET intervalstyle = postgres',
  'SET extra_float_digits = 3',
  `SET timezone = 'UTC'`,
  'SET bytea_output = hex',
  'SET xmloption = content',
  `SET lc_monetary = 'C'`,
  'SET standard_conforming_strings = on',
  // Rows that a policy hides would be told as missing: an error instead.
  'SET row_security = off',
] as const;

/**
 * One connection that gives the rows of several queries, one after the other and all as of one moment. psql waits when
 * nobody reads, so that memory stays bounded however large the tables are.
 */
export class RowStreams implements AsyncDisposable {
  readonly #command: StreamedCommand;
  readonly #side: Side;
  readonly #chunks: AsyncIterator<Buffer>;
  #lines: string[] = [];
  #position = 0;
  #rest = '';
  #isOver = false;

  /** @param queries SELECTs without a semicolon; with none of them nothing is read */
  constructor(side: Side, queries: readonly string[]) {
    const { server, database, user = server.owner.name, signal } = side;
    this.#side = side;
    this.#command = streamCommand({
      ...psqlCommand(server, { user, database, timeoutMs: 0 }),
      input: scriptOf(queries),
      signal,
    });
    this.#chunks = this.#command.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The rows of the next query: a flag whether they are asked for (`t`, `f`), then fields. Read it to its end. */
  nextRows(): RowSource {
    let isOver = false;
    const take = (line: string | undefined): StreamedRow | undefined => {
      if (line === undefined) return undefined;
      const [flag, ...fields] = line.split('\t');
      return { selected: flag === 't', fields };
    };
    const nextRow = (): StreamedRow | undefined | Promise<StreamedRow | undefined> => {
      if (isOver) return undefined;
      const line = this.#lines[this.#position];
      if (line === undefined) return this.#fill().then(nextRow);
      this.#position += 1;
      if (line !== endOfRows) return take(line);
      isOver = true;
      return undefined;
    };
    return { next: nextRow };
  }

  async #fill(): Promise<void> {
    if (this.#isOver) throw new Error('read beyond the last query');
    const { value, done } = await this.#chunks.next();
    this.#position = 0;
    if (done === true) {
      this.#isOver = true;
      this.#lines = [];
      const { server, user = server.owner.name } = this.#side;
      const { code, stderr, stopped } = await this.#command.ended;
      // Every answer is followed by its mark: an end before it is the end of the connection, whatever the code.
      throw queryFailure(server, user, { code: code === 0 ? 2 : code, stderr, stopped }, 0);
    }
    const lines = (this.#rest + value.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    this.#lines = lines;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#command[Symbol.asyncDispose]() as Promise<void>;
  }
}

/** All as of one moment; nothing can be written over this connection. */
function scriptOf(queries: readonly string[]): string {
  const copies = queries.map(
    (query) => `COPY (${query}) TO STDOUT;\n\\echo '${endOfRows.replaceAll('\\', '\\\\')}'\n`,
  );
  return [
    ...exactTexts.map((setting) => `${setting};\n`),
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n',
    ...copies,
    'COMMIT;\n',
  ].join('');
}
