import { dirname, join } from 'node:path';
import type { Configuration, Stanza } from '../config/configuration.ts';
import { quoteForShell } from '../model/quote-for-shell.ts';
import { unifiedDiff } from '../engine/conf/unified-diff.ts';
import { nextRuns } from '../model/cron-times.ts';
import type { Repository } from '../model/repository.ts';
import { addRepositoryLike, maskValues, removeRepository } from './edit-repositories.ts';
import type { RotationPlan, RotationStep } from './rotation-plan.ts';
import { secretUses } from './secret-uses.ts';

/** What a rotation is planned for. */
export interface RotationRequest {
  readonly configuration: Configuration;
  /** The text that the configuration was read from. */
  readonly text: string;
  readonly stanza: Stanza;
  readonly repository: Repository;
  readonly now: Date;
}

const day = 86_400_000;

/**
 * Plans how a repository gets another passphrase. pgBackRest writes the passphrase of a repository's first file for
 * good (`src/info/info.c`): there is no command to change it, so a second repository takes over while the first runs
 * out. Pure.
 */
export function planRotation(request: RotationRequest): RotationPlan {
  const { configuration, text, stanza, repository, now } = request;
  const { file } = configuration;
  const name = successorOf(
    repository.name,
    stanza.repositories.map((other) => other.name),
  );
  const path = successorOf(
    repository.path,
    stanza.repositories.map((other) => other.path),
  );
  const passphraseFile = join(dirname(file), `${stanza.name}-${name}.passphrase`);
  const key = { stanza: stanza.name, name: repository.name };
  const added = addRepositoryLike(text, key, name, {
    path,
    encryption: { passphrase: `file:${passphraseFile}` },
  });
  const overlap = overlapOf(stanza, repository, now);
  // What is printed shows no secret that stands in the file itself.
  const literals = secretUses(configuration).flatMap(({ reference }) =>
    reference.kind === 'literal' ? [reference.value] : [],
  );
  const shown = (content: string): string => maskValues(content, literals);
  const steps = describeSteps({
    request,
    name,
    passphraseFile,
    overlapUntil: overlap.until,
    add: unifiedDiff(shown(text), shown(added), { before: file, after: `${file} with ${name}` }),
    remove: unifiedDiff(shown(added), shown(removeRepository(added, key)), {
      before: `${file} with ${name}`,
      after: `${file} without ${repository.name}`,
    }),
  });
  return {
    stanza: stanza.name,
    repository: repository.name,
    newRepository: { name, path, passphrase: `file:${passphraseFile}` },
    overlap: { ...overlap, from: now.toISOString() },
    steps,
    warnings: warningsFor(stanza, repository),
  };
}

/** `offsite` → `offsite-2`, `/pgbackrest-2` → `/pgbackrest-3`, past those that are taken. */
function successorOf(text: string, taken: readonly string[]): string {
  const base = text.replace(/-\d+$/, '');
  for (let number = 2; ; number += 1) {
    const next = `${base}-${number}`;
    if (!taken.includes(next)) return next;
  }
}

/** Until the new repository reaches as far back as the old one must. */
function overlapOf(
  stanza: Stanza,
  { name, retention }: Repository,
  now: Date,
): { readonly until: string | undefined; readonly reason: string } {
  const { full } = retention;
  if (full === undefined) {
    return {
      until: undefined,
      reason: `Repository ${name} has no retention: it never runs out. Remove it when nobody needs what only it can restore.`,
    };
  }
  if (full.by === 'time') {
    const until = new Date(now.getTime() + full.days * day).toISOString();
    return {
      until,
      reason: `Repository ${name} must reach ${full.days} days back; the new one does when its first full backup is that old.`,
    };
  }
  const entry = stanza.schedule.find(
    ({ job, repositories }) => job === 'full' && (repositories.length === 0 || repositories.includes(name)),
  );
  if (entry === undefined) {
    return {
      until: undefined,
      reason: `Repository ${name} keeps ${full.count} full backups and no schedule says when they are made: wait until the new one has taken ${full.count} more after its first.`,
    };
  }
  const until = nextRuns(entry, now, full.count).at(-1)?.toISOString();
  return {
    until,
    reason: `Repository ${name} keeps ${full.count} full backups (schedule ${entry.cron}); the new one reaches as far back when ${full.count} more were taken after its first.`,
  };
}

interface StepFacts {
  readonly request: RotationRequest;
  readonly name: string;
  readonly passphraseFile: string;
  readonly overlapUntil: string | undefined;
  readonly add: string;
  readonly remove: string;
}

function describeSteps({
  request,
  name,
  passphraseFile,
  overlapUntil,
  add,
  remove,
}: StepFacts): RotationStep[] {
  const { configuration, stanza, repository } = request;
  const holdfast = (words: string): string =>
    `holdfast ${words} --config ${quoteForShell(configuration.file)} --stanza ${quoteForShell(stanza.name)}`;
  const old = repository.name;
  const step = (
    kind: RotationStep['name'],
    title: string,
    why: string,
    rest: { commands?: readonly string[]; diff?: string; notBefore?: string | undefined } = {},
  ): RotationStep => ({
    name: kind,
    title,
    why,
    commands: rest.commands ?? [],
    diff: rest.diff,
    notBefore: rest.notBefore,
  });
  return [
    step(
      'generate',
      'make the new passphrase',
      'Keep a copy of it elsewhere before anything is written with it.',
      {
        commands: [
          holdfast(`secrets generate --repository ${name} --output ${quoteForShell(passphraseFile)}`),
        ],
      },
    ),
    step(
      'add',
      `add repository ${name} to holdfast.yaml`,
      `It is like ${old} but for its path and its passphrase, and stands last, so that no other changes its number.`,
      { diff: add, commands: [holdfast('config --check')] },
    ),
    step(
      'fill',
      `let ${name} take WAL and a first full backup`,
      'Setup makes the stanza there and takes the backup. From here on WAL goes into both: pgBackRest archives into every repository of the stanza.',
      { commands: [holdfast('setup'), holdfast('check')] },
    ),
    step(
      'prove',
      `see that ${name} opens, and what a restore from it would do`,
      'Best prove it by a restore into another directory: leave --plan out.',
      {
        commands: [
          holdfast('secrets check'),
          holdfast(`restore --repo ${name} --to latest --into /var/tmp/${stanza.name}-${name} --plan`),
        ],
      },
    ),
    step(
      'overlap',
      'keep both until the new one reaches as far back',
      'Backups go on in both. A moment before the first backup of the new one can be restored only from the old one, with the old passphrase.',
    ),
    step(
      'remove',
      `take ${old} out of holdfast.yaml`,
      'The numbers of the repositories after it change by one; names do not.',
      {
        notBefore: overlapUntil,
        diff: remove,
        commands: [holdfast('config --check'), holdfast('setup'), holdfast('check')],
      },
    ),
    step(
      'clean-up',
      `delete what ${old} holds, and then its passphrase`,
      `Holdfast deletes neither. ${repository.path} stays until you remove it; keep the old passphrase as long as a copy of it exists anywhere.`,
      { notBefore: overlapUntil },
    ),
  ];
}

function warningsFor(stanza: Stanza, repository: Repository): string[] {
  const named = stanza.schedule.filter(({ repositories }) => repositories.includes(repository.name));
  return [
    'If the old passphrase is in wrong hands: rotation protects what is written from now on. What was copied with it can be read for ever; delete the old repository as early as you can bear.',
    'While both are kept the store holds nearly twice as much, and each backup is taken twice.',
    ...named.map(
      ({ job }) => `The schedule of ${job} names ${repository.name}: write the new name beside it there.`,
    ),
    ...(repository.host === undefined
      ? []
      : [
          `The repository is on ${repository.host.address}: make the change, the passphrase file and \`holdfast setup\` there too.`,
        ]),
    ...(repository.encryption === undefined
      ? [
          'The old repository is not encrypted: what it holds can be read by whoever reads the store, until it is deleted.',
        ]
      : []),
  ];
}
