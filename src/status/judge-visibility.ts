import type { Configuration } from '../config/configuration.ts';
import type { Finding } from '../model/finding.ts';
import type { ArchiveSighting } from './archive-observation.ts';
import { findMeaning } from './findings/all-findings.ts';
import type { Look } from './findings/finding-meaning.ts';
import type { Visibility } from './follow-findings.ts';
import type { Observations, RepositorySighting } from './health-observations.ts';
import { explainUnknown, type Sighting } from './sighting.ts';

const seenState: Visibility = { state: 'seen' };

/** Whether the looks that show a finding can be believed now: see `FindingMeaning.seenBy`. Pure. */
export function judgeVisibility(
  finding: Finding,
  configuration: Configuration,
  seen: Observations,
  now: number,
): Visibility {
  const meaning = findMeaning(finding.rule);
  if (meaning === undefined || !isConfigured(finding, configuration)) return { state: 'gone' };
  const states = meaning.seenBy.flatMap((look) => judgeLook(look, finding, seen, now));
  const state = (wanted: Visibility['state']): Visibility | undefined =>
    states.find((candidate) => candidate.state === wanted);
  return state('unknown') ?? state('pending') ?? seenState;
}

function isConfigured({ stanza: name, repository }: Finding, { stanzas }: Configuration): boolean {
  if (name === undefined) return true;
  const stanza = stanzas.find((candidate) => candidate.name === name);
  if (stanza === undefined) return false;
  return repository === undefined || stanza.repositories.some((candidate) => candidate.name === repository);
}

/** Of every sighting that the finding may come from: without a repository all of its stanza. */
function judgeLook(
  look: Look,
  { stanza, repository }: Finding,
  seen: Observations,
  now: number,
): Visibility[] {
  const ofStanza = (sighting: { readonly stanza: string }): boolean =>
    stanza === undefined || sighting.stanza === stanza;
  switch (look) {
    case 'check':
    case 'daemon':
      return [seenState];
    case 'catalogue':
      return (seen.sightings ?? [])
        .filter(ofStanza)
        .map((sighting) => judgeCatalogue(sighting, repository, now));
    case 'archive':
      return (seen.archives ?? [])
        .filter(ofStanza)
        .filter((sighting) => repository === undefined || sighting.repository === repository)
        .map((sighting) => judgeArchive(sighting, now));
    case 'primary':
      return (seen.primaries ?? []).filter(ofStanza).map(({ primary }) => judgeSighting(primary, now));
  }
}

function judgeCatalogue(
  { catalogue }: RepositorySighting,
  repository: string | undefined,
  now: number,
): Visibility {
  const whole = judgeSighting(catalogue, now);
  if (whole.state !== 'seen' || repository === undefined) return whole;
  const told = catalogue.value?.repositories.find(({ name }) => name === repository);
  if (told === undefined) return { state: 'unknown', why: 'not looked at yet' };
  if (told.code === undefined)
    return {
      state: 'unknown',
      why: told.message === '' ? 'pgbackrest info did not mention it' : told.message,
    };
  // 99: the repository could not be read, so nothing is known of its sets (info.c, INFO_STANZA_STATUS_CODE_OTHER).
  return told.code === 99 ? { state: 'unknown', why: `pgbackrest info: ${told.message}` } : whole;
}

/** Without production's timeline nothing can be said of holes. */
function judgeArchive({ archive }: ArchiveSighting, now: number): Visibility {
  const whole = judgeSighting(archive, now);
  if (whole.state !== 'seen' || archive.value?.windows !== undefined) return whole;
  return { state: 'unknown', why: 'the timeline of production is not known' };
}

function judgeSighting(sighting: Sighting<unknown>, now: number): Visibility {
  const why = explainUnknown(sighting, now);
  if (why === undefined) return seenState;
  const untried = sighting.observedAt === undefined && sighting.failure === undefined;
  return { state: untried ? 'pending' : 'unknown', why };
}
