import { readCatalogue } from '../../engine/info.ts';
import { readReason } from '../../jobs/pins/read-reason.ts';
import { Failure } from '../../model/failure.ts';
import { findingsExitCode, type Finding } from '../../model/finding.ts';
import type { ArchiveDocument, TimelineDocument } from '../../status/document-archive.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandInput, CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { type ArchivesToSee, seeArchives } from '../look-at-archives.ts';
import { formatTable } from '../output/format-table.ts';

/** Findings that are about who wrote what is in an archive. */
const ownRules: ReadonlySet<string> = new Set([
  'foreign-timeline',
  'foreign-wal',
  'wal-duplicate',
  'timeline-unknown',
  'archive-unknown',
]);

/** `holdfast timelines`. */
export const run: CommandModule['run'] = async (input, context) => {
  const stanza = await context.stanza();
  const repositories = chooseRepositories(stanza, input.values('repo'));
  const accepted = await accept({ stanza, repositories }, input, context);
  const fresh = input.flag('now') || accepted !== undefined;
  const archives = await seeArchives({ stanza, repositories }, context, { fresh });
  const findings = archives.flatMap((one) => one.findings).filter(({ rule }) => ownRules.has(rule));
  return {
    data: {
      stanza: stanza.name,
      ...(accepted === undefined ? {} : { accepted }),
      repositories: archives.map(({ repository, observedAt, unknown, followed, timelines, foreign }) => ({
        repository,
        observedAt,
        unknown,
        followed,
        timelines,
        foreign,
      })),
      findings,
    },
    text: timelineTable(archives) + describeFindings(findings),
    exitCode: findingsExitCode(findings),
  };
};

/** @returns the timeline; undefined when nothing is to be accepted. @throws Failure usage, nothing-found */
async function accept(
  places: ArchivesToSee,
  input: CommandInput,
  context: CommandContext,
): Promise<number | undefined> {
  const [text, because] = [input.value('accept'), readReason(input.value('because'))];
  if (text === undefined && because === undefined) return undefined;
  if (text === undefined || because === undefined)
    throw incomplete(text === undefined ? 'accept' : 'because');
  const timeline = readTimeline(text);
  const { stanza, repositories } = places;
  const before = await seeArchives(places, context, { fresh: true });
  const seen = before.flatMap(({ timelines }) => timelines).filter((one) => one.timeline === timeline);
  if (seen.length === 0) {
    throw new Failure('nothing-found', {
      operation: `accept timeline ${timeline} of stanza ${stanza.name}`,
      place: repositories.map(({ name }) => name).join(', '),
      problem: 'nothing of it is in the archives that could be seen',
      hint: 'Look at `holdfast timelines`: it lists those that are there.',
    });
  }
  const [journal, engine, actor] = await Promise.all([context.journal(), context.engine(), context.actor()]);
  const { signal, onSpawn } = context;
  const { databases } = await readCatalogue(engine, stanza.name, { signal, onSpawn });
  for (const systemIdentifier of new Set(databases.map((database) => database.systemIdentifier)))
    journal.timelines.accept(stanza.name, systemIdentifier, timeline, because, context.now());
  journal.audit.append({
    actor,
    action: 'timeline accepted',
    stanza: stanza.name,
    runId: undefined,
    details: { timeline, because, standing: [...new Set(seen.map(({ standing }) => standing))] },
  });
  return timeline;
}

/** Decimal, as PostgreSQL and pgBackRest take it. @throws Failure usage */
function readTimeline(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text) && Number(text) <= 0xffff_ffff) return Number(text);
  throw new Failure('usage', {
    operation: 'read --accept',
    problem: `${text} is not the number of a timeline`,
    hint: 'Write it in decimal, as `holdfast timelines` shows it: --accept 3.',
  });
}

function incomplete(missing: string): Failure {
  return new Failure('usage', {
    operation: 'accept a timeline',
    problem: `--${missing} is missing`,
    hint: 'Say which and why: holdfast timelines --accept 3 --because "restored by hand in May, never used".',
  });
}

function timelineTable(archives: readonly ArchiveDocument[]): string {
  const rows = archives.flatMap((archive) => archive.timelines.map((one) => rowOf(archive, one)));
  if (rows.length === 0) return 'no archive that could be seen has a timeline\n';
  return formatTable(
    [
      { title: 'repository' },
      { title: 'timeline', align: 'right' },
      { title: 'standing' },
      { title: 'left', align: 'right' },
      { title: 'segments', align: 'right' },
      { title: 'first' },
      { title: 'last' },
      { title: 'last stored' },
    ],
    rows,
  );
}

function rowOf({ repository }: ArchiveDocument, timeline: TimelineDocument): string[] {
  const { standing, parent, segments, firstSegment, lastSegment, lastStoredAt } = timeline;
  return [
    repository,
    String(timeline.timeline),
    standing,
    parent === undefined ? '-' : String(parent),
    String(segments),
    firstSegment ?? '-',
    lastSegment ?? '-',
    lastStoredAt === undefined ? '-' : `${lastStoredAt.slice(0, 19).replace('T', ' ')} UTC`,
  ];
}

function describeFindings(findings: readonly Finding[]): string {
  return findings
    .map(
      ({ severity, rule, subject, problem, evidence, remedy }) =>
        `\n${severity} ${rule}: ${problem}\n  ${subject}\n  ${evidence}\n  ${remedy}\n`,
    )
    .join('');
}
