import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRescueBed, type RescueBed, tableOf } from '../support/rescue-bed.ts';

/* Triggers of a partitioned table, each partition with a state of its own. The first partition is older than its root. */
const made = `
CREATE TABLE ran (what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ran VALUES (TG_TABLE_NAME || ' ' || TG_NAME); RETURN NEW; END $$;
CREATE TABLE p_older (id int PRIMARY KEY, v text);
CREATE TABLE p (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
ALTER TABLE p ATTACH PARTITION p_older FOR VALUES FROM (0) TO (10);
CREATE TABLE p_off PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE TABLE p_always PARTITION OF p FOR VALUES FROM (20) TO (30);
CREATE TABLE p_replica PARTITION OF p FOR VALUES FROM (30) TO (40);
CREATE TABLE p_nested PARTITION OF p FOR VALUES FROM (40) TO (60) PARTITION BY RANGE (id);
CREATE TABLE p_nested_on PARTITION OF p_nested FOR VALUES FROM (40) TO (50);
CREATE TABLE p_nested_off PARTITION OF p_nested FOR VALUES FROM (50) TO (60);
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON p FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER asleep AFTER INSERT OR UPDATE OR DELETE ON p FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER whole AFTER INSERT OR UPDATE OR DELETE ON p FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER replica AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE p DISABLE TRIGGER asleep;
ALTER TABLE p_always ENABLE TRIGGER asleep;
ALTER TABLE p ENABLE REPLICA TRIGGER replica;
ALTER TABLE p_older ENABLE ALWAYS TRIGGER replica;
ALTER TABLE p_older DISABLE TRIGGER note;
ALTER TABLE p_off DISABLE TRIGGER note;
ALTER TABLE p_always ENABLE ALWAYS TRIGGER note;
ALTER TABLE p_replica ENABLE REPLICA TRIGGER note;
ALTER TABLE p_nested DISABLE TRIGGER note;
ALTER TABLE p_nested_on ENABLE TRIGGER note;
INSERT INTO p SELECT i, 'v' FROM generate_series(1, 59) i;
TRUNCATE ran;
`;

const disaster = `
DELETE FROM p WHERE id % 2 = 0;
UPDATE p SET v = 'other' WHERE id % 3 = 0;
INSERT INTO p VALUES (0, 'new');
TRUNCATE ran;
`;

let bed: RescueBed;
beforeAll(async () => {
  bed = await createRescueBed('rescuetriggers', made, disaster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

const states = (): Promise<string> =>
  bed.cluster.value(
    `SELECT string_agg(concat_ws(' ', tgrelid::regclass, tgname, tgenabled), E'\\n' ORDER BY tgrelid::regclass::text, tgname)
     FROM pg_trigger WHERE tgrelid::regclass::text ~ '^p(_|$)'`,
  );

describe('triggers of partitions', () => {
  it.each(['p', 'p_nested', 'p_always'])(
    'do not run, and are what they were afterwards: %s',
    async (table) => {
      const [before, then] = [await bed.dump(), await states()];
      expect(then).toContain('p_off note D');
      const result = await bed.rescue(table, '--delete-new', '--apply', '--yes');
      expect(tableOf(result, `public.${table}`).triggersOff).toContain('note');
      expect(await states()).toBe(then);
      expect(await bed.cluster.value('SELECT count(*) FROM ran')).toBe('0');
      await bed.runScript(result.rescue.files.rollback);
      expect(await states()).toBe(then);
      expect(await bed.dump()).toBe(before);
    },
  );
});
