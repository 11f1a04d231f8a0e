import { judgeNow } from '../jobs/observe/judge-now.ts';
import { ConsulPusher } from '../notify/consul/consul-pusher.ts';
import type { DaemonParts } from './daemon-parts.ts';
import type { Daemon } from './daemon.ts';

/** Tells Consul what `/health` says: the same findings, judged in the same way. */
export function createConsulPusher(daemon: Daemon, { deps, log }: DaemonParts): ConsulPusher {
  const { clock, resolveSecret } = deps;
  const sources = daemon.healthSources();
  return new ConsulPusher({
    configuration: sources.configuration,
    judge: () => judgeNow(sources, clock.now()).findings,
    resolveSecret,
    now: () => clock.now(),
    clock,
    onBug: (error) => daemon.reportBug(error),
    onChange: (state, text) =>
      log({ level: state === 'failed' ? 'warning' : 'info', event: `consul-${state}`, text }),
  });
}
