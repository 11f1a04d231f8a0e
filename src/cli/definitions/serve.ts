import type { CommandDefinition } from '../command-definition.ts';

export const serveDefinition: CommandDefinition = {
  name: 'serve',
  summary: 'keep the schedules of every stanza, and answer health and metrics',
  description: [
    'Stays in the foreground and says on stderr what happens, one line an event; with --json one JSON document a line. Runs that were missed while it was down are made up for, and what an earlier one left behind is brought to its end.',
    'SIGHUP or `holdfast reload` reads the configuration again: an invalid one is refused and the old one goes on. SIGTERM or Ctrl-C ends it: nothing more begins, running jobs are stopped gracefully (an interrupted backup is taken up by the next run), and the exit code is 0.',
    'Other commands find it by its socket in the state directory and have their work done by its queue. Under systemd it reports readiness, reloads and signs of life.',
  ],
  arguments: [],
  options: [
    {
      name: 'drain',
      value: 'DURATION',
      description: 'how long running jobs may go on after a stop was asked for, before they are stopped',
      otherwise: '0s: they are stopped at once',
    },
    {
      name: 'stop-timeout',
      value: 'DURATION',
      description: 'how long jobs that were stopped may take to end before they are killed',
      otherwise: '60s',
    },
  ],
  examples: [
    { command: 'holdfast serve', explanation: 'until Ctrl-C' },
    { command: 'holdfast serve --drain 2h', explanation: 'a stop lets a running backup end first' },
  ],
  failures: [
    'not-permitted',
    'engine-missing',
    'engine-unsupported',
    'secret-unavailable',
    'daemon-running',
    'listen-failed',
    'file-unusable',
    'journal-damaged',
  ],
  privileged: true,
  load: () => import('../commands/serve.ts'),
};
