import type { FindingMeaning } from './finding-meaning.ts';

/** Rules of rules/objectives.ts. The age of backups is judged with the backups. */
export const objectiveFindings: readonly FindingMeaning[] = [
  {
    rule: 'rpo-exceeded',
    seenBy: ['primary', 'archive'],
    means:
      'If the primary were gone, more would be lost than `objectives.rpo` allows: WAL of that age was written and cannot be restored from this repository, because it is not there or lies behind a hole. Only what certainly was written counts.',
    matters: 'This is the loss that you said must not happen, as it would be now.',
    seeYourself: [
      'holdfast windows',
      'psql -Atc "SELECT pg_current_wal_insert_lsn()"',
      'pgbackrest --stanza=main --repo=1 repo-ls --recurse archive/main/15-1 | sort | tail -1',
    ],
    do: 'Look at the other findings about this repository: behind a hole only a new backup helps; an archive that is behind catches up when its cause is gone. Without other findings lower archive_timeout (`holdfast setup` takes half of the objective).',
  },
  {
    rule: 'rpo-unknown',
    seenBy: ['primary', 'archive'],
    means:
      'There is an objective, and how much would be lost could not be measured: the primary or the archive cannot be seen, or nothing tells up to when can be restored. Unknown is not kept.',
    matters: 'Nobody can say that the objective holds.',
    seeYourself: ['holdfast status', 'holdfast windows'],
    do: 'Remove what keeps Holdfast from looking (the evidence and other findings name it). Where heartbeats are off, switch them on.',
  },
  {
    rule: 'rto-exceeded',
    seenBy: ['daemon'],
    means:
      'The last restore that ended well took longer than `objectives.rto` allows, or would take longer by what the last drill measured, whichever was later.',
    matters: 'The next one will probably take as long, at a moment in which somebody waits for it.',
    seeYourself: ['holdfast journal --kind restore'],
    do: 'More processes (`process-max`), a repository that is nearer, and full backups more often make restores shorter. Where the data directory is still there, a delta restore copies only what differs.',
  },
  {
    rule: 'rto-not-measured',
    seenBy: ['daemon'],
    means:
      'There is an objective for the time that a restore takes, and the journal of this host has neither a restore that ended well nor a drill that measured it. That is advice: nothing is known to be wrong, and nothing is known to be right.',
    matters: 'An objective that was never measured is a wish.',
    seeYourself: ['holdfast journal --kind restore', 'holdfast report trends'],
    do: 'Drill once: `holdfast drill`.',
  },
  {
    rule: 'drill-failed',
    seenBy: ['daemon'],
    means:
      'The last drill of this repository failed: the set could not be restored, the server did not come up or did not reach its moment, or a check found something wrong. Interrupted drills, and those that could not be done (no room, no way to the repository), do not count.',
    matters: 'A restore of production would meet the same, at the moment in which it is needed.',
    seeYourself: ['holdfast report', 'holdfast report show drill-20261121T050000Z-3f2a', 'holdfast verify'],
    do: 'The report says which check failed and what it saw. Take a full backup if the set is bad, look at `holdfast windows` if WAL is missing, repair production if the damage is older than the backups. It ends with a drill of the same repository that passes.',
  },
  {
    rule: 'drill-too-old',
    seenBy: ['archive'],
    means:
      'The last set that was proven by restoring it was proven longer ago than `objectives.drillAge` allows.',
    matters: 'What has changed since is unproven: the engine, the settings, the data, the keys.',
    seeYourself: ['pgbackrest --stanza=main --output=json info | grep -o "holdfast-proven[^,]*"'],
    do: 'Drill one (`holdfast drill`), and put `schedule.drill` into holdfast.yaml, so that it is done from then on.',
  },
  {
    rule: 'drill-not-measured',
    seenBy: ['archive'],
    means:
      'There is an objective for the age of the last drill, and no set in any repository carries a proof. That is advice, because nothing is known to be wrong.',
    matters: 'A backup that was never restored is a hope.',
    seeYourself: ['pgbackrest --stanza=main --output=json info | grep -o "holdfast-proven[^,]*"'],
    do: 'Drill one (`holdfast drill`), and put `schedule.drill` into holdfast.yaml, so that it is done from then on.',
  },
];
