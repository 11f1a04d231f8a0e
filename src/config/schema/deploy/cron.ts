import { timezone } from '../cron.ts';
import { absolutePath, oneOf, text } from '../scalars.ts';
import { section } from '../section.ts';

/** Which cron reads the file: only cronie knows CRON_TZ. */
const kinds = ['debian', 'cronie'] as const;

/** What only this target needs. */
export const cronSchema = section({
  kind: oneOf(kinds).prefault('debian').meta({
    description:
      "`debian`: Debian's and Ubuntu's cron, which keeps the clock of the host. `cronie`: that of Red Hat, SUSE and Arch, which knows `CRON_TZ`.",
  }),
  timezone: timezone().optional().meta({
    description:
      "Zone of the host's clock: schedules in this zone can be kept by a cron that knows no other.",
  }),
  program: absolutePath()
    .prefault('/usr/local/bin/holdfast')
    .meta({ description: 'Where Holdfast is installed.' }),
  config: absolutePath().optional().meta({
    description: 'Where holdfast.yaml is on the host; without it the place from which it was rendered.',
  }),
  directory: absolutePath()
    .prefault('/etc/holdfast/cron')
    .meta({ description: 'Where the scripts go that the crontab calls.' }),
  mailto: text('an address or a user, or several with commas between them')
    .prefault('root')
    .meta({ description: 'Who gets what a job that failed said (`MAILTO`).' }),
}).meta({ description: 'Settings of `holdfast render cron`.' });
