import type { FindingMeaning } from './finding-meaning.ts';

/** Rules of rules/runs.ts. */
export const runFindings: readonly FindingMeaning[] = [
  {
    rule: 'last-run-failed',
    seenBy: ['daemon'],
    means: 'The last run of this kind failed.',
    matters:
      'What it was to do has not been done. A check that fails could not look; what one finds has findings of its own.',
    seeYourself: ['holdfast journal --limit 5', 'ls -t /var/log/pgbackrest | head'],
    do: "`holdfast journal RUN` has the reason and the engine's log. It ends when a run of this kind ends well.",
  },
  {
    rule: 'restore-unfinished',
    seenBy: ['daemon'],
    means: 'A restore or undo stopped in its middle, and the process that ran it is gone.',
    matters: 'The cluster is neither what it was nor what it was to become.',
    seeYourself: ['holdfast journal RUN', 'ls -d DATA_DIRECTORY*'],
    do: '`holdfast restore --resume RUN` goes on, `holdfast undo RUN` goes back. Touch nothing by hand before.',
  },
  {
    rule: 'copy-left-behind',
    seenBy: ['daemon'],
    means:
      'A clone whose time is over, or a copy of a drill or search that was killed, could not be removed. Its server may still run.',
    matters: 'It takes room and memory. It never archives and nothing of production depends on it.',
    seeYourself: ['holdfast clones', 'ls -la COPIES_DIRECTORY   # copies.directory of holdfast.yaml'],
    do: 'The finding says what stands in the way: a directory that is not the copy any more, rights, a server that does not stop. Remove that; the daemon tries again each minute, and `holdfast clone drop` with the id does it at once.',
  },
  {
    rule: 'schedule-failed',
    seenBy: ['daemon'],
    means: 'What a line of the schedule did at its last time failed.',
    matters: 'A backup, expire or verify is missing.',
    seeYourself: ['holdfast schedule', 'holdfast journal --limit 5'],
    do: "`holdfast journal RUN` has the reason. It ends with the line's next time that goes well.",
  },
  {
    rule: 'schedule-missed',
    seenBy: ['daemon'],
    means:
      'The last time of a line of the schedule passed without its job: the job before it still ran, or the daemon did not.',
    matters: 'A backup, expire or verify is missing.',
    seeYourself: ['holdfast schedule', 'journalctl -u holdfast --since yesterday'],
    do: 'Give jobs more time between each other, or find out why the daemon did not run. `holdfast backup` makes good what is missing now.',
  },
];
