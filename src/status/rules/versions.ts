import { isAtLeast, supportedEngineMinors } from '../../model/engine-version.ts';
import { findingPlace, type Finding } from '../../model/finding.ts';
import type { CheckObservations } from '../observations.ts';

/**
 * The pgBackRest release that first supported a PostgreSQL version: titles of its release notes
 * (`doc/xml/release`: 2.48 "PostgreSQL 16 Support", 2.53.1 "PostgreSQL 17 Support", 2.55.0 "… PostgreSQL 18 Support").
 */
const firstSupport: Readonly<Record<number, readonly [minor: number, patch: number]>> = {
  16: [48, 0],
  17: [53, 1],
  18: [55, 0],
};

/** Versions that are tested together. */
export function assessVersions(seen: CheckObservations): Finding[] {
  return [...assessEngineVersion(seen), ...assessServerVersion(seen)];
}

function assessEngineVersion({ engine }: CheckObservations): Finding[] {
  const { version } = engine;
  const { oldest, newest } = supportedEngineMinors;
  if (version.major === 2 && version.minor >= oldest && version.minor <= newest) return [];
  return [
    {
      rule: 'engine-untested',
      severity: 'warning',
      subject: 'pgBackRest',
      problem: 'Holdfast was not tested with this version of pgBackRest',
      evidence: `pgbackrest version: ${version.text}; tested: 2.${oldest} to 2.${newest}`,
      remedy: 'Update Holdfast, or install a tested version.',
    },
  ];
}

function assessServerVersion({ server, engine, stanza }: CheckObservations): Finding[] {
  if (server === undefined) return [];
  const newestKnown = Math.max(...Object.keys(firstSupport).map(Number));
  const first = firstSupport[server.major];
  const supported = first === undefined || isAtLeast(engine.version, first[0], first[1]);
  if (supported && server.major <= newestKnown) return [];
  const needed = first === undefined ? 'not known' : `2.${first[0]}${first[1] === 0 ? '' : `.${first[1]}`}`;
  return [
    {
      rule: first === undefined ? 'server-version-unknown' : 'server-version-unsupported',
      severity: first === undefined ? 'warning' : 'critical',
      ...findingPlace(stanza),
      problem: `pgBackRest ${engine.version.text} may not support PostgreSQL ${server.major}`,
      evidence: `the first version that does: ${needed}`,
      remedy: 'Install a newer pgBackRest on every host that takes part.',
    },
  ];
}
