import {
  at,
  graph,
  noneIsBetter,
  noneIsGood,
  of,
  oneIsWanted,
  query,
  since,
  stat,
  where,
} from './build-panels.ts';
import type { PanelRow } from './dashboard-panel.ts';

/** What to look at first. */
export const overview: PanelRow = {
  title: 'Can we get it back?',
  panels: [
    stat(
      'Critical findings',
      'sum(holdfast_findings{severity="critical", stanza=~"$stanza|"}) or vector(0)',
      'What the assessment of Holdfast says; it is the only place that judges.',
      { thresholds: noneIsGood },
    ),
    stat(
      'Warnings',
      'sum(holdfast_findings{severity="warning", stanza=~"$stanza|"}) or vector(0)',
      'What should be looked at.',
      { thresholds: noneIsBetter },
    ),
    stat('Holdfast is ready', 'min(holdfast_ready)', '0: nothing is scheduled and nothing is watched.', {
      unit: 'bool_yes_no',
      thresholds: oneIsWanted,
    }),
    stat(
      'Repositories are known',
      `min(holdfast_repositories_known${of})`,
      '0: nobody could look, and what is shown elsewhere is missing.',
      { unit: 'bool_yes_no', thresholds: oneIsWanted },
    ),
    stat(
      'Holes',
      `sum(holdfast_holes${at}) or vector(0)`,
      'Places where WAL is missing inside of what is claimed: no moment in one can be restored.',
      { thresholds: noneIsGood },
    ),
    stat(
      'Will run full',
      `count(holdfast_forecast_timestamp_seconds${at}) or vector(0)`,
      'What will be full, be dropped or fall below its retention if all goes on as it does.',
      { thresholds: noneIsBetter },
    ),
    {
      title: 'What is wrong',
      description: 'Each finding, with since when. No rows: nothing is wrong.',
      form: 'table',
      unit: 'dateTimeFromNow',
      queries: [query('holdfast_finding_since_timestamp_seconds{stanza=~"$stanza|"} * 1000', '{{rule}}')],
      width: 24,
      height: 6,
    },
  ],
};

/** To when each repository can restore, and how that is known. */
export const windows: PanelRow = {
  title: 'Windows and proofs',
  panels: [
    graph(
      'Restorable until',
      's',
      [query(since('holdfast_restorable_until_timestamp_seconds', at))],
      'How long ago the newest moment is to which each repository can restore.',
    ),
    graph(
      'Loss if production were gone now',
      's',
      [
        query(`holdfast_rpo_at_least_seconds${at}`, `${where} at least`),
        query(`holdfast_rpo_at_most_seconds${at}`, `${where} at most`),
        query(`holdfast_rpo_objective_seconds${of}`, '{{stanza}} objective'),
      ],
      'Measured RPO between its bounds.',
    ),
    graph(
      'Time since a restore was proven',
      's',
      [
        query(since('holdfast_last_proof_timestamp_seconds', at)),
        query(`holdfast_drill_age_objective_seconds${of}`, '{{stanza}} objective'),
      ],
      'Since a restore from a set that is still there was tried with success.',
    ),
    graph(
      'Stretches without a hole',
      'short',
      [query(`holdfast_contiguous_windows${at}`)],
      'One is right; none means that nothing can be restored.',
    ),
  ],
};

/** What drills have shown. */
export const drills: PanelRow = {
  title: 'Drills',
  panels: [
    stat('Last drill passed', `holdfast_last_drill_passed${at}`, 'By repository.', {
      unit: 'bool_yes_no',
      legend: where,
      thresholds: oneIsWanted,
    }),
    stat('Last drill', `holdfast_last_drill_timestamp_seconds${at} * 1000`, 'When it ended.', {
      unit: 'dateTimeFromNow',
      legend: where,
    }),
    stat('Proven sets', `holdfast_proven_sets${at}`, 'Sets from which a restore was tried with success.', {
      legend: where,
      thresholds: oneIsWanted,
    }),
    graph(
      'How long a restore takes',
      's',
      [
        query(`holdfast_drill_rto_seconds${at}`, `${where} by the last drill`),
        query(`holdfast_rto_objective_seconds${of}`, '{{stanza}} objective'),
      ],
      'What the last drill measured, for a restore of production.',
    ),
    graph(
      'Speed of the last drill',
      'Bps',
      [query(`holdfast_drill_restore_bytes_per_second${at}`)],
      'Bytes of the cluster that it restored each second.',
    ),
  ],
};
