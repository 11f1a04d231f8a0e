import * as z from 'zod';
import { drillProofPlaces } from '../../model/drill.ts';
import { byteSize, flag, oneOf, scalar, text } from './scalars.ts';
import { section } from './section.ts';

const sql = scalar<string>({
  expected: 'one SQL query',
  remedy: 'Write one SELECT; several lines are fine with `|`.',
  json: { type: 'string', minLength: 1 },
  read: (value) =>
    typeof value === 'string' && value.trim() !== '' && !value.includes('\0') ? value.trim() : undefined,
});

/** YAML reads `42` and `true` as what they are; they are compared as text. */
const expected = scalar<string>({
  expected: 'the answer as text, a number or true or false, or a comparison such as > 0',
  remedy: "Write the answer, in quotes where it is a comparison: expect: '> 0'.",
  json: { type: ['string', 'number', 'boolean'] },
  read: (value) => {
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return typeof value === 'string' ? value : undefined;
  },
});

const querySchema = section({
  name: text('a name').meta({ description: 'What the report calls it.', examples: ['proposals are there'] }),
  sql: sql.meta({
    description: 'One query; the first value of its first row is the answer.',
    examples: ['SELECT count(*) FROM proposals'],
  }),
  database: text('the name of a database').prefault('postgres').meta({ description: 'Where it is asked.' }),
  expect: expected.meta({
    description: 'The answer, or a comparison of numbers: `> 0`, `>= 10`, `< 5`, `<= 5`, `<> 0`.',
    examples: ['> 0'],
  }),
});

/** A share of the rows. */
const share = scalar<number>({
  expected: 'a share from 0% to 100%',
  remedy: 'Write a whole number with %: 50%.',
  json: { type: 'string', pattern: '^(100|\\d{1,2})%$' },
  read: (value) => {
    const percent = typeof value === 'string' ? /^(100|\d{1,2})%$/.exec(value)?.[1] : undefined;
    return percent === undefined ? undefined : Number(percent) / 100;
  },
});

const countsSchema = section({
  shrink: share.optional().meta({
    description:
      'A table that vanished, or lost more than this share of its rows since the drill before, fails the drill. Without it that is only told.',
    examples: ['50%'],
  }),
  exactBelow: byteSize()
    .optional()
    .meta({
      description:
        'Tables below this size are counted row by row, others estimated from the catalog; 64 MiB without it.',
      examples: ['1GiB'],
    }),
}).meta({ description: 'How rows of tables are counted and compared.' });

const amcheckSchema = section({
  heapAllIndexed: flag().optional().meta({
    description:
      'Whether pg_amcheck looks each row up in each B-tree index. Without it: where the databases have up to 64 GiB.',
  }),
}).meta({ description: 'How thorough pg_amcheck is.' });

/** What all drills of a stanza check and where they are noted. */
export const drillsSchema = section({
  queries: z
    .array(querySchema)
    .prefault([])
    .meta({ description: 'SQL that must give a certain answer on the restored cluster.' }),
  counts: countsSchema.prefault({}),
  amcheck: amcheckSchema.prefault({}),
  proof: oneOf(drillProofPlaces).prefault('set').meta({
    description:
      '`set`: a drill that passed is written to the set as annotation `holdfast-proven`, for which the repository must be writable and the primary reachable; where that fails, and with `journal`, only this journal knows of it.',
  }),
}).meta({ description: 'What drills check beside the data itself (docs/drills.md).' });
