import { absolutePath, duration, oneOf } from '../scalars.ts';
import { section } from '../section.ts';

/** What begins the jobs. */
const forms = ['daemon', 'timers'] as const;

/** What only this target needs. */
export const systemdSchema = section({
  form: oneOf(forms).prefault('daemon').meta({
    description:
      '`daemon`: one service that keeps the schedules. `timers`: no daemon, a service and a timer for each line of the schedules (docs/deploy-systemd.md says what is missing then).',
  }),
  program: absolutePath()
    .prefault('/usr/local/bin/holdfast')
    .meta({ description: 'Where Holdfast is installed.' }),
  config: absolutePath().optional().meta({
    description: 'Where holdfast.yaml is on the host; without it the place from which it was rendered.',
  }),
  directory: absolutePath().prefault('/etc/systemd/system').meta({ description: 'Where the units go.' }),
  environmentFile: absolutePath().optional().meta({
    description: 'A file with the variables of secrets, which systemd reads as root (`EnvironmentFile=`).',
  }),
  drain: duration()
    .optional()
    .meta({
      description:
        'How long running jobs may go on when the daemon is stopped; without it they are stopped at once.',
      examples: ['2h'],
    }),
}).meta({ description: 'Settings of `holdfast render systemd`.' });
