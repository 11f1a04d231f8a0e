import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRescueBed, type RescueBed } from '../support/rescue-bed.ts';

/*
 * Tables that refer to each other and have unique columns beside their keys: a row that goes may be in the place of one
 * that comes, and rows lead to it.
 */
const actions = ['no_action', 'cascade'] as const;
const made = actions
  .map(
    (name) => `CREATE TABLE ${name}_users (id int PRIMARY KEY, email text UNIQUE);
CREATE TABLE ${name}_orders (id int PRIMARY KEY, uid int NOT NULL REFERENCES ${name}_users ON DELETE ${name.replace('_', ' ')});
CREATE TABLE ${name}_items (id int PRIMARY KEY, oid int REFERENCES ${name}_orders ON DELETE ${name.replace('_', ' ')}, note text);
INSERT INTO ${name}_users VALUES (1, 'a@x'), (2, 'b@x'), (3, 'c@x');
INSERT INTO ${name}_orders VALUES (10, 1), (20, 2), (30, 3);
INSERT INTO ${name}_items VALUES (100, 10, 'a'), (200, 20, 'b'), (300, 30, 'c');`,
  )
  .join('\n')
  .concat(
    `CREATE TABLE booking (id int PRIMARY KEY, hours int4range, EXCLUDE USING gist (hours WITH &&));
CREATE TABLE seat (id int PRIMARY KEY, number int) PARTITION BY RANGE (id);
CREATE TABLE seat_low PARTITION OF seat FOR VALUES FROM (0) TO (100);
CREATE UNIQUE INDEX ON seat_low (number);
INSERT INTO booking VALUES (1, '[1,5)');
INSERT INTO seat VALUES (1, 7);`,
  );

/** User 9 has the place of user 1, so that one must go before the other comes. */
const disaster = actions
  .map(
    (
      name,
    ) => `DELETE FROM ${name}_items WHERE oid = 10; DELETE FROM ${name}_orders WHERE uid = 1; DELETE FROM ${name}_users WHERE id = 1;
UPDATE ${name}_users SET email = 'other' WHERE id = 2;
INSERT INTO ${name}_users VALUES (8, 'h@x'), (9, 'a@x');
INSERT INTO ${name}_orders VALUES (90, 9);
INSERT INTO ${name}_items VALUES (900, 90, 'i');`,
  )
  .join('\n')
  .concat(
    `DELETE FROM booking; INSERT INTO booking VALUES (9, '[2,3)'); DELETE FROM seat; INSERT INTO seat VALUES (9, 7);`,
  );

let bed: RescueBed;
beforeAll(async () => {
  bed = await createRescueBed('rescueorder', made, disaster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

const tablesOf = (name: string): string[] => [`${name}_users`, `${name}_orders`, `${name}_items`];

async function expectThereAndBack(name: string, then: string, ...args: readonly string[]): Promise<void> {
  const before = await bed.dump();
  const { rescue } = await bed.rescue(...tablesOf(name), ...args, '--apply', '--yes');
  expect(
    await bed.cluster.value(
      `SELECT string_agg(concat_ws(' ', u.id, email, o.id, i.id), ', ' ORDER BY u.id) FROM ${name}_users u
       LEFT JOIN ${name}_orders o ON o.uid = u.id LEFT JOIN ${name}_items i ON i.oid = o.id`,
    ),
  ).toBe(then);
  await bed.runScript(rescue.files.rollback);
  expect(await bed.dump()).toBe(before);
}

const whole = '1 a@x 10 100, 2 b@x 20 200, 3 c@x 30 300';

describe('rows of tables that refer to each other', () => {
  it.each(actions)('go and come in an order that holds, with --delete-new: %s', async (name) => {
    await expectThereAndBack(name, whole, '--delete-new');
  });

  it('are taken back by rollback.sql, without --delete-new', async () => {
    await bed.cluster.sql(`UPDATE no_action_users SET email = 'free' WHERE id = 9`);
    await expectThereAndBack('no_action', `${whole}, 8 h@x, 9 free 90 900`);
  });

  it('may be updated away from what goes', async () => {
    await bed.cluster.sql(`UPDATE no_action_users SET email = 'a@x' WHERE id = 9;
      UPDATE no_action_orders SET uid = 9 WHERE id = 30; UPDATE no_action_items SET oid = 90 WHERE id = 200`);
    await expectThereAndBack('no_action', whole, '--delete-new');
    expect(await bed.cluster.value('SELECT count(*) FROM pg_constraint WHERE condeferrable')).toBe('0');
  });

  it('make room for each other where an exclusion constraint or an index of a partition wants it', async () => {
    const before = await bed.dump();
    const { rescue } = await bed.rescue('booking', 'seat', '--delete-new', '--apply', '--yes');
    expect(await bed.cluster.value('SELECT booking.id + seat.id FROM booking, seat')).toBe('2');
    await bed.runScript(rescue.files.rollback);
    expect(await bed.dump()).toBe(before);
  });

  it('are not taken along when they come while the change runs', async () => {
    const args = ['cascade_users', '--where', 'id = 8', '--delete-new'];
    const { rescue } = await bed.rescue(...args);
    const coming = bed.cluster.sql(`DO $$ BEGIN INSERT INTO cascade_orders VALUES (80, 8);
      WHILE NOT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted) LOOP PERFORM pg_sleep(0.1); END LOOP; END $$`);
    await expect
      .poll(
        () =>
          bed.cluster.value(
            `SELECT count(*) FROM pg_locks WHERE relation = 'cascade_orders'::regclass AND mode = 'RowExclusiveLock'`,
          ),
        { timeout: 60_000, interval: 100 },
      )
      .toBe('1');
    await expect(bed.runScript(rescue.files.change)).rejects.toThrow(
      /rows of public.cascade_orders refer to rows of public.cascade_users/,
    );
    await coming;
    expect(await bed.cluster.value('SELECT count(*) FROM cascade_orders WHERE id = 80')).toBe('1');
    await bed.cluster.sql('DELETE FROM cascade_orders WHERE id = 80');
  });
});
