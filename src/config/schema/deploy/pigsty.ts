import { oneOf, scalar, text } from '../scalars.ts';
import { section } from '../section.ts';

const version = scalar<3 | 4>({
  expected: '3 or 4',
  remedy: 'Write the first number of the version that `version` of pigsty.yml has.',
  json: { enum: [3, 4] },
  read: (value) => (value === 3 || value === 4 ? value : undefined),
});

/** What only this target needs. */
export const pigstySchema = section({
  version: version.prefault(4).meta({ description: 'Pigsty 3 or 4: they differ in where schedules stand.' }),
  runner: oneOf(['pg-backup', 'holdfast']).prefault('pg-backup').meta({
    description:
      "What schedules start on the nodes: Pigsty's own `pg-backup` and pgbackrest, for backups only, or `holdfast`, which must be installed there and does every kind of job.",
  }),
  timezone: text('a time zone').prefault('UTC').meta({
    description: 'Time zone of the nodes, which their crontab goes by (`node_timezone` of Pigsty).',
  }),
}).meta({ description: 'Settings of `holdfast render pigsty`.' });
