import type { FindingMeaning } from './finding-meaning.ts';

/** Rules of rules/daemon.ts. */
export const daemonFindings: readonly FindingMeaning[] = [
  {
    rule: 'daemon-not-ready',
    seenBy: ['daemon'],
    means:
      'The daemon runs and cannot do its work: its journal is not open or cannot be written to (its disk is full, say), the loop of its scheduler has not turned for three of its turns, or it is ending.',
    matters:
      'Nothing that is scheduled begins: no backup, no expire, no verify. The age of the last backup grows. While the journal cannot be written to, messages wait as well, because they are sent from there: only `/health`, `/ready`, metrics, Consul and the command tell of it.',
    seeYourself: [
      'systemctl status holdfast',
      'journalctl -u holdfast -n 50',
      'curl -s http://127.0.0.1:9854/ready',
    ],
    do: 'Read the log. Restart the service; when it says so again, look at the space and the owner of its state directory.',
  },
  {
    rule: 'daemon-not-running',
    seenBy: ['daemon'],
    means:
      'holdfast.yaml has schedules, and nobody answers on the socket of its state directory. Only `holdfast status` says so, when it has to look by itself: a daemon that does not run says nothing, which is why a dead-man ping from outside is worth having.',
    matters: 'Nothing that is scheduled begins, nothing is watched, and no alert is sent.',
    seeYourself: ['systemctl status holdfast', 'ls -l /var/lib/holdfast/holdfast.sock'],
    do: 'Start the service. Where the daemon runs on another host by intent, run `holdfast status` there.',
  },
  {
    rule: 'configuration-refused',
    seenBy: ['daemon'],
    means:
      'holdfast.yaml was changed, and what it says now was refused. The daemon goes on with what it read before.',
    matters:
      'What the file says is not what happens. The next restart of the daemon would fail, and then nothing is scheduled at all.',
    seeYourself: ['holdfast config', 'journalctl -u holdfast | grep refused'],
    do: 'Run `holdfast config`, correct what it names, then `holdfast reload`.',
  },
  {
    rule: 'unit-failed',
    seenBy: ['daemon'],
    means:
      'A unit of systemd that `holdfast render systemd` has written failed: the daemon, of which systemd has given up, or the service of one line of the schedules where timers begin them. systemd tells it through `holdfast-alert@.service`, once; no message says later that it is over.',
    matters:
      'What the unit does was not done: a backup, a verify, a drill. Where it is the daemon, nothing that is scheduled begins.',
    seeYourself: ['systemctl --failed', 'journalctl -u holdfast-main-full.service -n 50', 'holdfast journal'],
    do: 'Read the log of the unit, put right what it names, and start the unit again by hand.',
  },
];
