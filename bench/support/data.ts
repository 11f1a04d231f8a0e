import type { TestCluster } from '../../test/support/cluster.ts';

const partitions = 16;
/** Table and three indexes, measured. */
const bytesPerRow = 460;

const words =
  `the order was delayed because of missing stock customer asked for a refund please call back before noon
 delivery address changed invoice sent by post paid with voucher gift wrapping requested fragile handle carefully
 second attempt neighbour accepted parcel returned damaged box replaced colour not as shown size too small new
 warehouse pickup tomorrow express weekend bank transfer pending reminder`.split(/\s+/);

/**
 * Rows as shops have them (numbers, prices, times, short texts, JSON), in partitions by age with three indexes; gzip
 * makes about 2.8 times less of it. The same every time: the random numbers have a seed.
 *
 * @returns the number of rows
 */
export async function loadOrders(cluster: TestCluster, megabytes: number): Promise<number> {
  const perPartition = Math.max(100, Math.round((megabytes * 1e6) / bytesPerRow / partitions));
  await cluster.sql(`CREATE TABLE orders (id bigint NOT NULL, customer int NOT NULL, placed_at timestamptz NOT NULL,
    status text NOT NULL, amount numeric(12,2) NOT NULL, note text NOT NULL, reference text NOT NULL, details jsonb NOT NULL)
    PARTITION BY RANGE (id)`);
  for (let part = 0; part < partitions; part += 1) {
    const first = part * perPartition + 1;
    const end = first + perPartition;
    await cluster.sql(`CREATE TABLE orders_${part} PARTITION OF orders FOR VALUES FROM (${first}) TO (${end});
      SELECT setseed(${part / partitions});
      ${insertOrders(`orders_${part}`, first, end - 1)};
      ALTER TABLE orders_${part} ADD PRIMARY KEY (id);
      CREATE INDEX ON orders_${part} (customer);
      CREATE INDEX ON orders_${part} (placed_at)`);
    // Now, so that no later reader sets hint bits and thereby changes pages between two measurements.
    await cluster.sql(`VACUUM (FREEZE, ANALYZE) orders_${part}`);
  }
  return perPartition * partitions;
}

function insertOrders(table: string, first: number, last: number): string {
  const word = `w[1 + floor(random() * ${words.length})::int]`;
  const text = (count: number): string => Array.from({ length: count }, () => word).join(` || ' ' || `);
  return `INSERT INTO ${table} SELECT n, (random() * 200000)::int,
      timestamptz '2024-01-01 00:00:00+00' + n * interval '7 s' + random() * interval '5 s',
      (ARRAY['new','paid','packed','shipped','shipped','shipped','returned'])[1 + floor(random() * 7)::int],
      round((random() * 900)::numeric, 2), ${text(5)}, md5(random()::text) || md5(random()::text) || md5(random()::text),
      jsonb_build_object('city', ${word}, 'weight', (random() * 5000)::int, 'gift', random() < 0.1,
        'session', md5(random()::text), 'items', jsonb_build_array(jsonb_build_object('sku', (random() * 90000)::int, 'n', 1 + (random() * 3)::int)))
    FROM generate_series(${first}, ${last}) n, (SELECT ARRAY[${words.map((one) => `'${one}'`).join(',')}] AS w) v`;
}

/** Changes the newest 5 % of the rows, as a shop's day does. */
export async function changeOrders(cluster: TestCluster, rows: number): Promise<void> {
  await cluster.sql(`SELECT setseed(0.5);
    UPDATE orders SET status = 'returned', amount = amount + round((random() * 10)::numeric, 2),
      note = note || ' returned', details = details || jsonb_build_object('checked', (random() * 1e6)::int)
      WHERE id > ${Math.floor(rows * 0.95)}`);
}

/** One small commit, so that the next backup has something to do. */
export async function changeOneOrder(cluster: TestCluster, id: number): Promise<void> {
  await cluster.sql(`UPDATE orders SET amount = amount + 1 WHERE id = ${id}`);
}

const slices = 128;

/**
 * Changes every twentieth row of one of 128 slices: right after a checkpoint that makes WAL of whole pages. Turn 128
 * begins again with other rows.
 */
export async function touchPages(cluster: TestCluster, rows: number, turn: number): Promise<void> {
  const size = Math.ceil(rows / slices);
  const first = (turn % slices) * size + 1;
  await cluster.sql(`UPDATE orders SET amount = amount + 0.01
    WHERE id BETWEEN ${first} AND ${first + size - 1} AND id % 20 = ${Math.floor(turn / slices) % 20}`);
}

/** True when a turn of `touchPages` begins again: then only a checkpoint makes whole pages go into the WAL once more. */
export function isFirstSlice(turn: number): boolean {
  return turn % slices === 0;
}
