import { findAnchors } from '../../jobs/journal/repository-anchors.ts';
import { readAllSets, type UnreadableRepository } from '../../jobs/journal/read-all-sets.ts';
import { Failure } from '../../model/failure.ts';
import type { AuditAnchor } from '../../store/audit-trail.ts';
import type { CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { printable } from '../output/printable.ts';

/** `holdfast journal --verify`: the whole file, the chain of the trail, and the anchors in the repositories. */
export async function verifyJournal(context: CommandContext): Promise<CommandResult> {
  const journal = await context.journal();
  const damage = journal.findDamage();
  const { anchors, unreadable } = await gatherAnchors(context);
  const { entries, head, problems, losses } = journal.audit.verify(anchors);
  const found = [...damage, ...problems];
  const warnings = [
    ...losses,
    ...unreadable.map(
      ({ stanza, repository, problem }) => `${stanza} in ${repository} could not be read: ${problem}`,
    ),
  ];
  const text = [
    ...found.map((line) => `critical: ${line}`),
    ...warnings.map((line) => `warning: ${line}`),
    found.length === 0
      ? `the journal is whole: ${entries} entries of the audit trail, ${anchors.length} of them noted in the repositories`
      : `${found.length} ${found.length === 1 ? 'problem' : 'problems'}: ${damage.length} of damage, ${problems.length} of tampering`,
    ...(damage.length === 0
      ? []
      : ["'holdfast journal --rebuild' heals the damage and keeps the damaged files"]),
  ];
  return {
    data: {
      file: journal.file,
      whole: found.length === 0,
      damage,
      tampering: problems,
      losses,
      entries,
      head,
      anchors: anchors.length,
      unreadable,
    },
    text: `${text.map(printable).join('\n')}\n`,
    exitCode: found.length > 0 ? 2 : warnings.length > 0 ? 1 : 0,
  };
}

/** Without an engine there are no anchors to be had, and the chain is still checked. */
async function gatherAnchors(context: CommandContext): Promise<{
  readonly anchors: readonly AuditAnchor[];
  readonly unreadable: readonly UnreadableRepository[];
}> {
  const [configuration, journal, { host }] = [
    await context.configuration(),
    await context.journal(),
    await context.actor(),
  ];
  try {
    const engine = await context.engine();
    const { found, unreadable } = await readAllSets({ configuration, engine, signal: context.signal });
    return { anchors: findAnchors(found, journal, host), unreadable };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind === 'interrupted') throw error;
    const unreadable = configuration.stanzas.flatMap(({ name, repositories }) =>
      repositories.map((repository) => ({
        stanza: name,
        repository: repository.name,
        problem: error.problem,
      })),
    );
    return { anchors: [], unreadable };
  }
}
