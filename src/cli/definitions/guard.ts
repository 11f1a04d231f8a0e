import { runsOn } from '../../model/schedule.ts';
import type { CommandDefinition } from '../command-definition.ts';

export const guardDefinition: CommandDefinition = {
  name: 'guard',
  summary: 'say whether this host is the one that a scheduled job runs on now',
  description: [
    'For timers, crontabs and CronJobs that begin jobs on every member of a cluster: the daemon judges the same by itself. With Patroni its REST API is asked, which knows who holds the lock of the leader; without it the local server, whether it is in recovery. A host that has no server of the stanza works for all of the cluster. In a blackout of the stanza nothing runs.',
    'Exit code 0: run it. 1: not here, or not now; the reason is printed. Anything else: it is not known, and that is a failure. ExecCondition of systemd takes all codes up to 254 for "not here", so that a unit must turn what is above 1 into 255, as `holdfast render systemd` does.',
  ],
  arguments: [],
  options: [
    {
      name: 'on',
      value: 'ROLE',
      description: 'the member that is to run it',
      choices: runsOn,
      otherwise:
        'with --line that of the line; leader where the stanza has Patroni or several nodes, any elsewhere',
    },
    {
      name: 'line',
      value: 'LINE',
      description:
        'the line of the schedule that is begun, as `holdfast schedule` writes it: it says for which member, and it is left out when a greater backup of the same time does its work',
    },
  ],
  examples: [
    {
      command: 'holdfast guard --stanza main --on leader --quiet && holdfast backup --stanza main --yes',
      explanation: 'a backup on the leader only, in a crontab that all members have',
    },
  ],
  failures: ['not-permitted', 'stanza-missing', 'server-unreachable', 'nothing-found'],
  findings: { warning: 'it is not to run here now', critical: 'not used' },
  privileged: true,
  load: () => import('../commands/guard.ts'),
};
