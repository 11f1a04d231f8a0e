import type { NotifyChannel } from '../../src/config/configuration.ts';
import type { KnownFinding } from '../../src/model/finding.ts';

/** A channel with every default. */
export function notifyChannel(change: Partial<NotifyChannel> = {}): NotifyChannel {
  return {
    name: 'ops',
    kind: 'webhook',
    target: { kind: 'literal', value: 'http://127.0.0.1:1/hook' },
    on: ['critical', 'warning', 'resolved'],
    stanzas: [],
    wait: 30,
    repeat: { critical: 4 * 3600, warning: 24 * 3600 },
    every: undefined,
    signingSecret: undefined,
    mail: undefined,
    url: undefined,
    caFile: undefined,
    proxy: undefined,
    ...change,
  };
}

/** A critical finding of stanza main that is there since the given time, epoch milliseconds. */
export function knownFinding(since: number, change: Partial<KnownFinding> = {}): KnownFinding {
  return {
    rule: 'archive-not-arriving',
    severity: 'critical',
    subject: 'stanza main, repository offsite',
    stanza: 'main',
    repository: 'offsite',
    problem: 'no WAL arrives',
    evidence: 'the last segment came 12 minutes ago',
    remedy: 'Run holdfast check.',
    since,
    lastSeenAt: since,
    endedAt: undefined,
    ...change,
  };
}
