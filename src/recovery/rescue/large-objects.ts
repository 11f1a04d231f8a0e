import { queryRows, quoteIdentifier, quoteLiteral } from '../../postgres/query.ts';
import { psqlCommand } from '../../postgres/psql-command.ts';
import { queryFailure } from '../../postgres/query.ts';
import { streamCommand } from '../../process/stream-command.ts';
import { quoteName } from './match-table.ts';
import type { Side } from './read-tables.ts';
import { ScriptFile } from './script-file.ts';
import { block, changedMeanwhile } from './table-change-sql.ts';
import type { TableFacts } from './table-facts.ts';

/** One large object. */
interface LargeObject {
  readonly oid: string;
  readonly owner: string;
  readonly digest: string;
}

/** What rows of the copy refer to, and what became of it. */
export interface LargeObjectDifferences {
  readonly missing: readonly LargeObject[];
  readonly changed: readonly { readonly was: LargeObject; readonly is: LargeObject }[];
  readonly equal: number;
}

/**
 * Compares the large objects that rows of the copy refer to: columns of type oid, or of the domain lo.
 *
 * @param froms `FROM … AS t` of each table, with its columns
 */
export async function compareLargeObjects(
  sides: { readonly copy: Side; readonly live: Side },
  tables: readonly { readonly table: TableFacts; readonly where: string | undefined }[],
): Promise<LargeObjectDifferences> {
  const columns = tables.flatMap(({ table, where }) =>
    table.columns
      .filter(({ baseType }) => baseType === 'oid' || baseType === 'lo')
      .map(({ name }) => {
        const rows = where === undefined ? '' : ` WHERE ((${where}\n) IS TRUE)`;
        return `SELECT t.${quoteIdentifier(name)}::oid AS oid FROM ${quoteName(table)} t${rows}`;
      }),
  );
  if (columns.length === 0) return { missing: [], changed: [], equal: 0 };
  const then = await readObjects(sides.copy, columns.join(' UNION '));
  const now = new Map<string, LargeObject>();
  for (let index = 0; index < then.length; index += 5000) {
    const oids = then.slice(index, index + 5000).map(({ oid }) => oid);
    for (const one of await readObjects(sides.live, `SELECT unnest(ARRAY[${oids.join(', ')}]::oid[])`))
      now.set(one.oid, one);
  }
  const pairs = then.map((was) => ({ was, is: now.get(was.oid) }));
  const changed = pairs.flatMap(({ was, is }) =>
    is === undefined || is.digest === was.digest ? [] : [{ was, is }],
  );
  const missing = pairs.filter(({ is }) => is === undefined).map(({ was }) => was);
  return { missing, changed, equal: then.length - missing.length - changed.length };
}

function readObjects(side: Side, oids: string): Promise<LargeObject[]> {
  const { server, database, user, signal } = side;
  // lo_get gives up to 1 GB; a larger one makes the query fail, which is told.
  const sql = `SELECT m.oid::text AS oid, pg_get_userbyid(m.lomowner) AS owner, md5(lo_get(m.oid)) AS digest
    FROM pg_largeobject_metadata m WHERE m.oid IN (${oids})`;
  return queryRows<LargeObject>(server, sql, { database, user, signal, timeoutMs: 3_600_000 });
}

/** Writes the statements that bring the objects to what they were in the copy, and those of the way back. */
export async function writeLargeObjects(
  sides: { readonly copy: Side; readonly live: Side },
  { missing, changed }: LargeObjectDifferences,
  files: { readonly forward: string; readonly back: string },
): Promise<void> {
  await using forward = await ScriptFile.create(files.forward);
  for (const { oid, owner } of missing)
    await forward.add(
      `SELECT pg_catalog.lo_create(${oid});\nALTER LARGE OBJECT ${oid} OWNER TO ${quoteIdentifier(owner)};\n`,
    );
  for (const { is } of changed) await forward.add(emptied(is));
  await addContents(sides.copy, [...missing, ...changed.map(({ was }) => was)], forward);
  await forward.finish();
  await using back = await ScriptFile.create(files.back);
  for (const was of missing) await back.add(`${unchanged(was)}SELECT pg_catalog.lo_unlink(${was.oid});\n`);
  for (const { was } of changed) await back.add(emptied(was));
  await addContents(
    sides.live,
    changed.map(({ is }) => is),
    back,
  );
  await back.finish();
}

/** INV_WRITE | INV_READ: https://www.postgresql.org/docs/current/lo-interfaces.html */
const emptied = (found: LargeObject): string =>
  `${unchanged(found)}SELECT pg_catalog.lo_truncate64(pg_catalog.lo_open(${found.oid}, 393216), 0);\n`;

const unchanged = ({ oid, digest }: LargeObject): string =>
  block(`  IF md5(lo_get(${oid})) <> ${quoteLiteral(digest)} THEN
    RAISE EXCEPTION 'large object ${oid} is not what it was when it was compared' USING ERRCODE = '${changedMeanwhile}';
  END IF;`);

const chunkBytes = 65_536;

/** The server makes the statements; hexadecimal has no character that COPY would escape. */
async function addContents(side: Side, objects: readonly LargeObject[], file: ScriptFile): Promise<void> {
  if (objects.length === 0) return;
  const { server, database, user = server.owner.name, signal } = side;
  const query = `SELECT format('SELECT pg_catalog.lo_put(%s, %s, pg_catalog.decode(''%s'', ''hex''));', m.oid, x.start,
      encode(lo_get(m.oid, x.start, ${chunkBytes}), 'hex'))
    FROM (SELECT m.oid, length(lo_get(m.oid)) AS size FROM pg_largeobject_metadata m
      WHERE m.oid = ANY (ARRAY[${objects.map(({ oid }) => oid).join(', ')}]::oid[])) m,
    LATERAL generate_series(0::bigint, m.size - 1, ${chunkBytes}) x(start)`;
  await using rows = streamCommand({
    ...psqlCommand(server, { user, database, timeoutMs: 0 }),
    input: `COPY (${query}) TO STDOUT;\n`,
    signal,
  });
  for await (const chunk of rows.stdout as AsyncIterable<Buffer>) await file.add(chunk.toString('latin1'));
  const end = await rows.ended;
  if (end.code !== 0) throw queryFailure(server, user, end, 0);
}
