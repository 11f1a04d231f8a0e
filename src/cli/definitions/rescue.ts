import type { CommandDefinition } from '../command-definition.ts';
import { repositoryOption, setOption, timelineOption, timezoneOption } from './target-options.ts';

export const rescueDefinition: CommandDefinition = {
  name: 'rescue',
  summary: 'bring tables back, and nothing else',
  description: [
    'Restores a copy of the moment beside production, compares tables there with what is live, and writes the change as SQL: change.sql, which is one transaction, and rollback.sql, which brings back exactly what was. Without --apply nothing of the live database is changed.',
    'Rows that are missing are put back, rows that changed get the values they had, rows that only the live table has are kept (--delete-new deletes them). A table that is gone comes back whole. Rows are known by a key; a table without one is compared by whole rows.',
    '--apply shows the counts, asks, and runs the change. Each row is overwritten only as long as it is what was compared; otherwise nothing is done at all. What is overwritten was saved before, in rollback.sql.',
    '--into-schema puts the tables beside the live ones, into a new schema, and touches nothing else.',
    'Names are read as in SQL: `orders`, `sales.orders`, `\'"Odd Name"\'`. Targets are those of `restore`.',
  ],
  arguments: [
    { name: 'table', description: 'a table as it was called then', optional: true, repeatable: true },
  ],
  options: [
    { name: 'to', value: 'TARGET', description: 'the moment to which the tables were good' },
    timezoneOption,
    {
      name: 'database',
      value: 'NAME',
      description: 'the database of the tables',
      otherwise: 'the one of the node',
    },
    {
      name: 'schema',
      value: 'NAME',
      description: 'all tables of this schema, exactly as it is written',
      repeatable: true,
    },
    {
      name: 'into-schema',
      value: 'NAME',
      description: 'put the tables into this new schema, beside the live ones',
    },
    { name: 'where', value: 'SQL', description: 'only rows for which this is true, then or now' },
    { name: 'delete-new', description: 'delete rows that only the live table has; they are saved' },
    {
      name: 'triggers',
      value: 'on|off',
      description: 'whether triggers of users run for the rows; foreign keys are checked in any case',
      choices: ['on', 'off'],
      otherwise: 'off',
    },
    {
      name: 'out',
      value: 'DIR',
      description: 'where the change is written, a new or empty directory',
      otherwise: 'rescue/ID in the state directory',
      completes: 'directory',
    },
    { name: 'apply', description: 'run the change, after a question' },
    setOption,
    repositoryOption,
    timelineOption,
  ],
  examples: [
    {
      command: "holdfast rescue orders order_lines --to '10 minutes ago'",
      explanation: 'what is missing and what changed, as SQL to look at',
    },
    {
      command: "holdfast rescue orders --to '2026-11-20 10:29:00+01' --apply",
      explanation: 'the same, and run it after a question',
    },
    {
      command: "holdfast rescue orders --to '1 hour ago' --into-schema orders_before --apply",
      explanation: 'beside the live one, to look things up or to join',
    },
    { command: "holdfast rescue --schema sales --to '1 hour ago'", explanation: 'a whole schema' },
  ],
  failures: [
    'not-permitted',
    'engine-missing',
    'engine-failed',
    'repository-unreachable',
    'repository-damaged',
    'passphrase-wrong',
    'server-unreachable',
    'server-failed',
    'target-invalid',
    'target-unreachable',
    'preflight-refused',
    'disk-full',
    'file-unusable',
    'proof-failed',
    'nothing-found',
    'consent-needed',
  ],
  findings: {
    warning: 'it is done or written, and something that went along with a dropped table is not brought back',
    critical: 'does not occur',
  },
  privileged: true,
  load: () => import('../commands/rescue.ts'),
};
