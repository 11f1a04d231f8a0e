import type { Configuration } from '../../config/configuration.ts';
import type { DaemonObservation } from '../../status/daemon-observation.ts';
import type { CertificateObservation } from '../../status/certificate-observation.ts';
import type { ChannelObservation } from '../../status/delivery-observation.ts';
import type { HealthObservations } from '../../status/health-observations.ts';
import type { LeftCopy } from '../../status/left-copy.ts';
import type { Journal } from '../../store/journal.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';
import { readPast } from './read-past.ts';
import type { Watches } from './watches.ts';

/** What a running Holdfast knows by itself. */
export interface HealthSources {
  /** The one in use: another after a reload. */
  readonly configuration: () => Configuration;
  readonly observeDaemon: () => DaemonObservation;
  readonly journal: Journal;
  readonly watches: Pick<Watches, 'sightings' | 'archives' | 'primaries'>;
  /** How the delivery of alerts goes; undefined where nothing is delivered. */
  readonly channels?: (() => readonly ChannelObservation[]) | undefined;
  /** Copies that could not be removed; undefined where nobody removes them. */
  readonly leftCopies?: (() => readonly LeftCopy[]) | undefined;
  /** Certificates of pgBackRest's TLS on this host; undefined where nobody looks at them. */
  readonly certificates?: (() => readonly CertificateObservation[]) | undefined;
  /** Every line of the configured schedules. */
  readonly scheduleLines: () => readonly ScheduleLine[];
  /** Reads the past no more often than it changes; it is read each time unless given. */
  readonly past?: PastReader | undefined;
}

/** See `readPast`. */
export type PastReader = typeof readPast;

/**
 * Gathers what is known: memory and the journal are read, nobody is asked and nothing is started.
 *
 * @throws Failure journal-damaged
 */
export function observeHealth(sources: HealthSources): HealthObservations {
  return {
    daemon: sources.observeDaemon(),
    sightings: sources.watches.sightings(),
    archives: sources.watches.archives(),
    primaries: sources.watches.primaries(),
    channels: sources.channels?.() ?? [],
    leftCopies: sources.leftCopies?.(),
    certificates: sources.certificates?.(),
    ...(sources.past ?? readPast)(sources.configuration(), sources.journal, sources.scheduleLines()),
  };
}
