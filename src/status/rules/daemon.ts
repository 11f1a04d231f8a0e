import { formatElapsed } from '../../model/duration.ts';
import type { Finding } from '../../model/finding.ts';
import type { DaemonObservation } from '../daemon-observation.ts';
import type { Observations } from '../health-observations.ts';

/** Turns that the scheduler's loop may miss until it counts as stuck: the machine may have been asleep for one. */
const missedTurns = 3;

/** Whether the process is one that works: its loop turned lately. Says so of itself only. */
export function isLive({ sinceTickMs, tickEveryMs }: DaemonObservation): boolean {
  return sinceTickMs === undefined || sinceTickMs <= missedTurns * tickEveryMs;
}

/** Why the daemon cannot do its work. Empty when it is ready. */
export function explainNotReady(daemon: DaemonObservation): readonly string[] {
  return [
    ...(daemon.journalOpen ? [] : ['the journal is not open']),
    ...(daemon.journalProblem === undefined
      ? []
      : [`the journal cannot be written to (${daemon.journalProblem})`]),
    ...(daemon.schedulerRunning ? [] : ['the scheduler does not run']),
    ...(daemon.schedulerRunning && daemon.sinceTickMs === undefined
      ? ['the scheduler has not looked yet']
      : []),
    ...(isLive(daemon) ? [] : ['the scheduler is stuck']),
    ...(daemon.stopping ? ['it was told to end'] : []),
  ];
}

/** Holdfast itself: its loop turns, and the configuration is the one in the file. */
export function assessDaemon(daemon: DaemonObservation): Finding[] {
  return [...judgeReadiness(daemon), ...judgeReload(daemon)];
}

/** Schedules that nobody keeps. Where there are none (jobs come from cron, say), a daemon may be missing. */
export function assessNoDaemon({
  schedules,
  stateDirectory,
}: NonNullable<Observations['withoutDaemon']>): Finding[] {
  if (schedules === 0) return [];
  return [
    {
      rule: 'daemon-not-running',
      severity: 'warning',
      subject: 'daemon',
      problem: 'no daemon keeps the schedules',
      evidence: `nothing answers on holdfast.sock in ${stateDirectory}; schedules in holdfast.yaml: ${schedules}`,
      remedy: 'Start the service that runs holdfast serve, on the host that is to keep the schedules.',
    },
  ];
}

function judgeReadiness(daemon: DaemonObservation): Finding[] {
  const reasons = explainNotReady(daemon);
  if (reasons.length === 0) return [];
  const { sinceTickMs } = daemon;
  const turned =
    sinceTickMs === undefined
      ? 'never'
      : `${formatElapsed(sinceTickMs)} ago, expected every ${formatElapsed(daemon.tickEveryMs)}`;
  return [
    {
      rule: 'daemon-not-ready',
      severity: 'critical',
      subject: 'daemon',
      problem: 'the daemon does not begin what is scheduled',
      evidence: `${reasons.join('; ')}; last turn of the scheduler: ${turned}`,
      remedy: 'Read the log of the service, and restart it.',
    },
  ];
}

function judgeReload({ configuration }: DaemonObservation): Finding[] {
  const { refused, loadedAt } = configuration;
  if (refused === undefined || refused.at < loadedAt) return [];
  return [
    {
      rule: 'configuration-refused',
      severity: 'warning',
      subject: 'daemon',
      problem: 'holdfast.yaml was changed and refused: the daemon goes on with the old one',
      evidence: `${refused.problem} (at ${new Date(refused.at).toISOString()})`,
      remedy: 'Run holdfast config, correct what it says, and run holdfast reload.',
    },
  ];
}
