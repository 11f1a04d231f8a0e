import type { findingPlace, Finding } from '../../model/finding.ts';
import {
  isSound,
  type InfoCopy,
  type InfoFilesObservation,
  type InfoPair,
} from '../info-files-observation.ts';

type Place = ReturnType<typeof findingPlace>;

/**
 * The files that say what is in a repository are kept twice, and pgBackRest takes the first good one without a word: with
 * the next damage nothing can be restored any more.
 */
export function judgeInfoCopies(place: Place, seen: InfoFilesObservation | undefined): Finding[] {
  return (seen?.pairs ?? []).filter((pair) => !isSound(pair)).map((pair) => judgePair(place, pair));
}

function judgePair(place: Place, { path, main, copy }: InfoPair): Finding {
  const subject = `${place.subject}, file ${path.replace(/.*\//, '')}`;
  const backup = `holdfast backup --type incr --stanza ${place.stanza} --repo ${place.repository}`;
  if (main.state === 'whole' && copy.state === 'whole') {
    return {
      rule: 'info-copies-differ',
      severity: 'warning',
      ...place,
      subject,
      problem: `the two copies of ${path} are whole and say different things; pgBackRest goes by the first`,
      evidence: compare(path, main, copy),
      remedy: `Take a backup, which writes both anew: ${backup}.`,
    };
  }
  const both = main.state !== 'whole' && copy.state !== 'whole';
  const bad = [describe(path, main), describe(`${path}.copy`, copy)].filter((text) => text !== undefined);
  return {
    rule: 'info-copy-damaged',
    severity: both ? 'critical' : 'warning',
    ...place,
    subject,
    problem: both
      ? `both copies of ${path} are bad: nothing can be restored from this repository`
      : `one of the two copies of ${path} is bad; pgBackRest uses the other one and does not say so`,
    evidence: bad.join('; '),
    remedy: both
      ? 'Do not run stanza-create or expire. Take a backup into another repository, and put a good copy of the file back from wherever one is.'
      : `Take a backup, which writes both anew from the good one: ${backup}. Then look for the cause: the disk, the file system, whoever copies the repository.`,
  };
}

function describe(path: string, copy: InfoCopy): string | undefined {
  if (copy.state === 'whole') return undefined;
  return copy.state === 'missing' ? `${path} is not there` : `${path}: ${copy.problem}`;
}

type WholeCopy = Extract<InfoCopy, { state: 'whole' }>;

function compare(path: string, main: WholeCopy, copy: WholeCopy): string {
  const only = (own: WholeCopy, other: WholeCopy): readonly string[] =>
    own.sets.filter((label) => !other.sets.includes(label));
  const told = [
    ...describeOnly(path, only(main, copy)),
    ...describeOnly(`${path}.copy`, only(copy, main)),
    ...(main.databaseId === copy.databaseId
      ? []
      : [`the newest database is ${main.databaseId} in the one and ${copy.databaseId} in the other`]),
  ];
  return told.length > 0 ? told.join('; ') : 'they list the same sets and databases; something else differs';
}

function describeOnly(path: string, labels: readonly string[]): string[] {
  const [first] = labels;
  if (first === undefined) return [];
  return [`only in ${path}: ${first}${labels.length === 1 ? '' : ` and ${labels.length - 1} more`}`];
}
